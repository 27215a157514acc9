"""Columns are recognised by their names, and people have the last word."""

from pathlib import Path
from typing import Any

import pytest

from customers.importing.mapping import (
    BadMapping,
    PartMapping,
    faults_of_mapping,
    map_parts,
    shape_of,
)
from customers.importing.parts import Format, Part


def part(*headings: str, name: str = "export", label: str = "file export.csv") -> Part:
    return Part(name, label, Path("export.csv"), False, Format("csv"), headings, ())


def mapped(
    given: Part, said: dict[str, Any] | None = None, known: dict[str, Any] | None = None
) -> PartMapping:
    return map_parts([given], {given.name: said} if said else {}, lambda part: known)[given.name]


@pytest.mark.parametrize(
    ("headings", "table"),
    [
        (("customer_id", "join_date"), "customers"),
        (("Shop card", "Gender", "Opt-in"), "customers"),
        (("Customer Number", "Gender", "Opt-in"), "customers"),
        (("transactionId", "customerId", "branchId", "status", "date"), "transactions"),
        (("branch_id", "merchant_id"), "branches"),
        (("gender_id", "gender_name"), "genders"),
        (("رقم العميل", "تاريخ الانضمام"), "customers"),
        (("id", "name"), None),
        (("a", "b", "c"), None),
        (("Slip", "customer_id", "branch_id", "status", "claim date"), "transactions"),
    ],
)
def test_the_headings_say_which_table_it_is(headings: tuple[str, ...], table: str | None) -> None:
    assert mapped(part(*headings)).table == table


@pytest.mark.parametrize(
    "name", ["Customers", "customers-2024-05", "CLIENTS", "العملاء", "customers_20240531"]
)
def test_the_name_says_which_table_it_is(name: str) -> None:
    assert mapped(part("id", "city", name=name)).table == "customers"


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Customer ID", "customer_id"),
        ("customerId", "customer_id"),
        ("CUSTOMER-ID", "customer_id"),
        ("Sex", "gender"),
        ("Member since", "join_date"),
        ("تاريخ التسجيل", "join_date"),
        ("Shoe size", None),
    ],
)
def test_a_heading_says_which_column_it_is(heading: str, column: str | None) -> None:
    assert mapped(part("x", heading, name="customers")).columns[heading] == column


def test_the_columns_own_name_comes_before_another_that_means_the_same() -> None:
    columns = mapped(part("Date", "Transaction date", name="transactions")).columns
    assert columns == {"Date": None, "Transaction date": "transaction_date"}


def test_what_a_person_says_counts() -> None:
    said = {"table": "customers", "columns": {"Kunde": "customer_id", "Sex": None}}
    columns = mapped(part("Kunde", "Sex", "City"), said).columns
    assert columns == {"Kunde": "customer_id", "Sex": None, "City": "city_id"}


def test_a_person_can_leave_a_part_out() -> None:
    assert mapped(part("customer_id", name="customers"), {"table": None}) == PartMapping()


def test_what_a_person_said_of_the_last_file_is_remembered() -> None:
    known = {"table": "customers", "columns": {"Kunde": "customer_id"}, "dates": "month-first"}
    mapping = mapped(part("Kunde", "Gender"), known=known)
    assert (mapping.table, mapping.dates) == ("customers", "month-first")
    assert mapping.columns == {"Kunde": "customer_id", "Gender": "gender"}


def test_one_file_has_another_name_each_day() -> None:
    said = {"yesterday": {"table": "customers", "columns": {"Kunde": "customer_id"}}}
    assert map_parts([part("Kunde", name="today")], said, lambda p: None)["today"].table


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"table": "clients"}, "no table clients"),
        ({"table": "customers", "columns": {"Nobody": "customer_id"}}, "no column Nobody"),
        ({"table": "customers", "columns": {"Kunde": "client"}}, "no column client"),
        ({"columns": ["Kunde"], "table": "customers"}, "object of headings"),
        ({"dates": "yearly"}, "day-first or month-first"),
        ({"decimals": "dot"}, "point or comma"),
        ({"colums": {}}, "colums is none of"),
        ({"heading_line": 0.5}, "number of a line"),
        (
            {"table": "customers", "columns": {"Kunde": "customer_id", "x": "customer_id"}},
            "Two columns",
        ),
        ("customers", "JSON object"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(said: Any, words: str) -> None:
    with pytest.raises(BadMapping, match=words):
        mapped(part("Kunde", "x"), said)


def test_a_mapping_of_another_part_is_refused() -> None:
    parts = [part("customer_id", name="customers"), part("city_id", name="cities")]
    with pytest.raises(BadMapping, match="no part clients"):
        map_parts(parts, {"clients": {}}, lambda p: None)


def test_a_required_column_that_is_missing_is_named() -> None:
    given = part("city_name", name="cities", label="sheet cities")
    faults = faults_of_mapping(given, mapped(given))
    assert faults == ["The sheet cities has no column city_id. Add it, or say which column it is."]


def test_files_of_one_kind_have_one_shape() -> None:
    first, second = part("ID", "Name", name="May-2024-05"), part("id", "name", name="may 2025")
    assert shape_of(first) == shape_of(second)
    assert shape_of(first) != shape_of(part("id", "name", "city", name="May"))
