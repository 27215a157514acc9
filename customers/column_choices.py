"""What the page of the columns offers and asks for, part by part."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from customers.import_reading import DATES_IN_WORDS, DECIMALS_IN_WORDS, headings_of
from customers.importing.column_words import TABLES_IN_WORDS, label_of
from customers.importing.mapping import COMMA, PartMapping, faults_of_mapping
from customers.importing.numbers import TWO_WAYS as AMOUNT_TWO_WAYS
from customers.importing.numbers import NumberColumn
from customers.importing.parts import Format, Part
from customers.importing.tables import SHEETS, Kind
from customers.periods import in_words

SAMPLES = 3  # so many values of a column are shown
TWO_WAYS = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})\b")
TABLE_CHOICES = [("", "Leave out"), *((name, name.capitalize()) for name in TABLES_IN_WORDS)]


@dataclass(frozen=True)
class ColumnChoice:
    """One column of the file and what it is said to be."""

    field: str  # what its value is posted as
    heading: str
    samples: list[str]
    chosen: str | None


@dataclass(frozen=True)
class Option:
    """A column of a table as it can be chosen."""

    name: str
    label: str
    is_required: bool


def part_of(described: Mapping[str, Any]) -> Part:
    """A described part, but for where its cells are."""
    return Part(
        name=described["name"],
        label=described["label"],
        path=Path(),
        numbered=False,
        format=Format(**described["format"]),
        headings=tuple(headings_of(described)),
        sample=tuple(tuple(row) for row in described["sample"]),
    )


def mapping_of(described: Mapping[str, Any]) -> PartMapping:
    """How a described part is read."""
    # An import of an older version says nothing of decimals.
    said = described["dates"], described.get("decimals")
    return PartMapping(described["table"], described["columns"], *said)


def options_of(table: str) -> list[Option]:
    sheet = SHEETS.get(table)
    columns = sheet.columns if sheet else ()
    return [Option(c.name, label_of(table, c.name), c.required) for c in columns]


def still_to_name(table: str, columns: Mapping[str, str | None]) -> list[str]:
    """The labels of the required columns of a table that no heading is said to be."""
    given = set(columns.values())
    return [option.label for option in _missing(table, given)]


def all_of(words: Sequence[str]) -> str:
    """As "Status", "Status and Branch", "Claimed on, Status and Branch"."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def other_faults(part: Part, mapping: PartMapping) -> list[str]:
    """What is wrong with how a part is read beyond the columns that are still to be named."""
    if not mapping.table:
        return []
    missing = _missing(mapping.table, set(mapping.columns.values()))
    # As if they were there: a heading that no file has stands for each.
    named = {f"\0{option.name}": option.name for option in missing}
    return faults_of_mapping(part, replace(mapping, columns={**mapping.columns, **named}))


def samples_of(part: Part, position: int) -> list[str]:
    """The first values of a column, each once."""
    return list(dict.fromkeys(_cells(part, position)))[:SAMPLES]


def unsure_date(part: Part, mapping: PartMapping) -> str:
    """The first day among the sample that could be read two ways; empty where there is none."""
    cells = _cells_of_kind(part, mapping, Kind.DAY)
    return next((cell for cell in cells if _both_ways(cell)), "")


def unsure_number(part: Part, mapping: PartMapping) -> str:
    """The first amount among the sample that could be read two ways; empty where there is none."""
    cells = _cells_of_kind(part, mapping, Kind.MONEY)
    return next((cell for cell in cells if re.match(AMOUNT_TWO_WAYS, cell)), "")


def date_choices(cell: str) -> list[tuple[str, str]]:
    """The orders of day and month, with what the cell means in each."""
    both = _both_ways(cell)
    if not both:
        return list(DATES_IN_WORDS.items())
    return [
        (order, f"{words}: {in_words(day)}")
        for (order, words), day in zip(DATES_IN_WORDS.items(), both, strict=True)
    ]


def decimal_choices(cell: str) -> list[tuple[str, str]]:
    """The decimal marks, with what the cell means with each."""
    return [
        (mark, f"{words}: {cell} is {_read(cell, has_comma=mark == COMMA)}")
        for mark, words in DECIMALS_IN_WORDS.items()
    ]


def choices_with(known: Mapping[str, str], found: str, said: str | None) -> list[tuple[str, str]]:
    """What can be chosen instead of what is found, with what is found or was said."""
    first = "Find it" if said or not found else f"As found: {known.get(found, found)}"
    others = {} if said is None or said in known else {said: said}
    return [("", first), *known.items(), *others.items()]


def _missing(table: str, given: set[str | None]) -> list[Option]:
    return [o for o in options_of(table) if o.is_required and o.name not in given]


def _read(cell: str, *, has_comma: bool) -> str:
    return f"{Decimal(NumberColumn(has_comma).read(cell)).normalize():,f}"


def _cells_of_kind(part: Part, mapping: PartMapping, kind: Kind) -> Iterator[str]:
    """The cells of the sample under headings that are read as columns of that kind."""
    named = {c.name for c in mapping.sheet.columns if c.kind is kind} if mapping.sheet else set()
    for position, heading in enumerate(part.headings):
        if mapping.columns.get(heading) in named:
            yield from (cell.strip() for cell in _cells(part, position))


def _cells(part: Part, position: int) -> list[str]:
    cells = [row[position] for row in part.sample if position < len(row)]
    return [cell for cell in cells if cell and cell.strip()]


def _both_ways(cell: str) -> tuple[date, date] | None:
    """A day read as day/month/year and as month/day/year; None where both are the same or none."""
    if not (found := TWO_WAYS.match(cell)):
        return None
    first, second, year = (int(group) for group in found.groups())
    try:
        both = date(year, second, first), date(year, first, second)
    except ValueError:
        return None
    return both if first != second else None
