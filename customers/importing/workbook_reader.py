"""Taking the sheets out of an Excel workbook, as a program of its own that stays within limits.

python-calamine holds a sheet as the whole rectangle from its first to its last cell, so a file of
2 KB can ask for half a terabyte, and then it ends the process that asked. How far a sheet reaches
is only known for certain by reading it as calamine does: an XML parser takes 7.7 s for a million
rows of 8 cells, which calamine reads in 5.4 s. So it is read here, where only this process ends.
"""

import csv
import errno
import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from customers.importing.reader_limits import REFUSED, limit_file, set_limits
from customers.importing.typed_numbers import typed_text
from customers.importing.unreadable import UnreadableSource

MOST_CELLS = 20_000_000
TOO_FAR = (
    "A sheet of the workbook reaches far beyond its data."
    " Delete the empty rows and columns after the data, or save the sheets as CSV files."
)
TWICE = "The workbook has two sheets that are called {0}. Give each its own name."


def main(path: str, folder: str, most_bytes: str) -> int:
    """Write the visible sheets to the folder; to the standard output, as JSON, the titles.

    They are two lists: those of the written sheets and those of the hidden ones.

    Gives the exit code; when it is REFUSED, the reason is on the standard output.
    """
    set_limits()
    try:
        written = _write_sheets(Path(path), Path(folder), int(most_bytes))
    except UnreadableSource as refusal:
        sys.stdout.write(str(refusal))
        return REFUSED
    sys.stdout.write(json.dumps(written))
    return 0


def _write_sheets(path: Path, folder: Path, most_bytes: int) -> tuple[list[str], list[str]]:
    """The titles of the sheets with something in them, which are in the files 0.csv, 1.csv, ...

    Then those of the hidden ones: people don't see them, so they don't mean them.
    """
    titles: list[str] = []
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        hidden = _titles(workbook, are_visible=False)
        for title in _titles(workbook, are_visible=True):
            file = folder / f"{len(titles)}.csv"
            # One long text that many cells share becomes many long texts.
            limit_file(most_bytes)
            _write(workbook.get_sheet_by_name(title), file)
            most_bytes -= file.stat().st_size
            if file.stat().st_size:
                titles.append(title)
    except CalamineError as error:
        raise UnreadableSource(
            "The workbook can't be read. Open it in Excel and save it again as .xlsx."
        ) from error
    except MemoryError as error:
        raise UnreadableSource(TOO_FAR) from error
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
        raise UnreadableSource("The workbook holds too much text. Split it.") from error
    return titles, hidden


def _titles(workbook: CalamineWorkbook, *, are_visible: bool) -> list[str]:
    """The titles of the sheets that have cells; charts have none."""
    all_titles = [sheet.name for sheet in workbook.sheets_metadata]
    if twice := [title for title, count in Counter(all_titles).items() if count > 1]:
        raise UnreadableSource(TWICE.format(twice[0]))  # only the first could be read
    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if (sheet.visible == SheetVisibleEnum.Visible) == are_visible
        and sheet.typ == SheetTypeEnum.WorkSheet
    ]


def _write(sheet: CalamineSheet, path: Path) -> None:
    # The empty cells before the first one are no part of the rectangle, but of every row.
    if sheet.total_height * sheet.total_width > MOST_CELLS:
        raise UnreadableSource(TOO_FAR)
    with path.open("w", encoding="utf-8", newline="") as file:
        # With this line end a carriage return in a cell is quoted; Python 3.11 leaves it bare else.
        writer = csv.writer(file, lineterminator="\r\n")
        for number, cells in _rows(sheet):
            writer.writerow([number, *cells])


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, with their numbers."""
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = [_text(cell) for cell in row]
        if any(cells):
            yield number, cells


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    # Excel stores every number as a float; people see and mean 7, not 7.0.
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else typed_text(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
