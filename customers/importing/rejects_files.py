"""A file of rejected rows that was mended: what it holds of each sheet, to be imported again."""

import csv
from collections.abc import Iterator
from pathlib import Path

from customers.formulas import bare
from customers.importing.csv_parts import Found
from customers.importing.parts import REJECT_COLUMNS, Part
from customers.importing.unreadable import UnreadableSource

MOST_SHEETS = 100
LARGEST_CELL = 1 << 24
OURS = len(REJECT_COLUMNS)


def is_rejects_file(part: Part) -> bool:
    """Whether a part is one of our files of rejected rows, also after a spreadsheet saved it."""
    return part.headings[:OURS] == REJECT_COLUMNS


def split_rejects(part: Part, folder: Path) -> list[Found]:
    """A numbered CSV file for each sheet from which rows were rejected, without our own columns.

    A column is a sheet's when one of its rows has a value in it. Rows with too few or too many
    cells stay like that. Raises UnreadableSource when the rows can't be told apart.
    """
    used = _used_columns(part)
    if len(used) > MOST_SHEETS:
        raise UnreadableSource(f"The {part.label} names more than {MOST_SHEETS} sheets.")
    if len(used) == 1:
        # All columns are those of the one sheet; one that is empty empties what is stored.
        used = {name: set(range(OURS, len(part.headings))) for name in used}
    names = [name for name, columns in used.items() if columns]
    return [
        _write(part, folder / f"{number}.csv", name, sorted(used[name]))
        for number, name in enumerate(names)
    ]


def _used_columns(part: Part) -> dict[str, set[int]]:
    used: dict[str, set[int]] = {}
    width = len(part.headings)
    for line, row in _rows(part):
        if line == part.format.heading_line:
            continue
        columns = used.setdefault(bare(row[0]), set())
        columns.update(n for n in range(OURS, min(len(row), width)) if row[n])
    return used


def _write(part: Part, path: Path, name: str, columns: list[int]) -> Found:
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        # With this line end a carriage return in a cell is quoted; Python 3.11 leaves it bare else.
        writer = csv.writer(file, lineterminator="\r\n")
        for line, row in _rows(part):
            if line == part.format.heading_line:
                writer.writerow([line, *(bare(row[n]) for n in columns)])
            elif bare(row[0]) == name:
                cells = [row[n] for n in columns if n < len(row)] + row[len(part.headings) :]
                writer.writerow([line, *cells])
    return Found(name, f"sheet {name}", path, "csv", numbered=True)


def _rows(part: Part) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank from the headings on, with their lines."""
    csv.field_size_limit(LARGEST_CELL)
    line = 0
    with part.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(
            file,
            delimiter=part.format.delimiter,
            quotechar=part.format.quote or None,
            strict=True,
        )
        try:
            for line, row in enumerate(reader, start=1):
                number, cells = (int(row[0]), row[1:]) if part.numbered else (line, row)
                if any(cells) and number >= part.format.heading_line:
                    yield number, cells
        except csv.Error as error:
            raise UnreadableSource(
                f"A quotation mark in line {line + 1} of the {part.label} is never closed,"
                " so the rows after it can't be told apart. Correct that line."
            ) from error
