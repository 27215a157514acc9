"""How the days and the numbers of each part are written, found by looking at its cells.

Nearly every file writes days as 2024-05-31 and numbers as 1250.50; its cells are read the quick
way. Only for the others the order of day and month and the decimal mark have to be found. Each file
or sheet may have its own; one that does not say is read as the others of its table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from customers.duck import literal
from customers.importing.numbers import NUMBERS, NumberColumn, find_numbers, usual_number
from customers.importing.read import PART, RawSheet
from customers.importing.sql import grouped, latin_digits, trimmed
from customers.importing.tables import Kind, Sheet

DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "day-first", "month-first", "year-first"
BY_COLUMN = "by-column"  # each of its columns has its own order
ISO_DAY = r"^\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d)?$"
ANY_DIGIT = r"[0-9\x{660}-\x{669}\x{6f0}-\x{6f9}]"
SHORT = (
    rf"^({ANY_DIGIT}{{1,2}})[-/. ]({ANY_DIGIT}{{1,2}})[-/. ]({ANY_DIGIT}{{4}}|{ANY_DIGIT}{{2}})\b"
)

# Days such as 05/06/2024, and those of them that put the day and the month first.
Evidence = tuple[int, int, int]


@dataclass(frozen=True)
class Order:
    """Whether the day or the month comes first in days such as 05/06/2024."""

    dates: str = DAY_FIRST
    matters: bool = False  # there are such days
    is_guess: bool = False  # each of them could be read both ways
    is_mixed: bool = False  # some can only be read in the one way and some in the other
    as_others: bool = False  # guessed from the other parts of the table
    # Of columns that each are sure and contradict each other: day-first or month-first.
    by_column: Mapping[str, str] = field(default_factory=dict)

    def of(self, column: str) -> str:
        """Day-first or month-first."""
        return self.by_column.get(column, self.dates)


@dataclass(frozen=True)
class Notations:
    """What the cells of a part need beyond the quick way."""

    days: frozenset[str] = frozenset()  # columns with days that are not written as 2024-05-31
    order: Order = Order()
    # Columns with numbers that are not written as 1250.50.
    numbers: Mapping[str, NumberColumn] = field(default_factory=dict)

    @property
    def are_dates_unsure(self) -> bool:
        return self.order.is_guess or self.order.is_mixed


def find_notations(
    db: duckdb.DuckDBPyConnection, sheet: Sheet, raw: RawSheet
) -> dict[int, Notations]:
    """Look at all days and numbers of `raw_<sheet>`: how they are written in each of its parts."""
    columns = {c.name: c for c in sheet.columns if c.name in raw.given}
    days, numbers = ([n for n, c in columns.items() if c.kind in k] for k in ([Kind.DAY], NUMBERS))
    usual = dict.fromkeys(days, ISO_DAY) | {name: usual_number(columns[name]) for name in numbers}
    others = _written_otherwise(db, sheet, raw, usual)
    days_of = {n: found & set(days) for n, found in others.items()}
    orders = _orders(db, sheet, raw, days_of)
    decimals = {
        name: find_numbers(db, sheet, raw, columns[name])
        for name in numbers
        if any(name in found for found in others.values())
    }
    return {
        n: Notations(
            days_of[n], orders[n], {name: decimals[name][n] for name in found & set(numbers)}
        )
        for n, found in others.items()
    }


def _written_otherwise(
    db: duckdb.DuckDBPyConnection, sheet: Sheet, raw: RawSheet, usual: Mapping[str, str]
) -> dict[int, frozenset[str]]:
    """The columns of each part that have cells beyond the usual pattern."""
    if not usual:
        return dict.fromkeys(raw.parts, frozenset())
    counts = ", ".join(
        f"count(*) FILTER ({name} IS NOT NULL AND NOT regexp_matches({name}, '{pattern}'))"
        for name, pattern in usual.items()
    )
    found = {
        number: frozenset(name for name, count in zip(usual, row, strict=True) if count)
        for number, *row in grouped(db, PART, raw.parts, counts, f"raw_{sheet.name}")
    }
    return {n: found.get(n, frozenset()) for n in raw.parts}


def _orders(
    db: duckdb.DuckDBPyConnection,
    sheet: Sheet,
    raw: RawSheet,
    days: Mapping[int, frozenset[str]],
) -> dict[int, Order]:
    parts = raw.parts
    looked_at = {name for n, part in parts.items() if not part.dates for name in days[n]}
    evidence = _evidence(db, sheet, sorted(looked_at)) if looked_at else {}
    orders = {n: _order(part.dates, evidence.get(n, {})) for n, part in parts.items()}
    sure = {
        order.dates
        for order in orders.values()
        if order.matters and not (order.is_guess or order.is_mixed or order.by_column)
    }
    if len(sure) != 1:
        return orders
    others = Order(sure.pop(), matters=True, is_guess=True, as_others=True)
    return {n: others if order.is_guess else order for n, order in orders.items()}


def _order(said: str | None, evidence: Mapping[str, Evidence]) -> Order:
    """The order of one part; where its columns contradict each other, each has its own."""
    if said:
        return Order(said, matters=True)
    by_column = {name: _order_of_days(*found) for name, found in evidence.items()}
    sure = {name: o.dates for name, o in by_column.items() if not (o.is_guess or o.is_mixed)}
    if len(set(sure.values())) > 1 and len(sure) == len(by_column):
        return Order(matters=True, by_column=sure)
    return _order_of_days(*(sum(counts) for counts in zip(*evidence.values(), strict=True)))


def _order_of_days(found: int = 0, day_first: int = 0, month_first: int = 0) -> Order:
    """The order that days say of which so many are sure to put the day, or the month, first."""
    return Order(
        MONTH_FIRST if month_first > day_first else DAY_FIRST,
        matters=bool(found),
        is_guess=bool(found) and not day_first and not month_first,
        is_mixed=bool(day_first and month_first),
    )


def _evidence(
    db: duckdb.DuckDBPyConnection, sheet: Sheet, days: list[str]
) -> dict[int, dict[str, Evidence]]:
    """For each part and column that has such days."""
    cells = " UNION ALL ".join(
        f"SELECT line, {literal(name)} AS name, {latin_digits(trimmed(name))} AS cell"
        f" FROM raw_{sheet.name}"
        for name in days
    )
    rows = db.execute(
        "SELECT part, name, count(*), count(*) FILTER (first > 12 AND second <= 12),"
        " count(*) FILTER (second > 12 AND first <= 12) FROM ("
        f" SELECT DISTINCT {PART} AS part, name, regexp_extract(cell, '{SHORT}', 1)::INT AS first,"
        f"  regexp_extract(cell, '{SHORT}', 2)::INT AS second"
        f" FROM ({cells}) WHERE regexp_matches(cell, '{SHORT}')) GROUP BY part, name"
    ).fetchall()
    evidence: dict[int, dict[str, Evidence]] = {}
    for part, name, *counts in rows:
        evidence.setdefault(part, {})[name] = (counts[0], counts[1], counts[2])
    return evidence
