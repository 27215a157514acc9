"""What an export looks like, as CSV and as an Excel workbook."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from pytest_django import Settings
from python_calamine import CalamineWorkbook

from customers.exporting.csv_file import csv_chunks
from customers.exporting.export import Cell, Column, Export, Kind, Table
from customers.exporting.workbook import workbook_file, write_workbook
from customers.formulas import inert

MADE = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
COLUMNS = (
    Column("customer_id"),
    Column("joined", Kind.DAY),
    Column("points", Kind.NUMBER),
    Column("paid", Kind.MONEY),
    Column("rate", Kind.SHARE),
    Column("accepts", Kind.YES_NO),
)
ROW = ("007", date(2024, 5, 31), -5, Decimal("12.50"), 0.47, True)
EMPTY = (None,) * 6
FORMULAS = ["=1+1", "+1", "-5", "@SUM(A1)", "\tx", "\rx"]


def export(*rows: tuple[Cell, ...], columns: tuple[Column, ...] = COLUMNS, **values: Any) -> Export:
    tables = [Table("customers", columns, iter(rows))]
    defaults = {"title": "Customers", "as_of": "now", "tables": tables, "made_at": MADE}
    return Export(**defaults | values)


def of_texts(*texts: str) -> Export:
    return export(*((text,) for text in texts), columns=(Column("name"),))


def as_csv(given: Export) -> list[list[str]]:
    text = b"".join(csv_chunks(given)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def as_sheets(given: Export, sheet_rows: int = 1000) -> dict[str, Worksheet]:
    file = io.BytesIO()
    write_workbook(given, file, sheet_rows)
    book = load_workbook(file)
    return {name: book[name] for name in book.sheetnames}


def cells(sheet: Worksheet) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_first_lines_say_what_the_file_is() -> None:
    lines = as_csv(export(ROW, filters=[("Gender", "Female"), ("Joined from", "2024-01-01")]))
    assert lines[:7] == [
        ["Customers"],
        ["Made: 23 November 2026, 21:30 UTC"],
        ["As of: now"],
        ["Gender: Female"],
        ["Joined from: 2024-01-01"],
        [],
        ["customer_id", "joined", "points", "paid", "rate", "accepts"],
    ]


def test_a_file_without_filters_says_so() -> None:
    assert as_csv(export())[3] == ["Filters: none"]


def test_a_csv_file_begins_with_the_mark_that_excel_needs() -> None:
    assert b"".join(csv_chunks(export())).startswith(b"\xef\xbb\xbfCustomers\r\n")


def test_each_kind_of_cell_is_written_as_it_is_read() -> None:
    rows = as_csv(export(ROW, EMPTY))[6:]
    assert rows == [["007", "2024-05-31", "-5", "12.50", "0.47", "yes"], [""] * 6]


def test_days_and_amounts_of_sqlite_are_written_alike() -> None:
    stored = ("007", "2024-05-31", -5, 12.5, 0.47, 1)
    assert as_csv(export(stored)) == as_csv(export(ROW))
    assert cells(as_sheets(export(stored))["customers"]) == cells(
        as_sheets(export(ROW))["customers"]
    )


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_is_never_a_formula(text: str) -> None:
    assert as_csv(of_texts(text))[-1] == [f"'{text}"]
    sheet = as_sheets(of_texts(text))["customers"]
    last = sheet.cell(sheet.max_row, 1)
    assert (last.data_type, last.value.startswith("'")) == ("s", True)


def test_neither_is_a_filter_or_a_title() -> None:
    lines = as_csv(export(title="=1", filters=[("=HYPERLINK(0)", "x")]))
    assert (lines[0], lines[3]) == (["'=1"], ["'=HYPERLINK(0): x"])


@given(st.text(alphabet="'=+-@\t\rab", max_size=5))
def test_taking_one_mark_off_gives_the_text_back(text: str) -> None:
    marked = inert(text)
    assert not marked.startswith(("=", "+", "-", "@", "\t", "\r"))
    # As an import takes it off: one apostrophe before any of the signs, or before more of them.
    assert marked in (text, f"'{text}")


def test_texts_of_every_script_and_with_line_ends_survive() -> None:
    texts = ["قسيمة", '5" disc, big', "two\nlines", "  spaces ", "日本"]
    assert [row[0] for row in as_csv(of_texts(*texts))[-5:]] == texts
    assert [row[0] for row in cells(as_sheets(of_texts(*texts))["customers"])[-5:]] == texts


@pytest.mark.parametrize("text", ["a\0b", "a\x07b", "a\x1bb", "a\ufffeb", "<r>x</r>", "a_x0041_b"])
def test_a_text_that_xml_cannot_hold_spoils_no_workbook(text: str, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with path.open("wb") as file:
        write_workbook(of_texts(text, "after"), file)
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert rows[-1][0] == "after"
    assert cells(as_sheets(of_texts(text, "after"))["customers"])[-1][0] == "after"


def test_no_text_becomes_a_link_or_a_number() -> None:
    sheet = as_sheets(of_texts("https://coterie.example", "0012"))["customers"]
    assert [row[0] for row in cells(sheet)[-2:]] == ["https://coterie.example", "0012"]
    assert not sheet._hyperlinks


def test_a_workbook_holds_real_days_and_numbers() -> None:
    sheet = as_sheets(export(ROW))["customers"]
    row = [cell.value for cell in sheet[sheet.max_row]]
    assert row == ["007", datetime(2024, 5, 31), -5, 12.5, 0.47, "yes"]  # noqa: DTZ001 - Excel knows no zones
    formats = [cell.number_format for cell in sheet[sheet.max_row]]
    assert formats == ["@", "yyyy-mm-dd", "General", "#,##0.00", "0.0%", "General"]


def test_the_headings_of_a_workbook_stay_in_sight_and_filter() -> None:
    sheet = as_sheets(export(ROW))["customers"]
    assert [cell.value for cell in sheet[6]] == [column.heading for column in COLUMNS]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A7", "A6:F7")


def test_rows_that_do_not_fit_a_sheet_go_on_in_the_next() -> None:
    rows = [(str(number),) for number in range(10)]
    sheets = as_sheets(export(*rows, columns=(Column("name"),)), sheet_rows=8)
    assert list(sheets) == ["customers", "customers (2)", "customers (3)"]
    assert [row[0] for row in cells(sheets["customers"])[-3:]] == ["name", "0", "1"]
    second, third = cells(sheets["customers (2)"]), cells(sheets["customers (3)"])
    assert second == [["name"], *([str(n)] for n in range(2, 9))]
    assert third == [["name"], ["9"]]


def test_rows_that_just_fit_need_no_second_sheet() -> None:
    rows = [(str(number),) for number in range(2)]
    assert list(as_sheets(export(*rows, columns=(Column("name"),)), sheet_rows=8)) == ["customers"]


def test_the_names_of_sheets_are_such_as_excel_takes() -> None:
    names = ["a/b: [c]?", "x" * 40, "X" * 40, "''"]
    tables = [Table(name, (Column("n"),), []) for name in names]
    found = list(as_sheets(export(tables=tables)))
    assert found == ["a b   c", "x" * 31, "X" * 27 + " (2)", "Sheet"]


def test_several_tables_follow_each_other_in_a_csv_file() -> None:
    tables = [Table(n, (Column(n),), [("1",)], title=n.upper()) for n in ("one", "two")]
    lines = as_csv(export(tables=tables))
    assert lines[4:] == [[], ["ONE"], ["one"], ["1"], [], ["TWO"], ["two"], ["1"]]


def test_the_rows_are_let_go_when_the_reader_goes_away() -> None:
    left: list[bool] = []

    def rows() -> Iterator[tuple[str]]:
        try:
            while True:
                yield ("endless",)
        finally:
            left.append(True)

    chunks = csv_chunks(export(tables=[Table("endless", (Column("n"),), rows())]))
    for _ in range(4):
        next(chunks)
    chunks.close()
    assert left == [True]


def test_a_workbook_leaves_no_file_behind(settings: Settings) -> None:
    with workbook_file(export(ROW)) as file:
        assert file.read(2) == b"PK"
    assert list((settings.DATA_DIR / "exports").iterdir()) == []


def test_a_workbook_that_fails_leaves_no_file_behind(settings: Settings) -> None:
    def rows() -> Iterator[tuple[str]]:
        yield ("one",)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        workbook_file(export(tables=[Table("broken", (Column("n"),), rows())]))
    assert list((settings.DATA_DIR / "exports").iterdir()) == []
