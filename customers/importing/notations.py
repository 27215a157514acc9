"""How the days and the numbers of a sheet are written, found by looking at its cells.

Nearly every file writes days as 2024-05-31 and numbers as 1250.50; its cells are read the quick
way. Only for the others the order of day and month and the decimal mark have to be found.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb

from customers.importing.read import RawSheet
from customers.importing.sql import latin_digits, trimmed
from customers.importing.tables import Column, Kind, Sheet

DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
NUMBERS = (Kind.MONEY, Kind.DEGREES)
ISO_DAY = r"^\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d)?$"
PLAIN_NUMBER = r"^[-+]?\d+(\.\d+)?$"
ANY_DIGIT = r"[0-9\x{660}-\x{669}\x{6f0}-\x{6f9}]"
SHORT = (
    rf"^({ANY_DIGIT}{{1,2}})[-/. ]({ANY_DIGIT}{{1,2}})[-/. ]({ANY_DIGIT}{{4}}|{ANY_DIGIT}{{2}})\b"
)
ARABIC_POINT, ARABIC_GROUP = "\u066b", "\u066c"  # in numbers
# A comma is the decimal mark where not three digits follow it, or a point comes before it.
DECIMAL_COMMA = r"^[-+]?\d+,(\d{1,2}|\d{4,})$|^[-+]?0,\d+$|\.\d{3},\d+$"
DECIMAL_POINT = r"^[-+]?\d+\.(\d{1,2}|\d{4,})$|^[-+]?0\.\d+$|,\d{3}\.\d+$"
COMMA_OF_DEGREES = r"^[-+]?\d{1,3},\d+$"  # no thousands there


@dataclass(frozen=True)
class Notations:
    """What the cells of a sheet need beyond the quick way."""

    days: frozenset[str] = frozenset()  # columns with days that are not written as 2024-05-31
    dates: str = DAY_FIRST
    is_guess: bool = False  # every day could be read both ways
    numbers: frozenset[str] = frozenset()  # columns with numbers that are not written as 1250.50
    commas: frozenset[str] = field(default_factory=frozenset)  # those with a decimal comma

    def in_words(self, raw: RawSheet) -> list[str]:
        """What a person should know of it, a sentence each."""
        words = []
        if self.is_guess:
            how, other = ("day/month", "month/day")[:: 1 if self.dates == DAY_FIRST else -1]
            words.append(
                f"The dates of the {raw.label} could be read two ways; they were read as"
                f" {how}/year. If they are {other}/year, say so among its columns."
            )
        elif self.days and self.dates == MONTH_FIRST:
            words.append(f"Dates of the {raw.label} such as 05/31/2024 are month/day/year.")
        if self.commas:
            headings = ", ".join(sorted(raw.headings[name] for name in self.commas))
            words.append(f"Numbers of the {raw.label} have a decimal comma in {headings}.")
        return words


def find_notations(db: duckdb.DuckDBPyConnection, sheet: Sheet, raw: RawSheet) -> Notations:
    """Look at all days and numbers of `raw_<sheet>`."""
    given = [column for column in sheet.columns if column.name in raw.headings]
    columns = {column.name: column for column in given}
    days = _written_otherwise(db, sheet, given, (Kind.DAY,), ISO_DAY)
    numbers = _written_otherwise(db, sheet, given, NUMBERS, PLAIN_NUMBER)
    dates, is_guess = _order(db, sheet, days, raw.dates)
    return Notations(
        days=frozenset(days),
        dates=dates,
        is_guess=is_guess,
        numbers=frozenset(numbers),
        commas=frozenset(name for name in numbers if _has_commas(db, sheet, columns[name])),
    )


def _written_otherwise(
    db: duckdb.DuckDBPyConnection,
    sheet: Sheet,
    given: Iterable[Column],
    kinds: tuple[Kind, ...],
    usual: str,
) -> list[str]:
    names = [column.name for column in given if column.kind in kinds]
    if not names:
        return []
    others = ", ".join(
        f"count(*) FILTER ({name} IS NOT NULL AND NOT regexp_matches({name}, '{usual}')) AS {name}"
        for name in names
    )
    row = db.execute(f"SELECT {others} FROM raw_{sheet.name}").fetchone() or ()
    return [name for name, count in zip(names, row, strict=True) if count]


def _order(
    db: duckdb.DuckDBPyConnection, sheet: Sheet, days: list[str], said: str | None
) -> tuple[str, bool]:
    """Whether the day or the month comes first, and whether that had to be guessed."""
    if said or not days:
        return said or DAY_FIRST, False
    cells = " UNION ALL ".join(
        f"SELECT {latin_digits(trimmed(name))} AS cell FROM raw_{sheet.name}" for name in days
    )
    row = db.execute(
        "SELECT count(*), count(*) FILTER (first > 12 AND second <= 12),"
        " count(*) FILTER (second > 12 AND first <= 12) FROM ("
        f" SELECT DISTINCT regexp_extract(cell, '{SHORT}', 1)::INT AS first,"
        f"  regexp_extract(cell, '{SHORT}', 2)::INT AS second"
        f" FROM ({cells}) WHERE regexp_matches(cell, '{SHORT}'))"
    ).fetchone() or (0, 0, 0)
    found, day_first, month_first = row
    order = MONTH_FIRST if month_first > day_first else DAY_FIRST
    return order, bool(found) and not day_first and not month_first


def _has_commas(db: duckdb.DuckDBPyConnection, sheet: Sheet, column: Column) -> bool:
    """Whether the comma is the decimal mark; where cells contradict each other, most decide."""
    cell = f"replace({latin_digits(trimmed(column.name))}, '{ARABIC_POINT}', ',')"
    comma = COMMA_OF_DEGREES if column.kind is Kind.DEGREES else DECIMAL_COMMA
    counts = db.execute(
        f"SELECT count(*) FILTER (regexp_matches({cell}, '{comma}')),"
        f" count(*) FILTER (regexp_matches({cell}, '{DECIMAL_POINT}')) FROM raw_{sheet.name}"
    ).fetchone()
    commas, points = counts or (0, 0)
    return commas > points
