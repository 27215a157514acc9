"""Taking the sheets out of an Excel workbook, as a program of its own that stays within limits.

python-calamine holds a sheet as the whole rectangle from its first to its last cell, so a file of
2 KB can ask for half a terabyte, and then it ends the process that asked. How far a sheet reaches
is only known for certain by reading it as calamine does: an XML parser takes 7.7 s for a million
rows of 8 cells, which calamine reads in 5.4 s. So it is read here, where only this process ends.
"""

import csv
import errno
import resource
import sys
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from customers.importing.unreadable import UnreadableSource

REFUSED = 3  # the exit code when the reason is on the standard output
MEMORY_BYTES = 2 << 30  # a million rows of 8 cells take a third of it
CPU_SECONDS = 600
MOST_CELLS = 20_000_000
TOO_FAR = (
    "A sheet of the workbook reaches far beyond its data."
    " Delete the empty rows and columns after the data, or save the sheets as CSV files."
)


def main(path: str, folder: str, most_bytes: str, *names: str) -> int:
    """Write the sheets to the folder: the exit code, after the reason when it is REFUSED."""
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    _limit(resource.RLIMIT_CPU, CPU_SECONDS)
    try:
        _write_sheets(Path(path), Path(folder), int(most_bytes), names)
    except UnreadableSource as refusal:
        sys.stdout.write(str(refusal))
        return REFUSED
    return 0


def _limit(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    # Where a stricter limit is set already, or none can be, only this process is at stake.
    with suppress(ValueError):
        resource.setrlimit(what, (most, hard))


def _write_sheets(path: Path, folder: Path, most_bytes: int, names: Collection[str]) -> None:
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        for name, title in _titles(workbook, names).items():
            file = folder / f"{name}.csv"
            # One long text that many cells share becomes many long texts.
            _limit(resource.RLIMIT_FSIZE, most_bytes)
            _write(workbook.get_sheet_by_name(title), file)
            most_bytes -= file.stat().st_size
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


def _titles(workbook: CalamineWorkbook, names: Collection[str]) -> dict[str, str]:
    titles: dict[str, str] = {}
    for title in workbook.sheet_names:
        name = title.strip().casefold()
        if name in titles:
            raise UnreadableSource(f"The workbook has two sheets named {name}. Keep one of them.")
        if name in names:
            titles[name] = title
    return titles


def _write(sheet: CalamineSheet, path: Path) -> None:
    # The empty cells before the first one are no part of the rectangle, but of every row.
    if sheet.total_height * sheet.total_width > MOST_CELLS:
        raise UnreadableSource(TOO_FAR)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for number, cells in _rows(sheet):
            writer.writerow([number, *cells])


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int | None, list[str]]]:
    """The rows that are not blank, with their numbers; the headings have none."""
    heading = True
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = [_text(cell) for cell in row]
        if any(cells):
            yield None if heading else number, cells
            heading = False


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    # Excel stores every number as a float; people see and mean 7, not 7.0.
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
