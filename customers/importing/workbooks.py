"""Taking the sheets out of an Excel workbook, as CSV files with a line number in front."""

import csv
from collections.abc import Collection, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from customers.importing.archives import check_workbook
from customers.importing.unreadable import UnreadableSource


def sheets_as_csv(path: Path, folder: Path, names: Collection[str]) -> dict[str, Path]:
    """Write each known sheet of a workbook to a CSV file in the folder: {name: file}.

    The first column of the file, without a heading, is the row's number in the sheet. Blank rows
    are left out. Raises UnreadableSource for a file that is no workbook or has a sheet twice.
    """
    check_workbook(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        written = {name: folder / f"{name}.csv" for name in _titles(workbook, names)}
        for name, title in _titles(workbook, names).items():
            _write(workbook.get_sheet_by_name(title), written[name])
    except CalamineError as error:
        raise UnreadableSource(
            "The workbook can't be read. Open it in Excel and save it again as .xlsx."
        ) from error
    return written


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
