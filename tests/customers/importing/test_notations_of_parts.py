"""Each file of a table has its own order of days and its own decimal mark."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from customers.import_reading import readings_of
from customers.models import Customer, DataImport, Transaction
from tests.customers.importing.files import BURN, good_tables, rejects_of, write_folder
from tests.customers.importing.test_notations import import_mapped

pytestmark = pytest.mark.django_db
JUNE_5, MAY_6 = date(2024, 6, 5), date(2024, 5, 6)


def import_days(folder: Path, *files: list[str], mapping: dict[str, Any] | None = None) -> Any:
    """Import customers_a.csv, customers_b.csv ... with these days of joining."""
    for name, days in zip("abcdef", files, strict=False):
        rows = "".join(f"{name}{n},{day}\n" for n, day in enumerate(days))
        (folder / f"customers_{name}.csv").write_text(f"customer_id,join_date\n{rows}")
    return import_mapped(folder, mapping or {})


def joined() -> dict[str, date | None]:
    return dict(Customer.objects.values_list("external_id", "joined_on"))


def found(done: DataImport) -> list[tuple[str | None, bool]]:
    return [(p["found"]["dates"], p["found"]["are_dates_unsure"]) for p in done.parts]


SAID = {"customers_a": {"dates": "day-first"}, "customers_b": {"dates": "month-first"}}


@pytest.mark.parametrize("mapping", [{}, SAID])
def test_each_file_has_its_own_order(folder: Path, mapping: dict[str, Any]) -> None:
    done = import_days(folder, ["31/05/2024"], ["05/31/2024", "05/06/2024"], mapping=mapping)
    assert joined() == {"a0": date(2024, 5, 31), "b0": date(2024, 5, 31), "b1": MAY_6}
    assert found(done) == [("day-first", False), ("month-first", False)]
    assert rejects_of(done) == []


def test_what_is_said_of_one_file_is_not_said_of_another(folder: Path) -> None:
    import_days(
        folder,
        ["05/06/2024"],
        ["31/05/2024", "05/06/2024"],
        mapping={"customers_a": SAID["customers_b"]},
    )
    assert (joined()["a0"], joined()["b1"]) == (MAY_6, JUNE_5)


def test_a_file_that_leaves_it_open_is_read_as_the_others_and_it_is_said(folder: Path) -> None:
    done = import_days(folder, ["05/31/2024"], ["05/06/2024"], ["2024-06-05"])
    assert joined()["b0"] == MAY_6
    assert found(done) == [("month-first", False), ("month-first", True), ("year-first", False)]
    assert done.preview["notes"] == [
        "Dates of the file customers_a.csv are read as month/day/year.",
        "The dates of the file customers_b.csv could be read two ways; they were read as"
        " month/day/year, as in the others of its table. If they are day/month/year, say so among"
        " its columns.",
    ]


def test_files_that_leave_it_open_among_others_that_differ_are_named_together(folder: Path) -> None:
    done = import_days(folder, ["31/05/2024"], ["05/31/2024"], *[["05/06/2024"]] * 3)
    assert {joined()[f"{name}0"] for name in "cde"} == {JUNE_5}
    assert done.preview["notes"][-1].startswith(
        "The dates of the file customers_c.csv and 2 others could be read two ways; they were read"
        " as day/month/year."
    )


def test_days_of_both_kinds_in_one_file_are_said(folder: Path) -> None:
    done = import_days(folder, ["31/05/2024", "30/05/2024", "05/31/2024"])
    assert [r["value"] for r in rejects_of(done)] == ["05/31/2024"]
    assert found(done) == [("day-first", True)]
    assert "are of both kinds" in done.preview["notes"][0]


def import_amounts(
    folder: Path, *files: list[str], mapping: dict[str, Any] | None = None
) -> DataImport:
    """Import transactions_a.csv, transactions_b.csv ... with these amounts."""
    write_folder(folder, {n: rows for n, rows in good_tables().items() if n != "transactions"})
    for name, cells in zip("abc", files, strict=False):
        burns = [BURN | {"transaction_id": f"{name}{n}", "amount": c} for n, c in enumerate(cells)]
        write_folder(folder, {f"transactions_{name}": burns})
    return import_mapped(folder, mapping or {})


def amounts() -> dict[str, Decimal | None]:
    return dict(Transaction.objects.values_list("external_id", "amount"))


def notes(done: DataImport) -> list[str]:
    return [str(note) for note in done.preview["notes"]]


def test_each_file_has_its_own_decimal_mark(folder: Path) -> None:
    done = import_amounts(folder, ["3,50", "1.250"], ["3.50", "1,250"])
    expected = {"a0": "3.50", "a1": "1250", "b0": "3.50", "b1": "1250"}
    assert amounts() == {name: Decimal(amount) for name, amount in expected.items()}
    assert [p["found"]["decimals"] for p in done.parts[-2:]] == [
        {"amount": "comma"},
        {"amount": "point"},
    ]
    assert notes(done) == ["Numbers of the file transactions_a.csv have a decimal comma in amount."]


@pytest.mark.parametrize(("cell", "read"), [("1.250", "1.25"), ("1,250", "1250.00")])
def test_an_amount_that_could_be_read_two_ways_is_said(folder: Path, cell: str, read: str) -> None:
    done = import_amounts(folder, [cell])
    assert amounts() == {"a0": Decimal(read)}
    assert notes(done) == [
        "The numbers of the file transactions_a.csv could be read two ways in amount:"
        f" {cell} was read as {read}. If that is wrong, say among its columns that they have a"
        " decimal comma."
    ]
    assert done.parts[-1]["found"]["are_decimals_unsure"]


@pytest.mark.parametrize(
    ("mark", "stored"), [("comma", ["1250", "3.40"]), ("point", ["1.25", "3400"])]
)
def test_a_person_says_which_mark_stands_before_the_decimals(
    folder: Path, mark: str, stored: list[str]
) -> None:
    said = {"transactions_a": {"decimals": mark}}
    done = import_amounts(folder, ["1.250", "3,400"], mapping=said)
    assert list(amounts().values()) == [Decimal(amount) for amount in stored]
    assert not done.parts[-1]["found"]["are_decimals_unsure"]
    assert done.parts[-1]["decimals"] == mark


def test_amounts_that_contradict_the_mark_that_was_said_are_rejected(folder: Path) -> None:
    said = {"transactions_a": {"decimals": "point"}}
    done = import_amounts(folder, ["1250.50", "1250,50"], mapping=said)
    assert amounts() == {"a0": Decimal("1250.50")}
    assert [r["value"] for r in rejects_of(done)] == ["1250,50"]


def test_an_amount_that_could_be_read_two_ways_is_read_as_those_of_the_other_files(
    folder: Path,
) -> None:
    done = import_amounts(folder, ["1.250"], ["3,5"])
    assert amounts() == {"a0": Decimal(1250), "b0": Decimal("3.5")}
    assert "1.250 was read as 1250.00, as in the others of its table." in " ".join(notes(done))


@pytest.mark.parametrize(
    ("cells", "stored"),
    [
        (["1.250.000"], ["1250000"]),
        (["1250.500"], ["1250.50"]),
        (["1.250", "2500,125"], ["1250", "2500.13"]),
        (["1250.50", "1,250"], ["1250.50", "1250"]),
        (["1٫250"], ["1.25"]),
    ],
)
def test_other_amounts_decide_what_a_mark_is(
    folder: Path, cells: list[str], stored: list[str]
) -> None:
    done = import_amounts(folder, cells)
    assert list(amounts().values()) == [Decimal(amount) for amount in stored]
    assert not [note for note in notes(done) if "two ways" in note]


@pytest.mark.parametrize(
    ("cells", "number", "read"),
    [
        (["12.5", "12.345", "1,234.567"], "1,234.567", "1234.57"),
        (["12,5", "12,345"], "12,345", "12.35"),
    ],
)
def test_what_is_rounded_is_said(folder: Path, cells: list[str], number: str, read: str) -> None:
    done = import_amounts(folder, cells)
    assert notes(done)[-1] == (
        "Amounts of the file transactions_a.csv have more than two decimals in amount and are"
        f" rounded ({len(cells) - 1} rows): {number} is {read}."
    ).replace("1 rows", "1 row")


def test_zeros_behind_two_decimals_are_not_rounded(folder: Path) -> None:
    done = import_amounts(folder, ["12.500", "3.5", "0.1000"])
    assert notes(done) == []


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("customer_id,join_date\n1,2024-05-31\n", "dates as year-month-day"),
        ("customer_id,join_date\n1,31/05/2024\n", "dates as day/month/year"),
        ("customer_id,join_date\n1,05/31/2024\n", "dates as month/day/year"),
        ("'customer_id','join_date'\n'1','05/31/2024'\n", "' around them, dates as month/day/year"),
        ("customer_id,join_date\n1,31 May 2024\n", "comma between the cells"),
    ],
)
def test_the_page_shows_how_the_days_were_found(folder: Path, text: str, written: str) -> None:
    (folder / "customers.csv").write_text(text)
    (reading,) = readings_of(import_mapped(folder, {}))
    assert reading.written.endswith(f", {written}")


@pytest.mark.parametrize(("cell", "mark"), [("3,5", "comma"), ("3.5", "point")])
def test_the_page_shows_which_decimal_mark_was_found(folder: Path, cell: str, mark: str) -> None:
    *_, reading = readings_of(import_amounts(folder, [cell]))
    assert reading.written.endswith(f", dates as year-month-day, decimal {mark} in amount")


def test_the_page_shows_that_quotation_marks_are_letters(folder: Path) -> None:
    (folder / "cities.csv").write_text('city_id\tcity_name\n1\t"Best" city\n')
    (reading,) = readings_of(import_mapped(folder, {}))
    assert reading.written.endswith("tab between the cells, quotation marks taken as letters")
