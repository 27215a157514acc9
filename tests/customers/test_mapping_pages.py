"""Naming the columns of an import: which table each part is, and which column is which."""

import json
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from customers.models import Customer, DataImport
from customers.operations.imports import execute_import
from tests.customers.import_states import (
    DOUBTFUL,
    Status,
    described,
    keep_upload,
    make_previewed,
    make_unnamed,
)
from tests.customers.importing.files import write_workbook
from tests.factories import make_import, make_user

pytestmark = pytest.mark.django_db
NAMED = {
    "seen": "1",
    "part0-table": "customers",
    "part0-offered": "customers",
    "part0-column-0": "customer_id",
    "part0-column-1": "join_date",
    "part0-column-2": "",
    "part0-encoding": "",
    "part0-delimiter": "",
    "part0-heading_line": "1",
    "part0-dates": "",
}


def text(response: Any) -> str:
    return response.content.decode()


def post(client: Client, data_import: DataImport, **values: str) -> Any:
    changed = NAMED | {name.replace("__", "-"): value for name, value in values.items()}
    return client.post(reverse("name-columns", args=[data_import.pk]), changed, follow=True)


def options(page: str, field: str) -> str:
    """The choices of a field as they stand in the page."""
    return page.split(f'name="{field}"')[1].split("</select>")[0]


def chosen(page: str, field: str) -> list[str]:
    return [o.split('"')[0] for o in options(page, field).split('value="')[1:] if "selected" in o]


def test_the_page_of_the_import_asks_for_the_columns(marketer: Client) -> None:
    page = text(marketer.get(make_unnamed().get_absolute_url()))
    assert "It is not clear which columns are which" in page
    assert "<b>Still to name:</b> Customer number<" in page
    assert "likes tea" in page
    assert "Customer number (required)<" in options(page, "part0-column-0")
    assert chosen(page, "part0-column-1") == ["join_date"]


def test_columns_are_named_and_checked_again(marketer: Client) -> None:
    data_import = make_unnamed()
    assert "Waiting for its turn" in text(post(marketer, data_import))
    data_import.refresh_from_db()
    columns = {"Client": "customer_id", "Joined": "join_date", "Note": None}
    assert data_import.mapping == {"people": {"table": "customers", "columns": columns}}


def test_a_file_with_strange_headings_is_loaded_by_naming_its_columns(marketer: Client) -> None:
    file = SimpleUploadedFile("people.csv", "الكود,Since,Note\n007,2024-01-01,tea\n".encode())
    marketer.post(reverse("start-import"), {"file": file})
    data_import = execute_import(DataImport.objects.get().pk)
    page = text(marketer.get(data_import.get_absolute_url()))
    assert "الكود" in page
    assert "This doesn’t look like customers or coupons" in page
    post(marketer, data_import)
    data_import = execute_import(data_import.pk)
    values = {"mode": "good-rows", "seen": data_import.attempts}
    marketer.post(reverse("load-import", args=[data_import.pk]), values)
    assert execute_import(data_import.pk).status == Status.COMPLETED
    assert Customer.objects.get().external_id == "007"


def test_a_messy_workbook_is_read_by_naming_one_column(marketer: Client, tmp_path: Path) -> None:
    rows = [["Clients of the shop"], [], ["الكود", "Joined", "Sex"], ["007", "31/05/2024", "F"]]
    path = write_workbook(tmp_path / "clients.xlsx", {"Clients": rows, "Notes": [["call them"]]})
    file = SimpleUploadedFile("clients.xlsx", path.read_bytes())
    marketer.post(reverse("start-import"), {"file": file})
    data_import = execute_import(DataImport.objects.get().pk)
    page = text(marketer.get(data_import.get_absolute_url()))
    assert "<b>Still to name:</b> Customer number<" in page
    assert chosen(page, "part0-column-2") == ["gender"]
    post(marketer, data_import, **{"part0-column-2": "gender", "part0-heading_line": "3"})
    page = text(marketer.get(execute_import(data_import.pk).get_absolute_url()))
    assert "an Excel sheet, headings in line 3" in page
    assert "Load 1 row" in page


def test_the_columns_of_a_preview_can_be_changed(marketer: Client) -> None:
    data_import = make_previewed()
    page = text(marketer.get(data_import.get_absolute_url()))
    address = reverse("name-columns", args=[data_import.pk])
    assert address in page
    page = text(marketer.get(address))
    assert chosen(page, "part0-column-0") == ["customer_id"]
    assert "Back to the preview" in page
    post(marketer, data_import, part0__dates="day-first", part0__decimals="comma")
    data_import.refresh_from_db()
    assert data_import.status == Status.QUEUED
    said = data_import.mapping["people"]
    assert (said["dates"], said["decimals"]) == ("day-first", "comma")


def test_another_table_offers_its_columns_and_keeps_the_rest(marketer: Client) -> None:
    shown = {"show": "yes", "part0__table": "merchants", "part0__dates": "month-first"}
    response = post(marketer, make_unnamed(), **shown, part0__heading_line="7")
    page = text(response)
    assert response.status_code == 200
    assert "Merchant name (required)<" in options(page, "part0-column-0")
    assert "customer_id" not in options(page, "part0-column-0")
    assert chosen(page, "part0-dates") == ["month-first"]
    assert 'value="7"' in page
    assert "is-invalid" not in page


def test_another_table_that_was_not_looked_at_is_shown_first(marketer: Client) -> None:
    data_import = make_unnamed()
    response = post(marketer, data_import, part0__table="merchants")
    assert response.status_code == 422
    assert "These are the columns of the table merchants now." in text(response)
    assert DataImport.objects.get().status == Status.MAPPING


def test_what_is_still_to_be_named_is_one_list(marketer: Client) -> None:
    part = described(table="transactions", columns=["customer_id", None, None])
    page = text(marketer.get(make_unnamed(parts=[part]).get_absolute_url()))
    assert "<b>Still to name:</b> Coupon number, Claimed on, Status, Branch<" in page
    assert page.count("has no column") == 0


def several_parts() -> DataImport:
    """Customers that are understood, coupons of which two columns are not, notes."""
    coupons = described(
        name="coupons",
        label="sheet coupons",
        table="transactions",
        headings=["Who", "When", "State"],
        columns=["customer_id", "transaction_date", "transaction_status"],
    )
    notes = described(name="notes", label="sheet notes", table=None, columns=[None] * 3)
    return make_unnamed(parts=[described(label="sheet people"), coupons, notes])


def test_of_several_parts_those_with_trouble_come_first_and_the_others_are_folded(
    marketer: Client,
) -> None:
    page = text(marketer.get(several_parts().get_absolute_url())).split("<main")[1]
    said = '<a href="#part1"><bdi>Sheet coupons</bdi></a>: Coupon number and Branch are still'
    assert page.index(said) < page.index('id="part1"') < page.index('id="part0"')
    people = page.split('id="part0"')[1].split("</section>")[0]
    assert "Customers, 2 of 3 columns" in people.split("<summary>")[1].split("</summary>")[0]
    assert "Left out" in page.split('id="part2"')[1].split("</summary>")[0]
    assert "<summary>" not in page.split('id="part1"')[1].split("part-head")[0]


def test_after_a_wrong_try_the_part_is_named_with_a_link_to_it(marketer: Client) -> None:
    page = text(post(marketer, make_unnamed(), **{"part0__column-0": ""}))
    alert = page.split('notice-bad" role="alert"')[1].split("</div>")[0]
    assert '<a href="#part0"><bdi>File people.csv</bdi></a>: Customer number is still' in alert


def test_a_part_shown_with_another_table_is_not_folded(marketer: Client) -> None:
    parts = [described(), described(name="more", label="sheet more")]
    shown = {"show": "yes", "part1__table": "customers", "part1__offered": ""}
    page = text(post(marketer, make_unnamed(parts=parts), **shown))
    assert 'class="folded-part"' not in page


def test_before_a_table_is_chosen_there_is_one_question(marketer: Client) -> None:
    part = described(headings=["Client"], columns=[None], table=None)
    page = text(marketer.get(make_unnamed(parts=[part]).get_absolute_url())).split("<main")[1]
    assert page.count("What is in this part?") == 1
    assert page.index(">Transactions<") < page.index(">Customers<") < page.index(">Cities<")
    assert "The people who claim coupons." in page
    assert page.count('class="notice') == 1
    assert "<select class=" not in page.split("<details")[0]


def test_the_answer_to_the_question_offers_the_columns(marketer: Client) -> None:
    part = described(headings=["Client"], columns=[None], table=None)
    values = {"show": "yes", "part0__table": "customers", "part0__offered": ""}
    page = text(post(marketer, make_unnamed(parts=[part]), **values))
    assert "What is in this part?" not in page
    assert chosen(page, "part0-column-0") == ["customer_id"]
    assert chosen(page, "part0-table") == ["customers"]


def test_a_file_in_which_nothing_is_known_may_be_the_wrong_one(marketer: Client) -> None:
    part = described(headings=["Line", "Q1", "Q2", "Q3"], columns=[None] * 4, table=None)
    data_import = make_unnamed(parts=[part])
    page = text(marketer.get(data_import.get_absolute_url())).split("<main")[1]
    assert "(<bdi>Line</bdi>, <bdi>Q1</bdi>, <bdi>Q2</bdi> …). Is it the wrong file?" in page
    assert "<select" not in page
    assert 'btn-danger-soft" type="submit"' in page.split("Discard")[0]
    address = reverse("name-columns", args=[data_import.pk])
    assert f'href="{address}"' in page
    assert "What is in this part?" in text(marketer.get(address))


def test_dates_that_could_be_read_two_ways_are_asked_with_the_first_of_them(
    marketer: Client,
) -> None:
    sample = [["007", "15/06/2024", ""], ["008", "05/06/2024", ""]]
    part = described(sample=sample, found=DOUBTFUL)
    page = text(marketer.get(reverse("name-columns", args=[make_previewed(parts=[part]).pk])))
    assert '<details class="mt-3" open>' in page
    assert 'id="part0-dates-choice"' in page
    assert "Dates such as 05/06/2024 are" in page
    assert "day/month/year: 5 June 2024" in options(page, "part0-dates")
    assert "month/day/year: 6 May 2024" in options(page, "part0-dates")


@pytest.mark.parametrize(
    ("cell", "shown", "point", "comma"),
    [
        ("2.500", "2.500", "2.5", "2,500"),
        ("1,750", "1,750", "1,750", "1.75"),
        ("7", "1.250", "1.25", "1,250"),
    ],
)
def test_the_decimal_marks_are_offered_with_what_they_mean(
    marketer: Client, cell: str, shown: str, point: str, comma: str
) -> None:
    part = described(table="transactions", columns=["amount", None, None], sample=[[cell, "", ""]])
    page = text(marketer.get(reverse("name-columns", args=[make_previewed(parts=[part]).pk])))
    offered = options(page, "part0-decimals")
    assert f"decimal point: {shown} is {point}<" in offered
    assert f"decimal comma: {shown} is {comma}<" in offered


def test_htmx_never_copies_an_inline_style_which_the_browser_would_refuse(
    marketer: Client,
) -> None:
    page = unescape(text(marketer.get(make_unnamed().get_absolute_url())))
    config = json.loads(page.split('name="htmx-config" content=\'')[1].split("'>")[0])
    assert "style" not in config["attributesToSettle"]


def test_how_it_is_written_is_folded_where_nothing_is_unsure(marketer: Client) -> None:
    page = text(marketer.get(make_unnamed().get_absolute_url()))
    assert '<details class="mt-3">' in page


def test_a_part_can_be_left_out(marketer: Client) -> None:
    parts = [described(), described(name="notes", label="sheet notes", table=None)]
    data_import = make_previewed(parts=parts)
    page = text(marketer.get(data_import.get_absolute_url()))
    assert "left out" in page.split("Sheet notes")[1].split("</li>")[0]
    post(marketer, data_import, part1__table="", part1__offered="", part1__heading_line="1")
    data_import.refresh_from_db()
    assert data_import.mapping["notes"]["table"] is None


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"part0__column-0": ""}, "<b>Still to name:</b> Customer number<"),
        ({"part0__column-1": "customer_id"}, "are said to be Customer number. Choose one."),
        ({"part0__column-1": "gender_id"}, "there is no table genders to look it up"),
        ({"part0__table": "", "part0__offered": ""}, "None of the tables was found."),
        ({"part0__heading_line": "0"}, "greater than or equal to 1"),
        ({"part0__encoding": "morse"}, "Select a valid choice."),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_lost(
    marketer: Client, values: dict[str, str], sentence: str
) -> None:
    data_import = make_unnamed()
    response = post(marketer, data_import, **values, part0__dates="month-first")
    assert response.status_code == 422
    page = unescape(text(response))
    assert sentence in page
    assert chosen(page, "part0-dates") == ["month-first"]
    assert DataImport.objects.get().status == Status.MAPPING


def test_in_another_encoding_the_columns_are_found_anew(marketer: Client) -> None:
    data_import = make_unnamed()
    post(marketer, data_import, part0__encoding="windows-1256", part0__heading_line="3")
    data_import.refresh_from_db()
    said = {"table": "customers", "encoding": "windows-1256", "heading_line": 3}
    assert data_import.mapping == {"people": said}


def test_what_was_said_of_the_encoding_is_said_again(marketer: Client) -> None:
    said = {"people": {"table": "customers", "encoding": "windows-1256", "heading_line": 3}}
    part = described(format={"encoding": "windows-1256", "heading_line": 3})
    data_import = make_unnamed(mapping=said, parts=[part])
    page = text(marketer.get(data_import.get_absolute_url()))
    assert chosen(page, "part0-encoding") == ["windows-1256"]
    post(marketer, data_import, part0__encoding="windows-1256", part0__heading_line="3")
    data_import.refresh_from_db()
    assert data_import.mapping["people"]["columns"]["Client"] == "customer_id"
    assert data_import.mapping["people"]["heading_line"] == 3


def test_what_was_checked_again_meanwhile_is_shown_first(marketer: Client) -> None:
    data_import = make_unnamed(attempts=2)
    page = text(post(marketer, data_import))
    assert "This import was checked again since you opened this page." in page
    assert DataImport.objects.get().status == Status.MAPPING


@pytest.mark.parametrize("status", [Status.QUEUED, Status.COMPLETED, Status.CANCELLED])
def test_after_the_decision_no_column_is_changed(marketer: Client, status: str) -> None:
    data_import = make_import(status=status)
    for response in (
        post(marketer, data_import),
        marketer.get(reverse("name-columns", args=[data_import.pk]), follow=True),
    ):
        assert "be changed any more." in text(response)
    assert DataImport.objects.get().mapping == {}


def test_an_import_whose_columns_are_not_named_is_discarded(marketer: Client) -> None:
    data_import = make_unnamed()
    kept = keep_upload(data_import)
    marketer.post(reverse("cancel-import", args=[data_import.pk]))
    assert not kept.exists()


def test_hundreds_of_odd_headings_are_shown(
    marketer: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    headings = ["<b>" + "x" * 5000, "رقم العميل", *(f"column {n}" for n in range(500))]
    part = described(headings=headings, columns=[None] * 502, sample=[["<i>"] * 502])
    data_import = make_unnamed(parts=[part])
    with django_assert_max_num_queries(12):
        page = text(marketer.get(data_import.get_absolute_url()))
    assert page.count('name="part0-column-') == 502
    assert "رقم العميل" in page
    assert "<b>x" not in page
    assert "x" * 200 not in page
    assert len(page) < 1_000_000


def test_without_the_right_the_viewer_reads_what_is_missing(client: Client) -> None:
    client.force_login(make_user("Viewer"))
    page = text(client.get(make_unnamed().get_absolute_url()))
    assert "<bdi>File people.csv</bdi>: Customer number is still to be named." in page
    assert "<select" not in page
