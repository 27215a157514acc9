"""The first row of a sheet: which of its columns are which."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from customers.importing.sources import SheetFile
from customers.importing.tables import Sheet, Table
from customers.importing.unreadable import UnreadableSource

DELIMITERS = (",", ";", "\t", "|")
LINE_CHARACTERS = 1 << 16
MOST_COLUMNS = 2000


@dataclass(frozen=True)
class Headings:
    """What the first row says."""

    delimiter: str
    width: int  # columns, also those without a heading
    positions: dict[str, int]  # of the known columns
    as_written: dict[str, str]  # the known columns' headings in the file


def read_headings(file: SheetFile, sheet: Sheet) -> Headings:
    """The headings of a sheet's CSV file, whatever its delimiter.

    Raises UnreadableSource when the file is no UTF-8 text, a required column is missing or one is
    there twice.
    """
    delimiters = DELIMITERS[:1] if file.numbered else DELIMITERS
    read = [_headings(file, sheet, delimiter) for delimiter in delimiters]
    headings = max(read, key=lambda headings: len(headings.positions))
    _check_required(file, sheet, headings)
    return headings


def _headings(file: SheetFile, sheet: Sheet, delimiter: str) -> Headings:
    cells = _first_record(file, delimiter)
    positions: dict[str, int] = {}
    for position, cell in enumerate(cells):
        column = sheet.column_for(cell)
        if column and column.name in positions:
            raise UnreadableSource(
                f"The {file.label} has the column {column.name} twice. Keep one of them."
            )
        if column:
            positions[column.name] = position
    as_written = {name: cells[position].strip() for name, position in positions.items()}
    return Headings(delimiter, len(cells), positions, as_written)


def _first_record(file: SheetFile, delimiter: str) -> list[str]:
    # Later rows that are not UTF-8 are rejected one by one, so only the headings must be.
    with file.path.open(encoding="utf-8-sig", errors="surrogateescape") as text:
        try:
            cells = next(csv.reader(_lines(text), delimiter=delimiter), [])
        except csv.Error as error:
            raise UnreadableSource(_not_text(file)) from error
    if not any(cells):
        raise UnreadableSource(f"The {file.label} is empty. Its first row must hold the headings.")
    if len(cells) > MOST_COLUMNS:
        raise UnreadableSource(
            f"The {file.label} has more than {MOST_COLUMNS:,} columns. Keep the ones that are used."
        )
    if not "".join(cells).isprintable():
        raise UnreadableSource(_not_text(file))
    return cells


def _lines(text: TextIO) -> Iterator[str]:
    return iter(lambda: text.readline(LINE_CHARACTERS), "")


def _not_text(file: SheetFile) -> str:
    return f"The headings of the {file.label} can't be read. Save it as CSV UTF-8."


def _check_required(file: SheetFile, sheet: Sheet, headings: Headings) -> None:
    for column in sheet.columns:
        if column.required and column.name not in headings.positions:
            raise UnreadableSource(
                f"The {file.label} has no column {column.name}. Add it and import again."
            )
    together = sheet.together if isinstance(sheet, Table) else ()
    given = [name for name in together if name in headings.positions]
    if given and len(given) < len(together):
        raise UnreadableSource(
            f"The {file.label} has the column {given[0]} but not all of {', '.join(together)}."
        )
