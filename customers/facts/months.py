"""Months of claims as text, "2024-05": what a snapshot's transactions are kept by."""

import re
from calendar import monthrange
from collections.abc import Collection, Iterator
from datetime import date

from customers.querysets import TransactionQuerySet

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def month_of(day: date) -> str:
    return day.isoformat()[:7]


def months_of(transactions: TransactionQuerySet) -> set[str]:
    """The months in which these transactions were claimed, asked of the database in one query."""
    return {month_of(day) for day in transactions.order_by().dates("claimed_on", "month")}


def checked(months: Collection[str]) -> list[str]:
    """The months in order, each once. Raises ValueError for what isn't YYYY-MM."""
    if wrong := [month for month in months if not _MONTH.fullmatch(month)]:
        raise ValueError(f"Months are written like 2024-05, not like {wrong[0]!r}.")
    return sorted(set(months))


def day_ranges(months: Collection[str]) -> Iterator[tuple[date, date]]:
    """The first and the last day of each stretch of months without a gap, in order.

    One range over several months costs the database one walk along its index.
    """
    numbers = {_number(month) for month in months}
    begins = sorted(n for n in numbers if n - 1 not in numbers)
    ends = sorted(n for n in numbers if n + 1 not in numbers)
    for begin, end in zip(begins, ends, strict=True):
        year, month = divmod(end, 12)
        last = monthrange(year, month + 1)[1]
        yield date(begin // 12, begin % 12 + 1, 1), date(year, month + 1, last)


def _number(month: str) -> int:
    year, name = month.split("-")
    return int(year) * 12 + int(name) - 1
