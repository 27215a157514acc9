"""Lists of the API as files to download."""

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook
from rest_framework.test import APIClient

from ecommerce.api_schema import ProblemSchemaGenerator
from tests.factories import (
    make_api_client,
    make_branch,
    make_city,
    make_customer,
    make_merchant,
    make_run,
    make_segment,
    make_transaction,
)

pytestmark = pytest.mark.django_db
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def api() -> APIClient:
    return make_api_client("Viewer")


def lines(api: APIClient, address: str) -> list[list[str]]:
    response = api.get(f"/api/v1/{address}")
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def ids(api: APIClient, address: str) -> list[str]:
    """The ids of the exported rows, the first of which stands beneath the blank line."""
    found = lines(api, address)
    return [row[0] for row in found[found.index([]) + 2 :]]


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
def test_each_list_is_downloaded_as_csv(api: APIClient, name: str, make: Callable[[], Any]) -> None:
    rows = [make(), make()]
    response = api.get(f"/api/v1/{name}/export/")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith(f'attachment; filename="{name}-')
    assert ids(api, f"{name}/export/?file=csv") == [row.external_id for row in rows]


def test_a_list_is_downloaded_as_a_workbook(api: APIClient) -> None:
    make_customer(external_id="007")
    response = api.get("/api/v1/customers/export/?file=xlsx")
    assert response["Content-Type"] == XLSX
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content)))["customers"]
    assert sheet.cell(sheet.max_row, 1).value == "007"


@pytest.mark.parametrize("accepted", ["*/*", "text/csv", XLSX, "application/json"])
def test_whatever_is_accepted_the_address_says_what_comes(api: APIClient, accepted: str) -> None:
    response = api.get("/api/v1/cities/export/?file=csv", headers={"Accept": accepted})
    assert response["Content-Type"] == "text/csv; charset=utf-8"


def test_an_export_is_filtered_as_the_list_is(api: APIClient) -> None:
    branch = make_branch(external_id="b1", city=make_city(external_id="cairo"))
    one = make_transaction(external_id="a", branch=branch, claimed_on=date(2024, 1, 1))
    make_transaction(external_id="b", claimed_on=date(2024, 2, 1), burnt_on=date(2024, 2, 9))
    address = "transactions/export/"
    assert ids(api, f"{address}?claimed_on__gte=2024-02-01") == ["b"]
    assert ids(api, f"{address}?status=claimed") == ["a"]
    assert ids(api, f"{address}?city=cairo") == ["a"]
    assert ids(api, f"{address}?branch=b1&merchant={branch.merchant.external_id}") == ["a"]
    assert ids(api, f"{address}?customer={one.customer.external_id}") == ["a"]


def test_transactions_are_filtered_by_the_gender_of_the_customer(api: APIClient) -> None:
    make_transaction(external_id="a", customer=make_customer(gender="Male"))
    make_transaction(external_id="b")
    assert ids(api, "transactions/export/?gender=Male") == ["a"]
    rows = api.get("/api/v1/transactions/?gender=Male").json()["results"]
    assert [row["external_id"] for row in rows] == ["a"]


def test_the_filters_stand_in_the_file(api: APIClient) -> None:
    make_city(external_id="cairo", name="Cairo")
    found = lines(api, "customers/export/?city=cairo&joined_on__gte=2024-01-01")
    assert ["City: Cairo (cairo)"] in found
    assert ["Joined from: 2024-01-01"] in found


def test_the_customers_of_a_segment_are_exported(api: APIClient) -> None:
    run = make_run(is_current=True)
    segment = make_segment(run=run, name="Loyal", customers=[make_customer(external_id="in")])
    make_customer(external_id="out")
    found = lines(api, f"customers/export/?segment={segment.pk}")
    assert ["Segment: Loyal"] in found
    assert found[-1][0] == "in"


@pytest.mark.parametrize(
    ("query", "field"),
    [("file=pdf", "file"), ("claimed_on__gte=soon", "claimed_on__gte")],
)
def test_what_makes_no_sense_is_refused(api: APIClient, query: str, field: str) -> None:
    response = api.get(f"/api/v1/transactions/export/?{query}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert list(response.json()["errors"]) == [field]
    assert response.json()["errors"][field][0].endswith(".")


def test_who_may_not_see_the_list_may_not_download_it() -> None:
    assert make_api_client(None).get("/api/v1/customers/export/").status_code == 403
    assert APIClient().get("/api/v1/customers/export/").status_code == 401


def test_asking_for_the_head_reads_no_rows(api: APIClient) -> None:
    make_city()
    response = api.head("/api/v1/cities/export/?file=xlsx")
    assert (response.status_code, response.content) == (200, b"")
    assert response["Content-Type"] == XLSX


def test_the_schema_describes_the_files_and_the_filters() -> None:
    schema = ProblemSchemaGenerator().get_schema(public=True)
    operation = schema["paths"]["/api/v1/transactions/export/"]["get"]
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert {"file", "claimed_on__gte", "merchant", "gender"} <= names
    assert not {"cursor", "page_size"} & names
    assert set(operation["responses"]["200"]["content"]) == {"text/csv", XLSX}
