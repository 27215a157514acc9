"""The workbook to fill in."""

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from customers.importing.column_words import COLUMN_WORDS
from customers.importing.tables import TABLES, Kind
from customers.importing.template import READ_ME, columns_to_fill, template_workbook
from tests.customers.importing.files import run_import


@pytest.fixture(scope="module")
def book() -> Workbook:
    return load_workbook(BytesIO(template_workbook()))


def test_there_is_a_sheet_for_each_table_and_one_that_explains(book: Workbook) -> None:
    assert book.sheetnames[0] == READ_ME
    assert set(book.sheetnames[1:]) == {table.name for table in TABLES}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_headings_are_those_of_the_catalogue(book: Workbook, table: object) -> None:
    sheet = book[table.name]
    headings = [cell.value for cell in sheet[1]]
    assert headings == [column.name for column in columns_to_fill(table)]
    assert all(table.column_for(heading) for heading in headings)
    assert (sheet.max_row, sheet.freeze_panes) == (1, "A2")
    assert all(cell.font.bold for cell in sheet[1])


def test_every_column_is_explained_in_a_sentence_with_an_example(book: Workbook) -> None:
    wanted = {(t.name, c.name) for t in TABLES for c in columns_to_fill(t)}
    assert set(COLUMN_WORDS) == wanted
    rows = {(row[0].value, row[1].value): row for row in book[READ_ME].iter_rows(min_row=4)}
    assert wanted <= set(rows)
    assert all(rows[key][3].value.endswith(".") and rows[key][4].value for key in wanted)


def test_needed_columns_stand_out(book: Workbook) -> None:
    sheet = book["transactions"]
    needed = {c.name for t in TABLES if t.name == "transactions" for c in t.columns if c.required}
    plain = {cell.value for cell in sheet[1] if cell.fill.fgColor.rgb == "00000000"}
    assert plain == {cell.value for cell in sheet[1]} - needed


def test_ids_keep_their_zeros_and_days_look_like_days(book: Workbook) -> None:
    for table in TABLES:
        for position, column in enumerate(columns_to_fill(table)):
            letter = "ABCDEFGH"[position]
            expected = {Kind.DAY: "yyyy-mm-dd", Kind.MONEY: "0.00", Kind.DEGREES: "0.000000"}
            format = book[table.name].column_dimensions[letter].number_format
            assert format == expected.get(column.kind, "@")


def test_cells_with_few_words_offer_them_and_each_is_understood(book: Workbook) -> None:
    offered = {
        (sheet.title, sheet.cell(1, next(iter(choice.sqref.ranges)).min_col).value): choice.formula1
        for sheet in book.worksheets
        for choice in sheet.data_validations.dataValidation
    }
    assert offered == {
        ("customers", "gender"): '"Female,Male,Unknown"',
        ("customers", "accepts_marketing"): '"yes,no"',
        ("transactions", "transaction_status"): '"claimed,burnt"',
    }
    for (sheet, heading), words in offered.items():
        [table] = [table for table in TABLES if table.name == sheet]
        column = table.column_for(heading)
        assert column
        assert {word.lower() for word in words.strip('"').split(",")} <= set(column.words)


@pytest.mark.django_db
def test_the_template_imports_as_it_is(folder: Path) -> None:
    path = folder / "template.xlsx"
    path.write_bytes(template_workbook())
    done = run_import(path)
    assert (done.status, done.total_rows, done.error) == ("completed", 0, "")
