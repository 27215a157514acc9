"""A file of rejected rows that was mended: what it holds of each sheet, to be imported again."""

import csv
from collections.abc import Iterator
from pathlib import Path

from customers.formulas import bare
from customers.importing.csv_files import MOST_KEPT
from customers.importing.csv_parts import Found
from customers.importing.parts import NO_COLUMN, REJECT_COLUMNS, Part
from customers.importing.unreadable import UnreadableSource
from customers.storable import storable

MOST_SHEETS = 100
LARGEST_CELL = 1 << 24
OURS = len(REJECT_COLUMNS)
VALUE = REJECT_COLUMNS.index("value")


def is_rejects_file(part: Part) -> bool:
    """Whether a part is one of our files of rejected rows, also after a spreadsheet saved it."""
    return part.headings[:OURS] == REJECT_COLUMNS


def split_rejects(part: Part, folder: Path) -> list[Found]:
    """A numbered CSV file for each sheet from which rows were rejected, without our own columns.

    A column is a sheet's unless its rows say that they have none. A row whose cells are all empty
    is kept apart, see `Part.unmended`; one with too few or too many stays like that. Raises
    UnreadableSource when the rows can't be told apart.
    """
    columns = _columns_of_sheets(part)
    if len(columns) > MOST_SHEETS:
        raise UnreadableSource(f"The {part.label} names more than {MOST_SHEETS} sheets.")
    return [
        _write(part, folder / f"{number}.csv", name, own)
        for number, (name, own) in enumerate(columns.items())
        if own
    ]


def _columns_of_sheets(part: Part) -> dict[str, list[int]]:
    used: dict[str, set[int]] = {}
    not_there: dict[str, set[int]] = {}
    width = len(part.headings)
    for line, row in _rows(part):
        if line == part.format.heading_line:
            continue
        name = bare(row[0])
        cells = list(enumerate(row[:width]))[OURS:]
        used.setdefault(name, set()).update(n for n, cell in cells if cell not in ("", NO_COLUMN))
        not_there.setdefault(name, set()).update(n for n, cell in cells if cell == NO_COLUMN)
    return {
        name: [n for n in range(OURS, width) if n in columns or n not in not_there[name]]
        for name, columns in used.items()
    }


def _write(part: Part, path: Path, name: str, columns: list[int]) -> Found:
    unmended = path.with_suffix(".unmended")
    with (
        path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file,
        unmended.open("w", encoding="utf-8", errors="replace", newline="") as others,
    ):
        # With this line end a carriage return in a cell is quoted; Python 3.11 leaves it bare else.
        writer, apart = (csv.writer(f, lineterminator="\r\n") for f in (file, others))
        for line, row in _rows(part):
            if line == part.format.heading_line:
                writer.writerow([line, *(bare(row[n]) for n in columns)])
            elif bare(row[0]) == name:
                cells = ["" if row[n] == NO_COLUMN else row[n] for n in columns if n < len(row)]
                cells += row[len(part.headings) :]
                if any(cells):
                    writer.writerow([line, *cells])
                else:
                    apart.writerow([line, bare(row[VALUE])[:MOST_KEPT] if len(row) > VALUE else ""])
    kept = unmended if unmended.stat().st_size else None
    name = storable(name)
    return Found(name, f"part {name}", path, "csv", numbered=True, unmended=kept)


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
