"""The overview."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from customers.operations.facts import refresh_facts
from tests.factories import make_customer, make_transaction

pytestmark = pytest.mark.django_db


def text(response: Any) -> str:
    return response.content.decode()


def test_before_the_first_import_the_overview_says_what_to_do(marketer: Client) -> None:
    page = text(marketer.get("/"))
    assert "Import your customers and coupons first." in page
    assert "/data/" in page


def test_without_coupons_the_overview_shows_zeros(marketer: Client) -> None:
    make_customer()
    refresh_facts()
    response = marketer.get("/")
    tiles = {tile.label: tile.value for tile in response.context["overview"].tiles}
    assert (response.status_code, tiles["Claims"], tiles["Burn rate"]) == (200, 0, None)


def test_the_overview_shows_the_period_of_the_address(marketer: Client) -> None:
    make_transaction(claimed_on=date(2024, 1, 31))
    make_transaction(claimed_on=date(2024, 3, 1))
    refresh_facts()
    values = {"period": "custom", "start": "2024-01-01", "end": "2024-01-31"}
    response = marketer.get("/", values)
    assert "1 January 2024 to 31 January 2024" in text(response)
    claims = {tile.label: tile.value for tile in response.context["overview"].tiles}["Claims"]
    assert claims == 1


def test_the_overview_remembers_the_period(marketer: Client) -> None:
    make_transaction()
    refresh_facts()
    marketer.get("/", {"period": "30d"})
    response = marketer.get("/")
    assert (response.status_code, response.url) == (302, "/?period=30d")
    assert marketer.get(response.url).context["preset"] == "30d"
    assert marketer.get("/", {"period": "all"}).context["preset"] == "all"


def test_the_overview_does_not_remember_a_period_that_is_none(marketer: Client) -> None:
    make_transaction()
    refresh_facts()
    for address in ({"period": "nonsense"}, {"period": "custom", "start": "2030-01-01"}):
        marketer.get("/", address)
    assert marketer.get("/").status_code == 200


def test_a_period_without_records_is_told_where_it_is_chosen(marketer: Client) -> None:
    make_transaction(claimed_on=date(2024, 3, 1))
    refresh_facts()
    address = {"period": "custom", "start": "2025-01-01", "end": "2025-01-31"}
    page = text(marketer.get("/", address))
    assert "Nothing happened in this period. Records run from 1 March 2024 to 1 March 2024." in page
    assert 'aria-expanded="true"' in page


def test_the_overview_says_what_it_compares_with(marketer: Client) -> None:
    for day in (date(2024, 3, 1), date(2024, 3, 2), date(2024, 3, 3)):
        make_transaction(claimed_on=day)
    refresh_facts()

    def shown(start: str, end: str) -> str:
        return text(marketer.get("/", {"period": "custom", "start": start, "end": end}))

    assert "to 3 March 2024, compared with the day before" in shown("2024-03-03", "2024-03-03")
    alone = shown("2024-03-02", "2024-03-03")
    assert "compared with" not in alone
    assert "records begin later" in alone


@pytest.mark.parametrize(
    "address",
    [
        {"period": "nonsense"},
        {"period": "custom"},
        {"period": "custom", "start": "x", "end": "y"},
        {"period": "custom", "start": "0001-01-01", "end": "2024-01-01"},
        {"period": "custom", "start": "2024-01-01", "end": "9999-12-31"},
        {"period": "custom", "start": "1900-01-01", "end": "2100-12-31"},
    ],
)
def test_no_address_breaks_the_overview(marketer: Client, address: dict[str, str]) -> None:
    make_transaction()
    refresh_facts()
    assert marketer.get("/", address).status_code == 200


def test_a_snapshot_that_is_gone_does_not_break_the_overview(marketer: Client) -> None:
    folder = refresh_facts().folder
    folder.rename(folder.with_name("moved"))
    assert "Try again in five minutes." in text(marketer.get("/"))


def test_the_overview_asks_the_database_little(
    marketer: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_transaction()
    refresh_facts()
    with django_assert_max_num_queries(12):
        marketer.get("/")
