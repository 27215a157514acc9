"""An export as an Excel workbook, in constant memory."""

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from customers.exporting.export import Export, Kind, Table
from customers.formulas import inert

SHEET_ROWS = 1_048_576
SHEET_NAME = 31  # characters
DAY_ZERO = date(1899, 12, 30).toordinal()
FORMATS = {Kind.MONEY: "#,##0.00", Kind.SHARE: "0.0%", Kind.DAY: "yyyy-mm-dd", Kind.TEXT: "@"}
WIDTHS = {Kind.TEXT: 18, Kind.DAY: 14}
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}
# What XML can't hold, whatever is done to it.
UNWRITABLE = re.compile("[\x00\ud800-\udfff\ufffe\uffff]")


def exports_folder() -> Path:
    """Where workbooks are made: on a disk, which the system's temporary folder may not be."""
    folder = Path(settings.DATA_DIR) / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def workbook_file(export: Export) -> IO[bytes]:
    """A file without a name that holds the workbook; it is gone when it is closed."""
    file = tempfile.TemporaryFile(dir=exports_folder())  # noqa: SIM115 - the response closes it
    try:
        write_workbook(export, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def write_workbook(export: Export, file: IO[bytes], sheet_rows: int = SHEET_ROWS) -> None:
    """Write each table to a sheet, and to further ones where it has more than `sheet_rows`."""
    try:
        with (
            tempfile.TemporaryDirectory(dir=exports_folder()) as folder,
            Workbook(file, OPTIONS | {"tmpdir": folder}) as book,
        ):
            for table in export.tables:
                _write_table(book, export, table, sheet_rows)
    finally:
        export.close()


def _write_table(book: Workbook, export: Export, table: Table, sheet_rows: int) -> None:
    about = [*export.about, *([table.title] if table.title else []), ""]
    rows = iter(table.rows)
    writers = [_writer(book, column.kind) for column in table.columns]
    _write_sheet(book, table, about, writers, islice(rows, sheet_rows - len(about) - 1))
    for first in rows:
        more = islice(chain([first], rows), sheet_rows - 1)
        _write_sheet(book, table, [], writers, more)


def _write_sheet(
    book: Workbook,
    table: Table,
    about: Sequence[str],
    writers: "Sequence[Writer]",
    rows: Iterator[Sequence[Any]],
) -> None:
    sheet = book.add_worksheet(_sheet_name(book, table.name))
    head = last = len(about)
    _set_columns(book, sheet, table)
    bold = book.add_format({"bold": True})
    for number, line in enumerate(about):
        sheet.write_string(number, 0, _text(line), bold if number == 0 else None)
    for position, column in enumerate(table.columns):
        sheet.write_string(head, position, _text(column.heading), bold)
    for last, row in enumerate(rows, start=head + 1):
        for position, (write, cell) in enumerate(zip(writers, row, strict=True)):
            if cell is not None:
                write(sheet, last, position, cell)
    sheet.freeze_panes(head + 1, 0)
    sheet.autofilter(head, 0, last, len(table.columns) - 1)


def _sheet_name(book: Workbook, name: str) -> str:
    """transactions, and transactions (2) for what does not fit there."""
    bare = re.sub(r"[\[\]:*?/\\]", " ", name).strip("' ") or "Sheet"
    taken = {sheet.get_name().casefold() for sheet in book.worksheets()}
    names = (f"{bare[: SHEET_NAME - len(end)]}{end}" for end in _endings())
    return next(name for name in names if name.casefold() not in taken)


def _endings() -> Iterator[str]:
    yield ""
    for number in range(2, 100_000):
        yield f" ({number})"


def _set_columns(book: Workbook, sheet: Worksheet, table: Table) -> None:
    for position, column in enumerate(table.columns):
        width = max(WIDTHS.get(column.kind, 12), len(column.heading) + 4)
        sheet.set_column(position, position, width)


Writer = Callable[[Worksheet, int, int, Any], object]


def _writer(book: Workbook, kind: Kind) -> Writer:
    """What writes the cells of such a column."""
    format = book.add_format({"num_format": FORMATS[kind]}) if kind in FORMATS else None
    match kind:
        case Kind.TEXT:
            return lambda sheet, row, column, cell: sheet.write_string(
                row, column, _text(cell), format
            )
        case Kind.YES_NO:
            return lambda sheet, row, column, cell: sheet.write_string(
                row, column, "yes" if cell else "no"
            )
        case Kind.DAY:
            return lambda sheet, row, column, cell: sheet.write_number(
                row, column, _serial(cell), format
            )
        case _:
            return lambda sheet, row, column, cell: sheet.write_number(row, column, cell, format)


def _serial(day: date | str) -> int:
    """The number of a day in a spreadsheet."""
    return (date.fromisoformat(day) if isinstance(day, str) else day).toordinal() - DAY_ZERO


def _text(text: str) -> str:
    # The writer takes what begins like this for its own markup; an import drops the space.
    bare = f" {text}" if text.startswith("<r>") else inert(text)
    return UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", bare)
