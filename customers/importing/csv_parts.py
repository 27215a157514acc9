"""A CSV file as a part: in UTF-8, with its headings found and its first rows to show."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from customers.importing.dialects import Dialect, Row, find_dialect, first_rows
from customers.importing.encodings import UTF_8, as_utf_8, find_encoding
from customers.importing.headings import MOST_COLUMNS, distinct, find_heading_row
from customers.importing.parts import Correction, Format, Part
from customers.importing.unreadable import UnreadableSource

START_BYTES = 1 << 18
SAMPLE_ROWS = 5
SAMPLE_CHARACTERS = 100
EMPTY = "The {0} is empty. Its first row must hold the headings."
TOO_LONG = "Line 1 of the {0} is far too long for a row of headings. Correct that line."


@dataclass(frozen=True)
class Found:
    """A CSV file that is to become a part."""

    name: str
    label: str
    path: Path  # in the work folder
    kind: str = "csv"
    numbered: bool = False
    unmended: Path | None = None  # as `Part.unmended`


def part_of(found: Found, correction: Correction) -> Part:
    """The part that a file is. Raises UnreadableSource when it has no headings."""
    if found.numbered:
        return _part(
            found, _numbered_rows(found.path), correction, Format(found.kind, UTF_8, ",", '"')
        )
    encoding = (correction.encoding or find_encoding(found.path)).casefold()
    path = as_utf_8(found.path, found.path.with_suffix(".utf8"), encoding)
    if _begins_with_long_line(path):
        raise UnreadableSource(TOO_LONG.format(found.label))
    text = _start_of(path)
    dialect = find_dialect(text, _delimiter(correction))
    how = Format(found.kind, encoding, dialect.delimiter, dialect.quote, escape=dialect.escape)
    return _part(replace(found, path=path), first_rows(text, dialect), correction, how)


def _part(found: Found, rows: Sequence[Row], correction: Correction, how: Format) -> Part:
    position = _heading_position(found, rows, correction)
    headings, *beneath = (row.cells for row in rows[position:])
    width = _width(headings, [cells for cells in beneath if cells])
    return Part(
        found.name,
        found.label,
        found.path,
        found.numbered,
        replace(how, heading_line=rows[position].line),
        _checked(found, [*headings, *[""] * width][:width]),
        _sample(beneath),
        rows[position].line_ends,
        found.unmended,
    )


def _numbered_rows(path: Path) -> list[Row]:
    """The rows that a reader of ours wrote down with their lines."""
    return [
        Row(int(row.cells[0]), row.cells[1:], row.line_ends)
        for row in first_rows(_start_of(path), Dialect(","))
        if row.cells and row.cells[0].isdecimal()
    ]


def _start_of(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(START_BYTES)
        whole = not file.read(1)
    if not whole:
        # A row that is cut off would count as one of another width.
        start = start[: max(start.rfind(b"\n"), start.rfind(b"\r")) + 1] or start
    return start.decode("utf-8-sig", "replace")


def _delimiter(correction: Correction) -> str | None:
    said = correction.delimiter
    if said and (len(said) != 1 or said in "\"'\r\n\\" or said.isalnum()):
        raise UnreadableSource("A delimiter is one character, such as a comma or a semicolon.")
    return said or None


def _heading_position(found: Found, rows: Sequence[Row], correction: Correction) -> int:
    if not any(any(row.cells) for row in rows):
        raise UnreadableSource(EMPTY.format(found.label))
    if not correction.heading_line:
        return find_heading_row([row.cells for row in rows])
    for position, row in enumerate(rows):
        if row.line == correction.heading_line and any(row.cells):
            return position
    raise UnreadableSource(
        f"Line {correction.heading_line} of the {found.label} can't hold the headings."
        " Choose one of the first lines that is not empty."
    )


def _begins_with_long_line(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(START_BYTES)
    return len(start) == START_BYTES and not (b"\n" in start or b"\r" in start)


def _width(headings: Sequence[str], beneath: Sequence[Sequence[str]]) -> int:
    """That of the headings, or of all rows beneath them where each has more cells."""
    widths = {len(row) for row in beneath}
    return max(len(headings), *widths) if len(widths) == 1 else len(headings)


def _checked(found: Found, headings: Sequence[str]) -> tuple[str, ...]:
    if len(headings) > MOST_COLUMNS:
        raise UnreadableSource(
            f"The {found.label} has more than {MOST_COLUMNS:,} columns."
            " Keep the ones that are used."
        )
    if not any(character.isalnum() for character in "".join(headings)):
        raise UnreadableSource(EMPTY.format(found.label))
    names = distinct(" ".join(heading.split()) for heading in headings)
    if any(character == "\ufffd" or not character.isprintable() for character in "".join(names)):
        raise UnreadableSource(
            f"The headings of the {found.label} can't be read. Save it as CSV UTF-8."
        )
    return names


def _sample(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    filled = [row for row in rows if any(row)][:SAMPLE_ROWS]
    return tuple(tuple(cell[:SAMPLE_CHARACTERS] for cell in row) for row in filled)
