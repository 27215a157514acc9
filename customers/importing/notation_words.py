"""What a person should know of how days and numbers are written, in words and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from customers.importing.mapping import COMMA, POINT
from customers.importing.notations import (
    BY_COLUMN,
    DAY_FIRST,
    MONTH_FIRST,
    YEAR_FIRST,
    Notations,
    Order,
)
from customers.importing.numbers import NumberColumn
from customers.importing.read import RawSheet, ReadPart
from customers.importing.tables import SHEETS, Kind
from customers.importing.typed_numbers import TYPED

# How a note begins that asks a person about them.
ABOUT_DATES = "The dates of the {label} "
ABOUT_NUMBERS = "The numbers of the {label} "
EITHER = (
    ABOUT_DATES + "could be read two ways; they were read as {how}/year{as_others}."
    " If they are {other}/year, say so among its columns."
)
MIXED = (
    ABOUT_DATES + "are of both kinds, day/month and month/day; they were read as {how}/year, and"
    " those that can't be are rejected. If they are {other}/year, say so among its columns."
)
MONTH_BEFORE = "Dates of the {label} are read as month/day/year."
EACH_ITS_OWN = "Dates of the {label} are {orders}."
COMMAS = "Numbers of the {label} have a decimal comma in {headings}."
UNSURE = (
    ABOUT_NUMBERS + "could be read two ways in {heading}: {number} was read as {read}{as_others}."
    " If that is wrong, say among its columns that they have a decimal {other}."
)
TOO_FINE = (
    "Amounts of the {label} have more than two decimals in {heading} and are rounded"
    " ({rows}): {number} is {read}."
)
CURRENCY = "The currency {currency} beside numbers of the {label} in {heading} is left out."
AS_OTHERS = ", as in the others of its table"


def in_words(raw: RawSheet, notations: Mapping[int, Notations]) -> list[str]:
    """A sentence each; parts of which the same is to be said are in one."""
    labels: dict[str, list[str]] = {}
    for number, part in raw.parts.items():
        for sentence in _sentences(part, notations[number]):
            labels.setdefault(sentence, []).append(part.label)
    return [sentence.replace("{label}", _all(said)) for sentence, said in labels.items()]


def notation_json(table: str, part: ReadPart, notations: Notations) -> dict[str, Any]:
    """How days and numbers of a part are written, as JSON.

    `dates` is year-first, day-first, month-first, by-column where its columns contradict each
    other, or None where the part has no such days;
    `are_dates_unsure` whether that is a guess; `decimals` is point or comma by heading, and
    `are_decimals_unsure` whether one of these is a guess.
    """
    kinds = {c.name: c.kind for c in SHEETS[table].columns if c.name in part.headings}
    days = {name for name, kind in kinds.items() if kind is Kind.DAY}
    order = notations.order
    dates = (BY_COLUMN if order.by_column else order.dates) if order.matters else None
    if days and not notations.days:
        dates = YEAR_FIRST
    numbers = [name for name, kind in kinds.items() if kind in (Kind.MONEY, Kind.DEGREES)]
    has_comma = {n: notations.numbers.get(n, NumberColumn()).has_comma for n in numbers}
    return {
        "dates": dates,
        "are_dates_unsure": notations.are_dates_unsure,
        "decimals": {part.headings[n]: COMMA if has_comma[n] else POINT for n in numbers},
        "are_decimals_unsure": any(written.unsure for written in notations.numbers.values()),
    }


def _sentences(part: ReadPart, notations: Notations) -> Iterator[str]:
    """The sentences about one part, which do not name it yet."""
    order = notations.order
    how, other = ("day/month", "month/day")[:: 1 if order.dates == DAY_FIRST else -1]
    if notations.are_dates_unsure:
        as_others = AS_OTHERS if order.as_others else ""
        sentence = MIXED if order.is_mixed else EITHER
        yield _filled(sentence, how=how, other=other, as_others=as_others)
    elif order.by_column:
        yield _filled(EACH_ITS_OWN, orders=_by_column(part, order))
    elif notations.days and order.dates == MONTH_FIRST:
        yield MONTH_BEFORE
    yield from _about_numbers(part, notations.numbers)


def _by_column(part: ReadPart, order: Order) -> str:
    return " and ".join(
        f"{'day/month' if dates == DAY_FIRST else 'month/day'}/year in {part.headings[name]}"
        for name, dates in sorted(order.by_column.items(), key=lambda named: named[1])
    )


def _about_numbers(part: ReadPart, numbers: Mapping[str, NumberColumn]) -> Iterator[str]:
    if commas := sorted(part.headings[n] for n, written in numbers.items() if written.has_comma):
        yield _filled(COMMAS, headings=", ".join(commas))
    for name, written in numbers.items():
        said: dict[str, Any] = {"heading": part.headings[name]}
        if written.currency:
            yield _filled(CURRENCY, currency=written.currency, **said)
        if number := written.unsure:
            as_others = AS_OTHERS if written.as_others else ""
            other = POINT if written.has_comma else COMMA
            asked = said | {"as_others": as_others, "other": other}
            yield _filled(UNSURE, number=number, read=written.read(number), **asked)
        if number := written.finest:
            rows = f"{written.too_fine:,} row{'s' * (written.too_fine > 1)}"
            shown = number.rstrip(TYPED)
            yield _filled(TOO_FINE, number=shown, read=written.read(number), rows=rows, **said)


def _filled(sentence: str, **values: Any) -> str:
    return sentence.format(label="{label}", **values)


def _all(labels: Sequence[str]) -> str:
    """As "file a.csv", "file a.csv and the file b.csv", "file a.csv and 3 others"."""
    if len(labels) > 2:
        return f"{labels[0]} and {len(labels) - 1:,} others"
    return " and the ".join(labels)
