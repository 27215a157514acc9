"""What the first rows of a part say about its columns."""

import re

from customers.importing.parts import Part
from customers.importing.tables import Column, Kind, Sheet

ENOUGH = 2  # so many cells that don't fit are no coincidence
_MONTH = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_MARK = r"[-/., ]{1,2}"
DAY = re.compile(
    rf"\d{{4}}{_MARK}(\d{{1,2}}|{_MONTH}){_MARK}\d{{1,2}}(?!\d)"
    rf"|\d{{1,2}}{_MARK}(\d{{1,2}}|{_MONTH}){_MARK}(\d{{4}}|\d\d)(?!\d)"
    rf"|{_MONTH}{_MARK}\d{{1,2}}{_MARK}\d{{2,4}}(?!\d)"
    r"|(19|20)\d\d[01]\d[0-3]\d$",
    re.IGNORECASE,
)
SERIAL = re.compile(r"\d{5}(\.\d+)?$")  # a spreadsheet's number of a day
# With what may stand for a currency around it.
NUMBER = re.compile(r"[^\d\s]{0,6}\s*\d[\d.,'\s\u066b\u066c]*[^\d]{0,8}$")


def column_meant(part: Part, sheet: Sheet, heading: str, called: str = "") -> Column | None:
    """The column that a heading means, unless its cells hold something else.

    `called`: what the heading would be if there were no other one like it.
    """
    column = sheet.column_for(called or heading)
    if column is None or sheet.rank(column, called or heading) == 0:
        return column
    cells = _cells(part, heading)
    return None if len(cells) >= ENOUGH and not _may_hold(column, cells) else column


def holds_days(part: Part, heading: str) -> bool:
    """Whether all cells that the sample has of a column are days, and there is one."""
    cells = _cells(part, heading)
    return bool(cells) and all(DAY.match(cell) for cell in cells)


def _may_hold(column: Column, cells: list[str]) -> bool:
    match column.kind:
        case Kind.DAY:
            return any(DAY.match(cell) or SERIAL.match(cell) for cell in cells)
        case Kind.MONEY:
            return any(NUMBER.match(cell) for cell in cells)
        case _:
            return True


def _cells(part: Part, heading: str) -> list[str]:
    position = part.headings.index(heading)
    cells = (row[position].strip() for row in part.sample if position < len(row))
    return [cell for cell in cells if cell]
