"""Days and numbers are understood however a file writes them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pytest_django import Settings

from customers.import_reading import readings_of
from customers.models import City, Customer, DataImport, Transaction
from customers.operations.imports import execute_import, request_import
from tests.customers.importing.files import (
    BURN,
    CITY,
    good_tables,
    import_tables,
    import_text,
    rejects_of,
    write_folder,
)

pytestmark = pytest.mark.django_db
MAY_31 = date(2024, 5, 31)


def joined(folder: Path, *cells: str) -> list[date | None]:
    """The days that cells of join_date are taken for."""
    rows = "".join(f'{n},"{cell}"\n' for n, cell in enumerate(cells))
    import_text(folder, "customers", f"customer_id,join_date\n{rows}")
    return list(Customer.objects.values_list("joined_on", flat=True))


@pytest.mark.parametrize(
    "cell",
    [
        "2024-05-31",
        "2024-05-31 23:59:59",
        "2024-05-31T08:00",
        "2024/05/31",
        "2024.5.31",
        "31/05/2024",
        "31.5.2024",
        "31-05-2024 14:30",
        "31/05/24",
        "05/31/2024",
        "5/31/2024 2:30 PM",
        "20240531",
        "45443",
        "45443.75",
        "31 May 2024",
        "31-May-24",
        "May 31, 2024",
        "٣١/٠٥/٢٠٢٤",
        "2024-05-31T12:00:00Z",
        "2024-05-31 12:00:00+02:00",
    ],
)
def test_a_day_may_be_written_in_many_ways(folder: Path, cell: str) -> None:
    assert joined(folder, cell) == [MAY_31]


def test_days_may_be_written_in_several_ways_in_one_column(folder: Path) -> None:
    assert joined(folder, "2024-05-31", "31/05/2024", "45443", "31 May 2024") == [MAY_31] * 4


def test_one_day_past_the_twelfth_says_which_comes_first(folder: Path) -> None:
    assert joined(folder, "03/04/2024", "05/31/2024") == [date(2024, 3, 4), MAY_31]


def test_days_of_another_column_help(folder: Path) -> None:
    burn = BURN | {"transaction_date": "02/01/2024", "burn_date": "02/29/2024"}
    import_tables(folder, good_tables() | {"transactions": [burn]})
    assert Transaction.objects.get().claimed_on == date(2024, 2, 1)


def import_burn(folder: Path, claimed: list[str], burnt: list[str], **said: object) -> DataImport:
    burns = [
        BURN | {"transaction_id": str(n), "transaction_date": c, "burn_date": b}
        for n, (c, b) in enumerate(zip(claimed, burnt, strict=True))
    ]
    write_folder(folder, good_tables() | {"transactions": burns})
    return import_mapped(folder, {"transactions": said} if said else {})


def test_columns_that_contradict_each_other_have_each_their_own_order(folder: Path) -> None:
    done = import_burn(folder, ["13/05/2024", "02/05/2024"], ["06/13/2024", "06/02/2024"])
    days = [(c.claimed_on, c.burnt_on) for c in Transaction.objects.order_by("external_id")]
    assert days == [(date(2024, 5, n), date(2024, 6, n)) for n in (13, 2)]
    assert done.preview["notes"] == [
        "Dates of the file transactions.csv are day/month/year in transaction_date and"
        " month/day/year in burn_date."
    ]
    assert done.parts[-1]["found"]["dates"] == "by-column"
    assert "month/day/year in the other" in readings_of(done)[-1].written


def test_columns_of_which_one_is_mixed_have_one_order(folder: Path) -> None:
    done = import_burn(folder, ["13/05/2024", "05/13/2024"], ["13/06/2024", "14/06/2024"])
    assert [r["value"] for r in rejects_of(done)] == ["05/13/2024"]
    assert "are of both kinds" in done.preview["notes"][0]


def test_the_order_that_a_person_says_counts_for_all_columns(folder: Path) -> None:
    done = import_burn(folder, ["13/05/2024"], ["06/13/2024"], dates="day-first")
    assert [r["value"] for r in rejects_of(done)] == ["06/13/2024"]


def test_days_that_could_be_read_two_ways_are_day_first_and_it_is_said(folder: Path) -> None:
    done = import_text(folder, "customers", "customer_id,join_date\n1,03/04/2024\n")
    assert Customer.objects.get().joined_on == date(2024, 4, 3)
    assert "could be read two ways" in done.preview["notes"][0]


def test_a_person_says_which_comes_first(folder: Path) -> None:
    (folder / "customers.csv").write_text("customer_id,join_date\n1,03/04/2024\n")
    done = import_mapped(folder, {"customers": {"dates": "month-first"}})
    assert Customer.objects.get().joined_on == date(2024, 3, 4)
    assert done.preview["notes"] == ["Dates of the file customers.csv are read as month/day/year."]


def import_mapped(folder: Path, mapping: dict[str, object]) -> DataImport:
    requested = request_import(
        source=folder,
        source_name="given",
        dry_run=False,
        requested_by=None,
        mapping=mapping,
        queue=False,
    )
    return execute_import(requested.pk)


@pytest.mark.parametrize(
    "cell", ["32/05/2024", "31/13/2024", "2024-02-30", "soon", "1e5", "12345678", "99/99/9999"]
)
def test_what_is_no_day_is_rejected(folder: Path, cell: str) -> None:
    done = import_text(folder, "customers", f'customer_id,join_date\n1,"{cell}"\n')
    assert [(r["column"], r["value"]) for r in rejects_of(done)] == [("join_date", cell)]


def test_a_time_with_a_zone_is_the_day_it_was_here(folder: Path, settings: Settings) -> None:
    settings.TIME_ZONE = "Africa/Cairo"
    assert joined(folder, "2024-05-30T22:30:00Z") == [MAY_31]


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1250.5", "1250.50"),
        ("1,250.50", "1250.50"),
        ("1.250,50", "1250.50"),
        ("1250,5", "1250.50"),
        ("1 250.50", "1250.50"),
        ("12,345,678", "12345678"),
        ("١٢٥٠٫٥", "1250.50"),
        ("0", "0"),
    ],
)
def test_a_number_may_be_written_in_many_ways(folder: Path, cell: str, amount: str) -> None:
    import_tables(folder, good_tables() | {"transactions": [BURN | {"amount": cell}]})
    assert Transaction.objects.get().amount == Decimal(amount)


def test_a_decimal_comma_is_said(folder: Path) -> None:
    done = import_tables(folder, good_tables() | {"transactions": [BURN | {"amount": "3,50"}]})
    assert done.preview["notes"] == [
        "Numbers of the file transactions.csv have a decimal comma in amount."
    ]


@pytest.mark.parametrize(
    "cell", ["1,2,3", "1.2.3", "5 apples", "five", "12,34,567", "--1", "1e9999"]
)
def test_what_is_no_number_is_rejected(folder: Path, cell: str) -> None:
    tables = good_tables() | {"transactions": [BURN | {"amount": cell}]}
    assert [r["code"] for r in rejects_of(import_tables(folder, tables))] == ["not_a_number"]


def test_ids_keep_their_zeros(folder: Path) -> None:
    import_text(folder, "customers", "customer_id\n007\n7\n")
    assert list(Customer.objects.values_list("external_id", flat=True)) == ["007", "7"]


def amounts(folder: Path, *cells: str) -> list[Decimal | None]:
    """What cells of amount are taken for; rejected ones are left out."""
    burns = [BURN | {"transaction_id": str(n), "amount": cell} for n, cell in enumerate(cells)]
    import_tables(folder, good_tables() | {"transactions": burns})
    return list(Transaction.objects.values_list("amount", flat=True))


def test_one_cell_with_a_comma_does_not_turn_the_others_around(folder: Path) -> None:
    assert amounts(folder, "100.50", "12.34", "3,5") == [Decimal("100.50"), Decimal("12.34")]


def test_a_zero_before_the_comma_proves_that_it_is_the_decimal_mark(folder: Path) -> None:
    assert amounts(folder, "0,500", "1,250") == [Decimal("0.50"), Decimal("1.25")]


def test_degrees_have_no_thousands(folder: Path) -> None:
    cities = [CITY | {"latitude": "51,507", "longitude": "0,127"}]
    import_tables(folder, {"cities": cities})
    assert City.objects.get().latitude == 51.507


def test_marks_of_direction_around_an_id_are_no_part_of_it(folder: Path) -> None:
    import_text(folder, "customers", "customer_id\n\u200eC1\u200f\n\u202bC2\u202c\n")
    assert list(Customer.objects.values_list("external_id", flat=True)) == ["C1", "C2"]


def test_an_id_with_an_invisible_character_inside_is_rejected(folder: Path) -> None:
    done = import_text(folder, "customers", "customer_id\nC\u00ad1\n")
    assert [r["code"] for r in rejects_of(done)] == ["control_character"]
