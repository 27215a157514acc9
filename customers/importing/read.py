"""Bringing the parts of a source into DuckDB, every cell as the text that stands in the file.

A row is known by its `line`: the line that a spreadsheet shows, after the number of its part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from customers.duck import literal
from customers.importing.csv_files import read_part
from customers.importing.mapping import BadMapping, PartMapping, faults_of_mapping
from customers.importing.parts import Part
from customers.importing.tables import GENDERS, SHEETS, TABLES, Sheet
from customers.importing.unreadable import UnreadableSource

LINES = 1 << 40  # more lines than a part has
LINE = f"(line % {LINES})"  # the line in its part, in SQL
PART = f"(line // {LINES})"  # the number of its part


@dataclass(frozen=True)
class ReadPart:
    """A part from which rows of a sheet were read."""

    label: str  # what people call it: sheet customers, file customers.csv
    headings: Mapping[str, str]  # the columns it has: as they are written in the file
    dates: str | None = None  # one of mapping.DATES where a person said it
    decimals: str | None = None  # one of mapping.DECIMALS where a person said it


@dataclass(frozen=True)
class RawSheet:
    """A sheet that was read: the view `raw_<name>` with `line` and the columns of the catalogue."""

    parts: Mapping[int, ReadPart]  # by their numbers; all have the same columns
    rows: int  # with the broken ones, without the blank ones

    @property
    def given(self) -> frozenset[str]:
        """The columns of the catalogue that it has."""
        return frozenset(next(iter(self.parts.values())).headings)

    def heading(self, column: str) -> str:
        """SQL of what a column is called in the part in which `line` stands."""
        headings = {n: literal(part.headings.get(column, column)) for n, part in self.parts.items()}
        return by_part(headings)

    def label(self, line: str = "line") -> str:
        """SQL of what people call the part in which a line stands."""
        return by_part({n: literal(part.label) for n, part in self.parts.items()}, line)


def by_part(texts: Mapping[int, str], line: str = "line") -> str:
    """SQL of what is right for the part in which a line stands: SQL by the number of the part."""
    numbers: dict[str, list[str]] = {}
    for number, text in texts.items():
        numbers.setdefault(text, []).append(str(number))
    *others, last = numbers
    cases = " ".join(
        f"WHEN ({line}) // {LINES} IN ({', '.join(numbers[text])}) THEN {text}" for text in others
    )
    return f"CASE {cases} ELSE {last} END" if others else last


def read_parts(
    db: duckdb.DuckDBPyConnection, parts: Sequence[Part], mappings: Mapping[str, PartMapping]
) -> dict[str, RawSheet]:
    """Read the parts that are not left out: {name: sheet}.

    The cells are in `raw_<name>`, the rows that can't be told apart into cells in `broken_<name>`
    and whole parts in `records_<number>`. Raises BadMapping when a required column is missing, and
    UnreadableSource when nothing can be loaded from the source.
    """
    of_sheet = _parts_of_sheets(parts, mappings)
    _check_parts(parts, mappings, of_sheet)
    return {
        name: _read_sheet(db, SHEETS[name], numbers, parts, mappings)
        for name, numbers in of_sheet.items()
    }


def check_mappings(parts: Sequence[Part], mappings: Mapping[str, PartMapping]) -> list[str]:
    """What a person has to say before the parts can be read, a sentence each."""
    faults = [fault for part in parts for fault in faults_of_mapping(part, mappings[part.name])]
    of_sheet = _parts_of_sheets(parts, mappings)
    if not any(table.name in of_sheet for table in TABLES):
        wanted = ", ".join(table.name for table in TABLES)
        faults.append(f"None of the tables was found. Say which part is one of: {wanted}.")
    faults += _genders_missing(parts, mappings, of_sheet)
    return faults + _unequal_parts(parts, mappings, of_sheet)


def _parts_of_sheets(
    parts: Sequence[Part], mappings: Mapping[str, PartMapping]
) -> dict[str, list[int]]:
    of_sheet: dict[str, list[int]] = {}
    for number, part in enumerate(parts):
        if table := mappings[part.name].table:
            of_sheet.setdefault(table, []).append(number)
    return of_sheet


def _check_parts(
    parts: Sequence[Part],
    mappings: Mapping[str, PartMapping],
    of_sheet: Mapping[str, Sequence[int]],
) -> None:
    if not any(table.name in of_sheet for table in TABLES):
        wanted = ", ".join(table.name for table in TABLES)
        raise UnreadableSource(
            f"None of the tables was found. Name the sheets or CSV files {wanted}."
        )
    if faults := check_mappings(parts, mappings):
        raise BadMapping(" ".join(faults))


def _genders_missing(
    parts: Sequence[Part],
    mappings: Mapping[str, PartMapping],
    of_sheet: Mapping[str, Sequence[int]],
) -> list[str]:
    using = [
        parts[number].label
        for number in of_sheet.get("customers", [])
        if "gender_id" in mappings[parts[number].name].columns.values()
    ]
    if not using or GENDERS.name in of_sheet:
        return []
    return [
        f"The {using[0]} has gender_id, but there is no table genders to look it up."
        " Add it, or give the gender itself in a column gender."
    ]


def _unequal_parts(
    parts: Sequence[Part],
    mappings: Mapping[str, PartMapping],
    of_sheet: Mapping[str, Sequence[int]],
) -> list[str]:
    """A missing column keeps what is stored, so it can't be missing in one of several files."""
    faults = []
    for name, numbers in of_sheet.items():
        first, *others = (parts[number] for number in numbers)
        columns = set(_positions(first, mappings[first.name]))
        faults += [
            f"The {first.label} and the {other.label} both hold {name}, but only one of"
            f" them has {min(differing)}. Give both the same columns."
            for other in others
            if (differing := columns ^ set(_positions(other, mappings[other.name])))
        ]
    return faults


def _positions(part: Part, mapping: PartMapping) -> dict[str, int]:
    """Where the known columns of a part are."""
    return {
        column: position
        for position, heading in enumerate(part.headings)
        if (column := mapping.columns.get(heading))
    }


def _read_sheet(
    db: duckdb.DuckDBPyConnection,
    sheet: Sheet,
    numbers: Sequence[int],
    parts: Sequence[Part],
    mappings: Mapping[str, PartMapping],
) -> RawSheet:
    read, broken, rows = [], [], 0
    for number in numbers:
        rows += read_part(db, parts[number], str(number))
        line = f"line + {number * LINES}" if number else "line"
        positions = _positions(parts[number], mappings[parts[number].name])
        columns = ", ".join(f"c{positions[name]} AS {name}" for name in sorted(positions))
        read.append(f"SELECT {line} AS line, {columns} FROM records_{number}")
        broken.append(f"SELECT {line} AS line, error_type, row FROM broken_{number}")
    db.execute(f"CREATE VIEW raw_{sheet.name} AS {' UNION ALL '.join(read)}")
    db.execute(f"CREATE VIEW broken_{sheet.name} AS {' UNION ALL '.join(broken)}")
    return RawSheet({n: _read_part(parts[n], mappings[parts[n].name]) for n in numbers}, rows)


def _read_part(part: Part, mapping: PartMapping) -> ReadPart:
    headings = {column: heading for heading, column in mapping.columns.items() if column}
    return ReadPart(part.label, headings, mapping.dates, mapping.decimals)
