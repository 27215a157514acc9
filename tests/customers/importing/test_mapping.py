"""Columns are recognised by their names, and people have the last word."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from customers.importing.headings import find_heading_row
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


VOUCHERS = (
    *("Voucher ID", "Member", "Issued", "Redeemed at", "Redeemed on", "Shop", "Value (EGP)"),
    *("State", "Campaign"),
)


def with_rows(*rows: str, headings: tuple[str, ...], name: str = "export") -> Part:
    return replace(part(*headings, name=name), sample=tuple(tuple(r.split(";")) for r in rows))


def test_the_words_of_a_till_are_understood_and_its_cells_say_which_column_holds_days() -> None:
    rows = (
        "V-1;M-1;01/04/2024;B901;05/04/2024;B901;EGP 1,250.00;Redeemed;Ramadan",
        "V-3;M-3;13/04/2024;B901;14/04/2024 18:30;B901;120;Used;Ramadan",
    )
    found = mapped(with_rows(*rows, headings=VOUCHERS))
    assert (found.table, found.twice) == ("transactions", {})
    assert list(found.columns.values()) == [
        *("transaction_id", "customer_id", "transaction_date", None, "burn_date"),
        *("branch_id", "amount", "transaction_status", "coupon_name"),
    ]


@pytest.mark.parametrize(
    ("table", "heading", "column"),
    [
        ("transactions", "Coupon no", "transaction_id"),
        ("transactions", "Voucher", "transaction_id"),
        ("transactions", "Store", "branch_id"),
        ("transactions", "Paid", "amount"),
        ("transactions", "Used", "burn_date"),
        ("transactions", "Used on", "burn_date"),
        ("transactions", "Member no", "customer_id"),
        ("transactions", "Issued on", "transaction_date"),
        ("customers", "Signup", "join_date"),
        ("customers", "Sign-up date", "join_date"),
        ("customers", "Town", "city_id"),
        ("customers", "موافقة", "accepts_marketing"),
        ("customers", "الموافقة على التسويق", "accepts_marketing"),
        ("cities", "Latitude [deg]", "latitude"),
    ],
)
def test_other_headings_are_understood(table: str, heading: str, column: str) -> None:
    assert mapped(part(heading), {"table": table}).columns == {heading: column}


def test_a_heading_that_only_may_mean_a_column_yields_to_one_that_does() -> None:
    given = part("Store", "Store ID", "Member", "Member ID", "issued", "date", "joined")
    found = mapped(given, {"table": "transactions"})
    assert list(found.columns.values())[:6] == [
        *(None, "branch_id", None, "customer_id", None, "transaction_date"),
    ]
    assert found.twice == {}


@pytest.mark.parametrize(
    ("heading", "cells", "column"),
    [
        ("Used", ("yes", "no"), None),
        ("Used", ("yes", ""), "burn_date"),
        ("Used", ("yes", "3 March 2024"), "burn_date"),
        ("Used", ("45443", "45444"), "burn_date"),
        ("Joined", ("١٣/٠٥/٢٠٢٤", "?"), None),
        ("Price", ("cheap", "dear"), None),
        ("Price", ("€ 3", "dear"), "amount"),
        ("Price", ("٣٫٥ ج.م", "?"), "amount"),
        ("burn_date", ("soon", "late"), "burn_date"),
    ],
)
def test_cells_that_are_no_days_or_numbers_are_not_taken_for_such(
    heading: str, cells: tuple[str, ...], column: str | None
) -> None:
    given = with_rows(*cells, headings=(heading,))
    assert mapped(given, {"table": "transactions"}).columns == {heading: column}


def test_arabic_headings_are_found_beneath_a_title() -> None:
    rows = [("تقرير", "مايو", "", ""), ("رقم العميل", "الجنس", "المدينة", "x"), ("1", "م", "2", "")]
    assert find_heading_row(rows) == 1
