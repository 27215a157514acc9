"""Many customers and transactions in one request."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from customers.models import Customer, FactsChange, Transaction
from tests.factories import (
    make_api_client,
    make_branch,
    make_city,
    make_customer,
    make_import,
    make_transaction,
)

pytestmark = pytest.mark.django_db
Row = dict[str, Any]
CUSTOMERS, TRANSACTIONS = "/api/v1/customers/bulk/", "/api/v1/transactions/bulk/"
NDJSON = "application/x-ndjson"
CLAIM = {
    "external_id": "t1",
    "customer": "c1",
    "branch": "b1",
    "coupon_name": "Spring",
    "status": "claimed",
    "claimed_on": "2024-02-01",
    "burnt_on": None,
    "amount": None,
}
BURN = {"status": "burnt", "burnt_on": "2024-02-09", "amount": "12.50"}


@pytest.fixture
def api() -> APIClient:
    return make_api_client("Integration")


@pytest.fixture
def places() -> None:
    make_customer(external_id="c1")
    make_branch(external_id="b1")


def sent(api: APIClient, address: str, rows: Any) -> dict[str, Any]:
    response = api.post(address, rows)
    assert response.status_code == 200, response.content
    return response.json()


def outcomes(answer: dict[str, Any]) -> list[str]:
    return [row["outcome"] for row in answer["results"]]


def codes(answer: dict[str, Any]) -> list[list[tuple[str | None, str]]]:
    """Of each row, the fields at fault and why."""
    return [[(e["field"], e["code"]) for e in row["errors"]] for row in answer["results"]]


def test_customers_are_created_changed_and_left_alone(api: APIClient) -> None:
    make_city(external_id="cairo")
    make_customer(external_id="c1", gender="Female", joined_on=None, accepts_marketing=False)
    make_customer(external_id="c2", gender="Male", joined_on=date(2024, 1, 1))
    rows = [
        {"external_id": "c1", "gender": "Male", "city": "cairo", "accepts_marketing": True},
        {"external_id": "c2", "gender": "Male"},
        {"external_id": "c3", "joined_on": "2024-05-31"},
    ]
    answer = sent(api, CUSTOMERS, rows)
    assert {name: answer[name] for name in ("created", "updated", "unchanged", "rejected")} == {
        "created": 1,
        "updated": 1,
        "unchanged": 1,
        "rejected": 0,
    }
    assert answer["results"][1] == {
        "index": 1,
        "external_id": "c2",
        "outcome": "unchanged",
        "errors": [],
    }
    assert list(
        Customer.objects.order_by("external_id").values_list(
            "external_id", "gender", "city__external_id", "joined_on", "accepts_marketing"
        )
    ) == [
        ("c1", "Male", "cairo", None, True),
        ("c2", "Male", None, date(2024, 1, 1), True),
        ("c3", "Unknown", None, date(2024, 5, 31), False),
    ]


def test_transactions_are_stored_to_the_last_digit(api: APIClient, places: None) -> None:
    body = json.dumps([CLAIM | BURN]).replace('"12.50"', "1234567890.35")
    answer = api.post(TRANSACTIONS, body, content_type="application/json").json()
    stored = Transaction.objects.get(external_id="t1")
    assert (answer["created"], stored.amount) == (1, Decimal("1234567890.35"))
    assert (stored.customer.external_id, stored.branch.external_id) == ("c1", "b1")
    assert (stored.claimed_on, stored.burnt_on) == (date(2024, 2, 1), date(2024, 2, 9))


def test_the_same_request_again_changes_nothing(api: APIClient, places: None) -> None:
    rows = [CLAIM, CLAIM | BURN | {"external_id": "t2"}]
    assert outcomes(sent(api, TRANSACTIONS, rows)) == ["created"] * 2
    FactsChange.objects.all().delete()
    assert outcomes(sent(api, TRANSACTIONS, rows)) == ["unchanged"] * 2
    assert not FactsChange.objects.exists()


def test_what_a_row_does_not_mention_stays(api: APIClient) -> None:
    coupon = make_transaction(external_id="t1", amount="5", coupon_name=" '=odd\n\x01name")
    branch = coupon.branch_id
    rows = [{"external_id": "t1", "status": "burnt", "burnt_on": "2024-04-01"}]
    assert outcomes(sent(api, TRANSACTIONS, rows)) == ["updated"]
    coupon.refresh_from_db()
    assert (coupon.amount, coupon.coupon_name) == (Decimal(5), " '=odd\n\x01name")
    assert (coupon.branch_id, coupon.burnt_on) == (branch, date(2024, 4, 1))


def test_null_and_an_empty_text_empty_a_field(api: APIClient) -> None:
    customer = make_customer(external_id="c1", gender="Male", city=make_city())
    sent(api, CUSTOMERS, [{"external_id": "c1", "city": None, "gender": "", "joined_on": ""}])
    customer.refresh_from_db()
    assert (customer.city, customer.gender, customer.joined_on) == (None, "Unknown", None)


def test_the_rules_look_at_a_row_as_it_would_be_stored(api: APIClient) -> None:
    make_transaction(external_id="t1", claimed_on=date(2024, 3, 1))
    make_transaction(external_id="t2", burnt_on=date(2024, 3, 9))
    rows = [
        {"external_id": "t1", "burnt_on": "2024-03-02"},
        {"external_id": "t1", "status": "burnt"},
        {"external_id": "t2", "claimed_on": "2024-03-10"},
        {"external_id": "t2", "status": "claimed"},
    ]
    for row, fault in zip(
        rows,
        [
            "burn_date_unexpected",
            "burn_date_missing",
            "burnt_before_claimed",
            "burn_date_unexpected",
        ],
        strict=True,
    ):
        assert codes(sent(api, TRANSACTIONS, [row])) == [[("burnt_on", fault)]]


def test_a_new_row_needs_what_every_row_needs(api: APIClient) -> None:
    answer = sent(api, TRANSACTIONS, [{"external_id": "t1"}, {"amount": "1"}])
    needed = [(name, "missing") for name in ("customer", "claimed_on", "status", "branch")]
    assert codes(answer) == [needed, [("external_id", "missing"), *needed]]
    assert answer["results"][1]["external_id"] is None
    reasons = [e["reason"] for e in answer["results"][1]["errors"]]
    assert reasons[:2] == ["Every row needs an id.", "Every row needs the id of its customer."]


def test_good_rows_are_stored_although_others_are_rejected(api: APIClient, places: None) -> None:
    rows = [CLAIM, CLAIM | {"external_id": "t2", "customer": "nobody"}, "no row"]
    answer = sent(api, TRANSACTIONS, rows)
    assert outcomes(answer) == ["created", "rejected", "rejected"]
    assert codes(answer)[1:] == [[("customer", "unknown_reference")], [(None, "not_an_object")]]
    assert Transaction.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"colour": "red"}, "colour", "unknown_field"),
        ({"id": 7}, "id", "unknown_field"),
        ({"coupon_name": ["a"]}, "coupon_name", "nested"),
        ({"amount": {"value": 1}}, "amount", "nested"),
        ({"coupon_name": 1.5}, "coupon_name", "not_a_text"),
        ({"coupon_name": True}, "coupon_name", "not_a_text"),
        ({"external_id": True}, "external_id", "not_a_text"),
        ({"coupon_name": "x" * 201}, "coupon_name", "too_long"),
        ({"external_id": 10**200}, "external_id", "too_long"),
        ({"external_id": ""}, "external_id", "missing"),
        ({"external_id": None}, "external_id", "missing"),
        ({"external_id": "a\0b"}, "external_id", "control_character"),
        ({"customer": "a\0b"}, "customer", "control_character"),
        ({"claimed_on": "01/02/2024"}, "claimed_on", "not_a_date"),
        ({"claimed_on": 45000}, "claimed_on", "not_a_date"),
        ({"claimed_on": "2024-02-30"}, "claimed_on", "not_a_date"),
        ({"claimed_on": "2924-02-01"}, "claimed_on", "implausible_day"),
        ({"claimed_on": "2024-02-01\0"}, "claimed_on", "not_a_date"),
        ({"status": "lost"}, "status", "unknown_status"),
        ({"status": False}, "status", "unknown_status"),
        ({"amount": "12,50"}, "amount", "not_a_number"),
        ({"amount": True}, "amount", "not_a_number"),
        ({"amount": 10**11}, "amount", "not_a_number"),
        ({"amount": -1}, "amount", "negative"),
    ],
)
def test_a_value_that_is_not_right_rejects_its_row(
    api: APIClient, places: None, values: Row, field: str, code: str
) -> None:
    answer = sent(api, TRANSACTIONS, [CLAIM | values, CLAIM | {"external_id": "good"}])
    assert codes(answer) == [[(field, code)], []]
    for error in answer["results"][0]["errors"]:
        assert error["reason"].endswith(".")
        assert "transaction" not in error["reason"]
    assert outcomes(answer) == ["rejected", "created"]


def test_half_a_character_rejects_its_row(api: APIClient) -> None:
    lines = [{"external_id": "\ud800"}, {"external_id": "c1", "\ud800": 1}, {"external_id": "😀"}]
    body = json.dumps(lines)
    assert "\\ud800" in body
    answer = api.post(CUSTOMERS, body, content_type="application/json").json()
    assert codes(answer) == [[("external_id", "not_a_text")], [("?", "unknown_field")], []]


@pytest.mark.parametrize("number", ["1e400", "1" * 5000, "-0.0000001e-9999"])
def test_a_number_beyond_all_numbers_is_no_accident(api: APIClient, number: str) -> None:
    body = f'[{{"external_id": "t1", "amount": {number}}}]'
    response = api.post(TRANSACTIONS, body, content_type="application/json")
    assert (response.status_code, response.json()["rejected"]) == (200, 1)


def test_an_id_may_be_a_whole_number_or_any_script(api: APIClient) -> None:
    make_city(external_id="القاهرة")
    rows = [{"external_id": 7, "city": "القاهرة"}, {"external_id": "عميل", "city": "القاهرة"}]
    answer = sent(api, CUSTOMERS, rows)
    assert [row["external_id"] for row in answer["results"]] == ["7", "عميل"]
    assert set(Customer.objects.values_list("external_id", flat=True)) == {"7", "عميل"}


def test_the_same_row_twice_counts_once(api: APIClient) -> None:
    rows = [
        {"external_id": "c1", "gender": "Male"},
        {"external_id": " c1 ", "gender": "Male"},
        {"external_id": "c1", "gender": "m"},
    ]
    assert outcomes(sent(api, CUSTOMERS, rows)) == ["created", "unchanged", "unchanged"]


def test_rows_of_one_id_that_contradict_each_other_are_all_rejected(api: APIClient) -> None:
    rows = [{"external_id": "c1", "gender": gender} for gender in ("Male", "Female")]
    answer = sent(api, CUSTOMERS, rows)
    assert outcomes(answer) == ["rejected", "rejected"]
    (error,) = answer["results"][0]["errors"]
    assert (error["field"], error["code"]) == ("external_id", "contradicts")
    assert error["reason"].startswith("Another row of the request has the same external_id")
    assert not Customer.objects.exists()


def test_a_later_row_of_one_id_may_say_less_but_nothing_else(api: APIClient) -> None:
    make_city(external_id="cairo")
    make_customer(external_id="c1", gender="Female")
    rows = [
        {"external_id": "c1", "gender": "Male"},
        {"external_id": "c1", "accepts_marketing": True},
        {"external_id": "c1"},
    ]
    assert outcomes(sent(api, CUSTOMERS, rows)) == ["updated", "unchanged", "unchanged"]
    rows.append({"external_id": "c1", "city": "cairo"})
    assert outcomes(sent(api, CUSTOMERS, rows)) == ["rejected"] * 4


def test_rows_of_an_import_that_are_changed_can_no_longer_be_undone(api: APIClient) -> None:
    made = make_import()
    for name in ("c1", "c2"):
        Customer.objects.bulk_create(
            [Customer(external_id=name, gender="Male", created_in=made, changed_in=made)]
        )
    rows = [{"external_id": "c1", "gender": "Female"}, {"external_id": "c2"}, {"external_id": "c3"}]
    sent(api, CUSTOMERS, rows)
    marks = Customer.objects.order_by("external_id").values_list("created_in", "changed_in")
    assert list(marks) == [(made.pk, None), (made.pk, made.pk), (None, None)]


def test_only_the_months_that_changed_become_stale(api: APIClient, places: None) -> None:
    make_transaction(external_id="t1", claimed_on=date(2023, 5, 1))
    rows = [{"external_id": "t1", "claimed_on": "2023-07-01"}, CLAIM | {"external_id": "t2"}]
    sent(api, TRANSACTIONS, rows)
    change = FactsChange.objects.get()
    assert (change.months, change.customers) == (["2023-05", "2023-07", "2024-02"], False)


def test_a_customer_who_moves_makes_the_months_of_its_coupons_stale(api: APIClient) -> None:
    make_city(external_id="cairo")
    customer = make_customer(external_id="c1")
    make_transaction(customer=customer, claimed_on=date(2023, 5, 1))
    make_transaction(claimed_on=date(2022, 5, 1))
    sent(api, CUSTOMERS, [{"external_id": "c1", "city": "cairo"}])
    change = FactsChange.objects.get()
    assert (change.months, change.customers) == (["2023-05"], True)


def test_more_rows_take_no_more_queries(api: APIClient, places: None) -> None:
    make_transaction()
    counts = set()
    for size in (2, 50):
        rows = [CLAIM | {"external_id": f"{size}-{n}"} for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            assert sent(api, TRANSACTIONS, rows)["created"] == size
        counts.add(len(queries))
    assert len(counts) == 1
