"""Downloads from the pages."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from pytest_django import Settings

from customers.operations.facts import refresh_facts
from tests.factories import (
    make_branch,
    make_city,
    make_customer,
    make_history,
    make_transaction,
    make_user,
)

pytestmark = pytest.mark.django_db
EXPORT = "/data/export/"


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(make_user("Viewer"))
    return client


def lines(response: Any) -> list[list[str]]:
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def ids(response: Any) -> list[str]:
    found = lines(response)
    return [row[0] for row in found[found.index([]) + 2 :]]


def ask(client: Client, **query: str) -> Any:
    return client.get(EXPORT, {"table": "transactions", "file": "csv"} | query)


def test_the_form_offers_each_table_and_its_filters(viewer: Client) -> None:
    page = viewer.get(EXPORT).content.decode()
    for label in ("Transactions", "Branches", "Claimed from", "Accepts marketing", "Customer id"):
        assert label in page
    assert "errors" not in page


def test_records_are_downloaded_with_the_filters_of_the_form(viewer: Client) -> None:
    branch = make_branch(external_id="b1", city=make_city(external_id="cairo"))
    make_transaction(external_id="a", branch=branch, claimed_on=date(2024, 1, 1))
    make_transaction(external_id="b", claimed_on=date(2024, 2, 1), burnt_on=date(2024, 2, 9))
    assert ids(ask(viewer)) == ["a", "b"]
    assert ids(ask(viewer, city="cairo", branch="b1")) == ["a"]
    assert ids(ask(viewer, claimed_on__gte="2024-01-15", status="burnt")) == ["b"]


def test_the_filters_of_another_table_do_nothing(viewer: Client) -> None:
    make_customer(external_id="c1")
    query = {"status": "burnt", "claimed_on__gte": "nonsense", "customer": "nobody"}
    assert ids(ask(viewer, table="customers", **query)) == ["c1"]


def test_customers_who_accept_marketing_are_downloaded(viewer: Client) -> None:
    make_customer(external_id="no", accepts_marketing=False)
    make_customer(external_id="yes")
    found = lines(ask(viewer, table="customers", accepts_marketing="true"))
    assert ["Accepts marketing: yes"] in found
    assert found[-1][0] == "yes"


@pytest.mark.parametrize("table", ["cities", "merchants", "branches"])
def test_places_are_downloaded(viewer: Client, table: str) -> None:
    make_branch(city=make_city())
    assert len(ids(ask(viewer, table=table))) == 1


def test_a_workbook_is_downloaded(viewer: Client) -> None:
    make_transaction(external_id="t1")
    content = b"".join(ask(viewer, file="xlsx").streaming_content)
    sheet = load_workbook(io.BytesIO(content))["transactions"]
    assert sheet.cell(sheet.max_row, 1).value == "t1"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"claimed_on__gte": "soon"}, "Enter a valid date."),
        (
            {"claimed_on__gte": "2024-02-01", "claimed_on__lte": "2024-01-01"},
            "The last day can&#x27;t be before the first.",
        ),
        ({"customer": "nobody"}, "There is no customer with the id nobody."),
        ({"branch": "nowhere"}, "There is no branch with the id nowhere."),
        ({"city": "atlantis"}, "Select a valid choice."),
        ({"file": "pdf"}, "Select a valid choice."),
        ({"table": "people"}, "Select a valid choice."),
        ({"customer": "\0"}, "Null characters are not allowed."),
    ],
)
def test_a_wrong_value_is_said_at_its_field_and_nothing_is_lost(
    viewer: Client, query: dict[str, str], sentence: str
) -> None:
    response = ask(viewer, **{"claimed_on__lte": "2024-12-31", "status": "burnt"} | query)
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert '<option value="burnt" selected>' in page


def test_where_no_record_fits_the_page_says_so(viewer: Client) -> None:
    make_transaction(claimed_on=date(2024, 1, 1))
    response = ask(viewer, claimed_on__gte="2024-01-02")
    assert response.status_code == 422
    page = response.content.decode()
    assert "There are no transactions that fit. Nothing was downloaded." in page
    assert 'value="2024-01-02"' in page


def test_records_are_not_for_strangers(client: Client) -> None:
    assert ask(client).status_code == 302
    client.force_login(make_user())
    assert ask(client).status_code == 403


def test_the_overview_is_downloaded_with_its_figures_and_charts(viewer: Client) -> None:
    make_history()
    refresh_facts()
    found = lines(viewer.get("/overview/export/?file=csv&period=all"))
    about = [row[0] for row in found[: found.index([])]]
    assert about[2].startswith("As of: figures made ")
    assert about[3].startswith("Period: 1 January 2024 to ")
    titles = [row[0] for row in found if len(row) == 1]
    assert titles[len(about) :][:2] == ["Figures", "Claims and burns over time"]
    [claims] = [row for row in found if row[:1] == ["Claims"]]
    assert claims[1] == "300"
    months = found.index(["Claims and burns over time"]) + 2
    assert sum(int(row[1]) for row in found[months : found.index([], months)]) == 300


def test_the_figures_were_made_on_the_day_of_the_business(
    viewer: Client, settings: Settings
) -> None:
    settings.TIME_ZONE = "Africa/Cairo"
    make_history(transactions=60)
    version = refresh_facts()
    version.created_at = datetime(2024, 7, 31, 22, 30, tzinfo=UTC)
    version.save()
    found = lines(viewer.get("/overview/export/?file=csv&period=all"))
    assert found[2][0].startswith("As of: figures made 1 August 2024")


def test_a_workbook_of_the_overview_has_a_sheet_for_each_chart(viewer: Client) -> None:
    make_history()
    refresh_facts()
    response = viewer.get("/overview/export/?file=xlsx&period=all")
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    assert book.sheetnames == [
        *("Figures", "Activity", "By city", "By merchant", "By branch"),
        *("Gender", "Loyalty", "Joined"),
    ]


def test_the_overview_leads_to_its_files(viewer: Client) -> None:
    make_history()
    refresh_facts()
    page = viewer.get("/?period=all").content.decode()
    assert "/overview/export/?file=csv&amp;period=all" in page
    assert "/overview/export/?file=xlsx&amp;period=all" in page


def test_a_period_that_makes_no_sense_is_said_on_the_page(viewer: Client) -> None:
    make_history()
    refresh_facts()
    response = viewer.get("/overview/export/?file=csv&period=custom", follow=True)
    assert "Give the first and the last day" in response.content.decode()


def test_without_figures_there_is_nothing_to_download(viewer: Client) -> None:
    assert viewer.get("/overview/export/").url == "/"


def test_the_template_is_downloaded(viewer: Client) -> None:
    response = viewer.get("/data/template/")
    assert response["Content-Disposition"] == 'attachment; filename="coterie-template.xlsx"'
    assert load_workbook(io.BytesIO(response.content)).sheetnames[0] == "Read me"
