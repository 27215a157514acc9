"""Customers, transactions and places over the API."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from customers.models import Customer, FactsChange
from tests.factories import (
    make_api_client,
    make_branch,
    make_city,
    make_customer,
    make_import,
    make_merchant,
    make_run,
    make_segment,
    make_transaction,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> APIClient:
    return make_api_client("Admin")


def found(api: APIClient, address: str) -> list[str]:
    """The external ids of a list's page."""
    response = api.get(f"/api/v1/{address}")
    assert response.status_code == 200, response.json()
    return [row["external_id"] for row in response.json()["results"]]


def test_a_customer_is_shown_with_the_external_id_of_its_city(api: APIClient) -> None:
    customer = make_customer(external_id="c1", city=make_city(external_id="cairo"))
    assert api.get(f"/api/v1/customers/{customer.pk}/").json() == {
        "id": customer.pk,
        "external_id": "c1",
        "gender": "Female",
        "city": "cairo",
        "joined_on": "2024-01-01",
        "accepts_marketing": True,
        "created_in": None,
        "changed_in": None,
    }


def test_a_row_says_which_imports_it_is_from(api: APIClient) -> None:
    customer, both = make_customer(), [make_import(), make_import()]
    Customer.objects.update(created_in=both[0], changed_in=both[1])
    address = f"/api/v1/customers/{customer.pk}/"
    shown = api.get(address).json()
    assert [shown["created_in"], shown["changed_in"]] == [row.pk for row in both]
    changed = api.patch(address, {"gender": "Male", "created_in": None}).json()
    assert [changed["created_in"], changed["changed_in"]] == [both[0].pk, None]


def test_a_transaction_is_shown_with_where_it_was(api: APIClient) -> None:
    branch = make_branch(external_id="b1", merchant=make_merchant(external_id="m1"))
    row = make_transaction(
        external_id="t1", customer=make_customer(external_id="c1"), branch=branch, amount="12.5"
    )
    assert api.get(f"/api/v1/transactions/{row.pk}/").json() == {
        "id": row.pk,
        "external_id": "t1",
        "customer": "c1",
        "branch": "b1",
        "merchant": "m1",
        "coupon_name": "10% off",
        "status": "claimed",
        "claimed_on": "2024-03-01",
        "burnt_on": None,
        "amount": "12.50",
        "created_in": None,
        "changed_in": None,
    }


def test_a_customer_is_created_and_the_figures_become_stale(api: APIClient) -> None:
    make_city(external_id="cairo")
    response = api.post("/api/v1/customers/", {"external_id": "c1", "city": "cairo"})
    assert response.status_code == 201
    assert Customer.objects.get(external_id="c1").city.external_id == "cairo"
    assert FactsChange.objects.count() == 1


def test_a_coupon_is_burnt(api: APIClient) -> None:
    coupon = make_transaction(claimed_on=date(2024, 3, 1))
    burnt = {"status": "burnt", "burnt_on": "2024-03-05", "amount": "80.00"}
    response = api.patch(f"/api/v1/transactions/{coupon.pk}/", burnt)
    assert response.status_code == 200
    coupon.refresh_from_db()
    assert (coupon.status, coupon.burnt_on) == ("burnt", date(2024, 3, 5))
    assert FactsChange.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"status": "burnt"}, "A burnt coupon has a burn date; a claimed one has none."),
        ({"burnt_on": "2024-03-05"}, "A burnt coupon has a burn date; a claimed one has none."),
        (
            {"status": "burnt", "burnt_on": "2024-02-01"},
            "A coupon can't be burnt before it is claimed.",
        ),
        ({"amount": "-1"}, "The amount can't be negative."),
    ],
)
def test_a_coupon_keeps_the_rules_of_the_record(
    api: APIClient, change: dict[str, Any], sentence: str
) -> None:
    coupon = make_transaction(claimed_on=date(2024, 3, 1))
    response = api.patch(f"/api/v1/transactions/{coupon.pk}/", change)
    assert response.status_code == 400
    assert response.json()["errors"] == {"non_field_errors": [sentence]}
    assert not FactsChange.objects.exists()


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(1989, 12, 31), 400),
        (date(1990, 1, 1), 201),
        (timezone.localdate() + timedelta(days=1), 201),
        (timezone.localdate() + timedelta(days=2), 400),
    ],
    ids=["too early", "first", "tomorrow", "too late"],
)
def test_a_day_that_can_only_be_a_slip_is_refused(api: APIClient, day: date, status: int) -> None:
    response = api.post("/api/v1/customers/", {"external_id": "c1", "joined_on": day.isoformat()})
    assert response.status_code == status
    if status == 400:
        assert response.json()["errors"] == {"joined_on": ["Give a day from 1990 to today."]}


@pytest.mark.parametrize("field", ["claimed_on", "burnt_on"])
def test_a_coupon_is_not_of_another_age(api: APIClient, field: str) -> None:
    row = make_transaction(claimed_on=date(2024, 3, 1), burnt_on=date(2024, 3, 5))
    response = api.patch(f"/api/v1/transactions/{row.pk}/", {field: "2204-03-05"})
    assert response.status_code == 400
    assert response.json()["errors"][field] == ["Give a day from 1990 to today."]


def test_an_external_id_is_taken_once(api: APIClient) -> None:
    make_customer(external_id="c1")
    response = api.post("/api/v1/customers/", {"external_id": "c1"})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["external_id"]


@pytest.mark.parametrize("reference", ["atlantis", ["cairo"], {"id": 1}])
def test_a_reference_to_nobody_is_refused(api: APIClient, reference: Any) -> None:
    response = api.post("/api/v1/customers/", {"external_id": "c1", "city": reference})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["city"]


def test_text_with_nul_is_refused_everywhere(api: APIClient) -> None:
    row = {"external_id": "c\0", "city": "\0"}
    assert api.post("/api/v1/customers/", row).status_code == 400
    assert api.post("/api/v1/customers/", {"external_id": "c1", "city": "\0"}).status_code == 400
    assert api.get("/api/v1/customers/?city=%00").status_code == 400


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("cities", make_city),
        ("merchants", make_merchant),
        ("branches", make_branch),
        ("customers", make_customer),
        ("transactions", make_transaction),
    ],
)
def test_each_kind_of_record_is_changed_and_deleted(
    api: APIClient, name: str, make: Callable[[], Any]
) -> None:
    row = make()
    address = f"/api/v1/{name}/{row.pk}/"
    assert api.patch(address, {"external_id": "new"}).json()["external_id"] == "new"
    assert api.delete(address).status_code == 204
    assert not type(row).objects.filter(pk=row.pk).exists()
    assert FactsChange.objects.count() == 2


def test_places_are_created(api: APIClient) -> None:
    api.post("/api/v1/cities/", {"external_id": "cairo", "name": "Cairo"})
    api.post("/api/v1/merchants/", {"external_id": "m1", "name": "Koshary House"})
    branch = {"external_id": "b1", "merchant": "m1", "city": "cairo"}
    response = api.post("/api/v1/branches/", branch)
    assert response.status_code == 201
    assert response.json() | branch == response.json()


def test_a_city_lies_on_earth(api: APIClient) -> None:
    row = {"external_id": "cairo", "name": "Cairo", "latitude": 300, "longitude": 31}
    response = api.post("/api/v1/cities/", row)
    assert response.status_code == 400
    assert "latitude" in response.json()["errors"]["non_field_errors"][0]


def test_a_city_with_customers_stays(api: APIClient) -> None:
    city = make_city()
    make_customer(city=city)
    response = api.delete(f"/api/v1/cities/{city.pk}/")
    assert response.status_code == 409
    assert response.json()["code"] == "conflict"


def test_customers_are_filtered(api: APIClient) -> None:
    cairo = make_city(external_id="cairo")
    make_customer(external_id="a", gender="Male", joined_on=date(2024, 1, 1))
    make_customer(external_id="b", city=cairo, joined_on=date(2024, 2, 1))
    make_customer(external_id="c", accepts_marketing=False, joined_on=date(2024, 3, 1))
    assert found(api, "customers/?external_id=b") == ["b"]
    assert found(api, "customers/?gender=Male") == ["a"]
    assert found(api, "customers/?city=cairo") == ["b"]
    assert found(api, "customers/?accepts_marketing=false") == ["c"]
    assert found(api, "customers/?joined_on__gte=2024-02-01") == ["b", "c"]
    assert found(api, "customers/?joined_on__lte=2024-02-01") == ["a", "b"]


def test_customers_are_filtered_by_segment_of_the_adopted_run(api: APIClient) -> None:
    adopted = make_run(is_current=True)
    segment = make_segment(run=adopted, customers=[make_customer(external_id="in")])
    old = make_segment(customers=[make_customer(external_id="out")])
    assert found(api, f"customers/?segment={segment.pk}") == ["in"]
    response = api.get(f"/api/v1/customers/?segment={old.pk}")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["segment"]


def test_transactions_are_filtered(api: APIClient) -> None:
    branch = make_branch(external_id="b1", city=make_city(external_id="cairo"))
    first = make_transaction(external_id="a", branch=branch, claimed_on=date(2024, 1, 1))
    make_transaction(external_id="b", claimed_on=date(2024, 2, 1), burnt_on=date(2024, 2, 9))
    assert found(api, f"transactions/?customer={first.customer.external_id}") == ["a"]
    assert found(api, "transactions/?branch=b1") == ["a"]
    assert found(api, f"transactions/?merchant={branch.merchant.external_id}") == ["a"]
    assert found(api, "transactions/?city=cairo") == ["a"]
    assert found(api, "transactions/?status=burnt") == ["b"]
    assert found(api, "transactions/?claimed_on__lte=2024-01-31") == ["a"]
    assert found(api, "transactions/?burnt_on__gte=2024-02-01") == ["b"]


def test_places_are_filtered(api: APIClient) -> None:
    branch = make_branch(external_id="b1", city=make_city(external_id="cairo"))
    make_branch(external_id="b2")
    assert found(api, f"branches/?merchant={branch.merchant.external_id}") == ["b1"]
    assert found(api, "branches/?city=cairo") == ["b1"]
    assert found(api, "cities/?external_id=cairo") == ["cairo"]


def test_a_filter_that_makes_no_sense_is_refused(api: APIClient) -> None:
    response = api.get("/api/v1/customers/?joined_on__gte=soon")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["joined_on__gte"]


def test_pages_follow_each_other_and_lead_back(api: APIClient) -> None:
    for name in "abcde":
        make_customer(external_id=name)
    page = api.get("/api/v1/customers/?page_size=2").json()
    seen = [[row["external_id"] for row in page["results"]]]
    while page["next"]:
        page = api.get(page["next"]).json()
        seen.append([row["external_id"] for row in page["results"]])
    assert seen == [["a", "b"], ["c", "d"], ["e"]]
    back = api.get(page["previous"]).json()
    assert [row["external_id"] for row in back["results"]] == ["c", "d"]


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("cities", make_city),
        ("merchants", make_merchant),
        ("branches", lambda: make_branch(city=make_city())),
        ("customers", lambda: make_customer(city=make_city())),
        ("transactions", lambda: make_transaction(branch=make_branch(city=make_city()))),
    ],
)
def test_more_rows_take_no_more_queries(api: APIClient, name: str, make: Callable[[], Any]) -> None:
    api.get(f"/api/v1/{name}/")
    counts = []
    for rows in (1, 9):
        for _ in range(rows):
            make()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            api.get(f"/api/v1/{name}/")
        counts.append(len(queries))
    # The session, the person, the permissions of the person and of the groups, the rows.
    assert counts == [5, 5]


def test_a_write_that_fails_leaves_the_figures_fresh(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("customers.operations.records.mark_facts_stale", fail)
    with pytest.raises(RuntimeError):
        api.post("/api/v1/customers/", {"external_id": "c1"})
    assert not Customer.objects.exists()
