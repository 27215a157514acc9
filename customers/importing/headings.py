"""Which row holds the headings, and what they are."""

from collections.abc import Iterable, Sequence
from functools import cache
from unicodedata import category

from customers.importing.other_headings import names_of
from customers.importing.tables import SHEETS

FIRST_ROWS = 20
MOST_COLUMNS = 2000
SURELY_HEADINGS = 3  # so many known ones in a row are no coincidence
# Where no blank line says that a row is only a title, the rows beneath it have to.
TABLE_ROWS = 4
TABLE_COLUMNS = 3


def find_heading_row(rows: Sequence[Sequence[str]]) -> int:
    """The position of the headings among the first rows of a file, of which some may be blank.

    They are the row with the most headings of one sheet of the catalogue, else the first one that
    is no title.
    """
    filled = [n for n, row in enumerate(rows) if _width(row)][:FIRST_ROWS]
    if not filled:
        return 0
    known = {n: known_headings(rows[n]) for n in filled}
    best = max(filled, key=lambda n: known[n])
    if best == filled[0] or (known[best] > 1 and _stands_out(rows, filled, best, known[best])):
        return best if known[best] else _after_titles(rows, filled)
    return _after_titles(rows, filled)


def known_headings(cells: Iterable[str]) -> int:
    """How many columns of one sheet of the catalogue a row names, for the sheet it names best."""
    given = [cell for cell in list(cells)[:MOST_COLUMNS] if cell]
    names = set().union(*map(names_of, given))
    return max(len({columns[name] for name in names & columns.keys()}) for columns in _known())


def distinct(cells: Iterable[str]) -> tuple[str, ...]:
    """Headings without spaces around them and signs that nobody sees, and no two alike."""
    trimmed = [_visible(cell).strip() for cell in cells]
    given, found = set(trimmed), set[str]()
    for position, heading in enumerate(trimmed):
        name, number = heading or f"column {position + 1}", 1
        while name in found or (number > 1 and name in given):
            number += 1
            name = f"{heading or f'column {position + 1}'} ({number})"
        found.add(name)
        trimmed[position] = name
    return tuple(trimmed)


@cache
def _known() -> tuple[dict[str, str], ...]:
    return tuple(
        {name: column for column, names in sheet.headings.items() for name in names}
        for sheet in SHEETS.values()
    )


def _visible(heading: str) -> str:
    """Without marks of direction, joiners, soft hyphens and the like."""
    return "".join(character for character in heading if category(character) != "Cf")


def _width(row: Sequence[str]) -> int:
    """The cells up to the last one with something in it."""
    return max((n for n, cell in enumerate(row, start=1) if cell.strip()), default=0)


def _stands_out(
    rows: Sequence[Sequence[str]], filled: Sequence[int], best: int, known: int
) -> bool:
    """Whether it is a row of headings beneath titles, and not one of data with such words."""
    width = _width(rows[best])
    certain = known >= SURELY_HEADINGS and known * 2 >= width
    return certain or all(_width(rows[n]) < width for n in filled if n < best)


def _after_titles(rows: Sequence[Sequence[str]], filled: Sequence[int]) -> int:
    """The first row of several cells, if the rows above it are clearly titles."""
    first = next((n for n in filled if _width(rows[n]) > 1), filled[0])
    apart = first > 0 and not _width(rows[first - 1]) and first > filled[0]
    return first if apart or _is_table([rows[n] for n in filled if n >= first]) else filled[0]


def _is_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows are so many, so wide and so equal that no text just happens to look like it."""
    widths = {len(row) for row in rows}
    return len(rows) >= TABLE_ROWS and len(widths) == 1 and min(widths) >= TABLE_COLUMNS
