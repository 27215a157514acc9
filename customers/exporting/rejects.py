"""The rejected rows of an import as the file that somebody asked for: as it is kept, or Excel."""

import csv
import tempfile
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from customers.exporting.download import XLSX, XLSX_TYPE
from customers.exporting.workbook import OPTIONS, SHEET_ROWS, UNWRITABLE, exports_folder

SHEET = "rejected rows"
LONGEST_TEXT = 32_767  # characters of a cell; one that has more is rejected whatever it says
LONGEST_CELL = 1 << 24  # characters of a cell of a CSV file
REASON = 5  # the position of the column with the longest texts
WIDTH, WIDTH_OF_REASON = 18, 60


def rejects_download(path: Path, title: str, file: str, *, method: str | None) -> HttpResponseBase:
    """The file of rejected rows at the path, as CSV or as a workbook; to HEAD, only its name."""
    if file != XLSX:
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"{title}.csv")
    name = content_disposition_header(True, f"{title}.{XLSX}")
    headers = {"Content-Disposition": str(name)}
    if method == "HEAD":
        return HttpResponse(headers=headers, content_type=XLSX_TYPE)
    return FileResponse(rejects_workbook(path), headers=headers, content_type=XLSX_TYPE)


def rejects_workbook(path: Path, sheet_rows: int = SHEET_ROWS) -> IO[bytes]:
    """A file without a name that holds the workbook; it is gone when it is closed.

    Every cell is text, so that a spreadsheet changes none; each sheet begins with the headings.
    """
    workbook = tempfile.TemporaryFile(dir=exports_folder())  # noqa: SIM115 - the response closes it
    try:
        with (
            path.open(encoding="utf-8-sig", newline="") as rows,
            tempfile.TemporaryDirectory(dir=exports_folder()) as folder,
            Workbook(workbook, OPTIONS | {"tmpdir": folder}) as book,
        ):
            _write_sheets(book, _rows(rows), sheet_rows)
    except BaseException:
        workbook.close()
        raise
    workbook.seek(0)
    return workbook


def _rows(file: IO[str]) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    return csv.reader(file)


def _write_sheets(book: Workbook, rows: Iterator[list[str]], sheet_rows: int) -> None:
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    headings = next(rows)
    for number, first in enumerate(rows, start=1):
        sheet = book.add_worksheet(SHEET if number == 1 else f"{SHEET} ({number})")
        sheet.set_column(0, len(headings) - 1, WIDTH, text)
        sheet.set_column(REASON, REASON, WIDTH_OF_REASON, text)
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": "A:XFD"})
        _write_row(sheet, 0, headings, bold)
        for line, row in enumerate(chain([first], islice(rows, sheet_rows - 2)), start=1):
            _write_row(sheet, line, row, text)


def _write_row(sheet: Worksheet, line: int, cells: list[str], format: Format) -> None:
    for position, cell in enumerate(cells):
        sheet.write_string(line, position, _text(cell), format)


def _text(cell: str) -> str:
    # The writer takes what begins like this for its own markup; an import drops the space.
    bare = f" {cell}" if cell.startswith("<r>") else cell
    return UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", bare)[:LONGEST_TEXT]
