"""The workbook to fill in: a sheet for each table of the catalogue, and one that explains them."""

from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from customers.importing.column_words import COLUMN_WORDS
from customers.importing.tables import (
    BRANCHES,
    CITIES,
    CUSTOMERS,
    MERCHANTS,
    TRANSACTIONS,
    Column,
    Kind,
    Table,
)
from customers.importing.words import one_for_each

READ_ME = "Read me"
ORDER = (CUSTOMERS, CITIES, MERCHANTS, BRANCHES, TRANSACTIONS)  # as people think of them
INTRODUCTION = (
    "Fill in the sheets and import this workbook on the page Data. Leave out what you don't have:"
    " an empty sheet changes nothing.",
    "Delete the columns that you don't have: one that is there and empty empties what is stored.",
    "Headings in green need a value in every row. Importing again changes only what is different:"
    " each row is found by its id.",
)
LAST_ROW = 1_048_575  # counted from 0
# As text, so that 007 keeps its zeros.
NUMBER_FORMATS = {Kind.DAY: "yyyy-mm-dd", Kind.MONEY: "0.00", Kind.DEGREES: "0.000000"}
TEXT_FORMAT = "@"
HEADING = {"bold": True, "bottom": 1}
REQUIRED = HEADING | {"bg_color": "#C9EBE4"}


def template_workbook() -> bytes:
    """An .xlsx file that imports as it is, with no rows."""
    content = BytesIO()
    with Workbook(content, {"in_memory": True}) as book:
        _write_explanation(book)
        for table in ORDER:
            _write_table(book, table)
    return content.getvalue()


def columns_to_fill(table: Table) -> list[Column]:
    """The columns without a key of a sheet that is not in the template."""
    return [column for column in table.columns if column.kind != Kind.GENDER_ID]


def _write_explanation(book: Workbook) -> None:
    sheet = book.add_worksheet(READ_ME)
    heading, wrapped = book.add_format(HEADING), book.add_format({"text_wrap": True})
    for row, sentence in enumerate(INTRODUCTION):
        sheet.merge_range(row, 0, row, 4, sentence, wrapped)
        sheet.set_row(row, 32)
    head = len(INTRODUCTION) + 1
    sheet.write_row(head, 0, ["Sheet", "Heading", "Needed", "What it holds", "Example"], heading)
    columns = [(table, column) for table in ORDER for column in columns_to_fill(table)]
    for row, (table, column) in enumerate(columns, start=head + 1):
        _write_texts(sheet, row, _explanation(table, column), wrapped)
    for position, width in enumerate((14, 20, 10, 70, 26)):
        sheet.set_column(position, position, width)
    sheet.freeze_panes(head + 1, 0)


def _explanation(table: Table, column: Column) -> list[str]:
    needed = "yes" if column.required else ""
    return [table.name, column.name, needed, *COLUMN_WORDS[table.name, column.name]]


def _write_texts(sheet: Worksheet, row: int, texts: list[str], format: Format) -> None:
    for position, text in enumerate(texts):
        sheet.write_string(row, position, text, format)


def _write_table(book: Workbook, table: Table) -> None:
    sheet = book.add_worksheet(table.name)
    usual, required = book.add_format(HEADING), book.add_format(REQUIRED)
    for position, column in enumerate(columns_to_fill(table)):
        sheet.write_string(0, position, column.name, required if column.required else usual)
        cells = book.add_format({"num_format": NUMBER_FORMATS.get(column.kind, TEXT_FORMAT)})
        sheet.set_column(position, position, max(14, len(column.name) + 4), cells)
        if words := one_for_each(column.words):
            choice = {"validate": "list", "source": words, "error_title": column.name}
            sheet.data_validation(1, position, LAST_ROW, position, choice)
    sheet.freeze_panes(1, 0)
