"""How the cells of a CSV file are set apart."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from customers.importing.headings import find_heading_row, known_headings

DELIMITERS = (",", ";", "\t", "|")
UNQUOTED = ("\t", "|")  # files with these often take quotation marks for letters
MOST_ROWS = 200
SEP = re.compile(r"\ufeff?sep=([^\"'\\\w\r\n])\r?\n?$", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """The characters between and around cells."""

    delimiter: str
    quote: str = '"'  # empty: cells are not quoted
    escape: str = '"'  # stands before a quotation mark inside a cell


@dataclass(frozen=True)
class Row:
    """A row of cells, where it stands and how many line ends were read with it."""

    line: int  # as a spreadsheet counts
    cells: list[str]
    line_ends: int  # from the start of the file


def find_dialect(text: str, delimiter: str | None = None) -> Dialect:
    """The dialect in which the first rows of a file have most known headings and agree best."""
    said = SEP.match(text.split("\n", 1)[0])
    delimiters = (delimiter,) if delimiter else (said[1],) if said else DELIMITERS
    # Of equals the first one counts.
    return max(
        (dialect for d in delimiters for dialect in _dialects(text, d)),
        key=lambda dialect: _score(first_rows(text, dialect)),
    )


def first_rows(text: str, dialect: Dialect, *, most: int = MOST_ROWS) -> list[Row]:
    """The first rows; a blank one has no cells, one that is written wrong has None but a fault."""
    rows: list[Row] = []
    reader = csv.reader(StringIO(text, newline=""), **_reading(dialect))
    for line in range(1, most + 1):
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            cells = [""]  # as many as no good row has
        if line == 1 and SEP.match(text.split("\n", 1)[0]):
            cells = []
        rows.append(Row(line, cells, reader.line_num))
    return rows


def _reading(dialect: Dialect) -> dict[str, Any]:
    escaped = dialect.escape != dialect.quote
    return {
        "delimiter": dialect.delimiter,
        "quotechar": dialect.quote or None,
        "quoting": csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        "doublequote": not escaped,
        "escapechar": dialect.escape if escaped and dialect.quote else None,
        "skipinitialspace": dialect.delimiter != "\t",
        "strict": True,
    }


def _dialects(text: str, delimiter: str) -> Iterator[Dialect]:
    yield Dialect(delimiter)
    if '\\"' in text:
        yield Dialect(delimiter, escape="\\")
    if '"' not in text and "'" in text:
        yield Dialect(delimiter, "'", "'")
    d = re.escape(delimiter)
    quoted = rf'(^|{d})"[^"\n]*"({d}|\r?$)'
    if delimiter in UNQUOTED and '"' in text and not re.search(quoted, text, re.MULTILINE):
        yield Dialect(delimiter, "", "")


def _score(rows: Sequence[Row]) -> tuple[int, bool, float, int]:
    """Known headings, then how many rows are as wide as the headings, then how wide."""
    filled = [row.cells for row in rows if row.cells]
    if not filled:
        return 0, False, 0.0, 0
    position = find_heading_row([row.cells for row in rows])
    headings = rows[position].cells
    beneath = [row.cells for row in rows[position + 1 :] if row.cells]
    width = len(headings)
    agreeing = sum(len(cells) == width and cells != [""] for cells in beneath)
    above = sum(bool(row.cells) for row in rows[:position])
    share = agreeing / (above + len(beneath)) if above + len(beneath) else 1.0
    if all(len(cell) > 1 and cell[0] == cell[-1] == "'" for cell in headings):
        share = 0.0  # these are quotation marks
    return known_headings(headings), width > 1 and share >= 0.5, share, width
