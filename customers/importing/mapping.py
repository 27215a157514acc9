"""Which table a part of a source is, and which of its columns are which.

A mapping as JSON, by the name of the part; whatever it does not say is proposed:

    {"clients": {"table": "customers", "columns": {"Client no.": "customer_id", "Note": null},
                 "dates": "day-first", "decimals": "comma", "encoding": "windows-1256",
                 "delimiter": ";", "heading_line": 3}}

A table or a column that is null is left out.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from customers.importing.other_headings import plain
from customers.importing.parts import Correction, Part
from customers.importing.samples import column_meant
from customers.importing.tables import SHEETS, Column, Sheet, Table

DATES = ("day-first", "month-first")
DECIMALS = POINT, COMMA = ("point", "comma")
FEW = 2  # known columns that a table has at least when its name does not say what it is
KNOWN = ("table", "columns", "dates", "decimals", "encoding", "delimiter", "heading_line")

LEFT_OUT = "Left out: the {label}. It is read as none of the tables."


class BadMapping(ValueError):
    """What is said about the columns does not fit the file; the text says what to do."""


@dataclass(frozen=True)
class PartMapping:
    """How one part is read."""

    table: str | None = None  # a sheet of the catalogue; None: the part is left out
    columns: Mapping[str, str | None] = field(default_factory=dict)  # by heading
    dates: str | None = None  # one of DATES; None: find it
    decimals: str | None = None  # one of DECIMALS; None: find it
    # Columns that two headings mean alike, without anyone saying which one it is.
    twice: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def sheet(self) -> Sheet | None:
        return SHEETS[self.table] if self.table else None

    def to_json(self) -> dict[str, Any]:
        """As a person could have said it."""
        return {name: value for name, value in asdict(self).items() if name in KNOWN}


def shape_of(part: Part) -> str:
    """What files of the same kind have in common: the name without its numbers, the headings."""
    name = re.sub(r"[\d_]+", "_", plain(part.name)).strip("_")
    return _digest([name, *(plain(heading) for heading in part.headings)])


def headings_digest(part: Part) -> str:
    """What files with the same headings have in common, whatever they are called."""
    return _digest(plain(heading) for heading in part.headings)


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()


def corrections_of(said: Mapping[str, Any]) -> dict[str, Correction]:
    """What a mapping says about the format of each part. Raises BadMapping."""
    _check_mapping(said)
    return {
        name: Correction(
            encoding=part.get("encoding") or None,
            delimiter=part.get("delimiter") or None,
            heading_line=part.get("heading_line") or None,
        )
        for name, part in said.items()
    }


def map_parts(
    parts: Sequence[Part],
    said: Mapping[str, Any],
    remembered: Callable[[Part], Mapping[str, Any] | None],
) -> dict[str, PartMapping]:
    """How each part is read, by its name: as said, else as remembered, else as its names suggest.

    Raises BadMapping when what is said is about a part, a table or a column that is not there.
    """
    _check_mapping(said)
    said = _by_part(parts, said)
    if unknown := set(said) - {part.name for part in parts}:
        there = ", ".join(part.name for part in parts)
        raise BadMapping(f"The file has no part {min(unknown)}. It has: {there}.")
    return {
        part.name: _map_part(part, said.get(part.name) or {}, remembered(part) or {})
        for part in parts
    }


def as_said(
    parts: Sequence[Part], mappings: Mapping[str, PartMapping], said: Mapping[str, Any]
) -> dict[str, Any]:
    """All that was proposed and said, as if a person had said it, so that nothing else is found."""
    said = _by_part(parts, said)
    return {
        p.name: (said.get(p.name) or {}) | p.correction.to_json() | mappings[p.name].to_json()
        for p in parts
    }


def _by_part(parts: Sequence[Part], said: Mapping[str, Any]) -> Mapping[str, Any]:
    if len(parts) == 1 and len(said) == 1:
        # One file has another name each day.
        return {parts[0].name: next(iter(said.values()))}
    return said


def faults_of_mapping(part: Part, mapping: PartMapping) -> list[str]:
    """What is missing before a part can be read, a sentence each."""
    if not (sheet := mapping.sheet):
        return []
    given = {name for name in mapping.columns.values() if name}
    faults = [
        f"The {part.label} has no column {column.name}. Add it, or say which column it is."
        for column in sheet.columns
        if column.required and column.name not in given
    ]
    faults += [
        f"The {part.label} has the column {column} twice ({', '.join(headings)})."
        " Keep one of them, or say which one it is."
        for column, headings in mapping.twice.items()
    ]
    together = sheet.together if isinstance(sheet, Table) else ()
    if any(name in given for name in together) and not all(name in given for name in together):
        faults.append(f"The {part.label} needs all of {', '.join(together)}, or none of them.")
    return faults


def _check_mapping(said: Mapping[str, Any]) -> None:
    if not isinstance(said, dict) or not all(isinstance(part, dict) for part in said.values()):
        raise BadMapping("A mapping is a JSON object with an object for each sheet or file.")
    for name, part in said.items():
        if unknown := set(part) - set(KNOWN):
            raise BadMapping(f"{name}: {min(unknown)} is none of {', '.join(KNOWN)}.")
        if part.get("table") not in (None, *SHEETS):
            raise BadMapping(f"{name}: there is no table {part['table']}; use {', '.join(SHEETS)}.")
        if part.get("dates") not in (None, "", *DATES):
            raise BadMapping(f"{name}: write dates as {' or '.join(DATES)}.")
        if part.get("decimals") not in (None, "", *DECIMALS):
            raise BadMapping(f"{name}: write decimals as {' or '.join(DECIMALS)}.")
        if any(not isinstance(part.get(name) or "", str) for name in ("encoding", "delimiter")):
            raise BadMapping(f"{name}: encoding and delimiter are texts.")
        if not isinstance(part.get("columns", {}), dict):
            raise BadMapping(f"{name}: columns is an object of headings and columns.")
        if (
            not isinstance(part.get("heading_line") or 1, int)
            or (part.get("heading_line") or 1) < 1
        ):
            raise BadMapping(f"{name}: heading_line is the number of a line, 1 or more.")


def _map_part(part: Part, said: Mapping[str, Any], known: Mapping[str, Any]) -> PartMapping:
    # Null is said and remembered as well: the part is left out.
    table = next((m["table"] for m in (said, known) if "table" in m), guess_table(part))
    if not table:
        return PartMapping()
    sheet = SHEETS[table]
    columns = _said_columns(part, sheet, said.get("columns") or {})
    if known.get("table") == table:
        _fill(columns, part, sheet, _remembered_columns(sheet, known))
    decided = set(columns)
    _fill(columns, part, sheet, {h: column_meant(part, sheet, h) for h in part.headings})
    names = {h: c.name if c else None for h, c in columns.items()}
    dates, decimals = (said.get(n) or known.get(n) or None for n in ("dates", "decimals"))
    twice = _twice(part, sheet, columns, decided)
    return PartMapping(table, {h: names.get(h) for h in part.headings}, dates, decimals, twice)


def _twice(
    part: Part, sheet: Sheet, columns: Mapping[str, Column | None], decided: set[str]
) -> dict[str, tuple[str, str]]:
    """The columns that a second heading means as well as the one that was taken."""
    taken = {c.name: h for h, c in columns.items() if c and h not in decided}
    found = {}
    for heading in part.headings:
        bare = re.sub(r" \(\d+\)$", "", heading)
        column = column_meant(part, sheet, heading, bare) if heading not in columns else None
        other = taken.get(column.name) if column else None
        if column and other and sheet.rank(column, bare) == sheet.rank(column, other):
            found[column.name] = (other, heading)
    return found


def _said_columns(
    part: Part, sheet: Sheet, said: Mapping[str, str | None]
) -> dict[str, Column | None]:
    columns: dict[str, Column | None] = {}
    for heading, name in said.items():
        if heading not in part.headings:
            there = ", ".join(part.headings)
            raise BadMapping(f"The {part.label} has no column {heading}. It has: {there}.")
        columns[heading] = _column(sheet, name) if name else None
    used = [column.name for column in columns.values() if column]
    if twice := sorted({name for name in used if used.count(name) > 1}):
        raise BadMapping(f"Two columns of the {part.label} are said to be {twice[0]}. Choose one.")
    return columns


def _column(sheet: Sheet, name: str) -> Column:
    for column in sheet.columns:
        if column.name == name:
            return column
    names = ", ".join(column.name for column in sheet.columns)
    raise BadMapping(f"The table {sheet.name} has no column {name}. It has: {names}.")


def _remembered_columns(sheet: Sheet, known: Mapping[str, Any]) -> dict[str, Column | None]:
    by_name = {column.name: column for column in sheet.columns}
    return {
        heading: by_name.get(name) if name else None
        for heading, name in (known.get("columns") or {}).items()
    }


def _fill(
    columns: dict[str, Column | None],
    part: Part,
    sheet: Sheet,
    proposed: Mapping[str, Column | None],
) -> None:
    """Adds what is proposed for headings about which nothing is known, each column once."""
    # A heading that is the column's own name comes before one that only means the same.
    for heading in sorted(part.headings, key=lambda h: _rank(sheet, proposed.get(h), h)):
        if heading in columns or heading not in proposed:
            continue
        column = proposed[heading]
        if column is None or column not in columns.values():
            columns[heading] = column


def _rank(sheet: Sheet, column: Column | None, heading: str) -> int:
    return sheet.rank(column, heading) if column else 0


def guess_table(part: Part) -> str | None:
    """The table that the part's name says, or else the one that its headings fit best."""
    called = table_of_name(part)
    if plain(part.name) in SHEETS:
        return called
    fits = {sheet.name: _fit(part, sheet) for sheet in SHEETS.values()}
    if called and fits[called][1] >= FEW:
        return called
    fits = {name: fit for name, fit in fits.items() if fit[1] >= FEW}
    best = max(fits.values(), default=None)
    names = [name for name, fit in fits.items() if fit == best]
    # An id and a name alone fit several tables: a person has to say which.
    return names[0] if len(names) == 1 else None


def table_of_name(part: Part) -> str | None:
    """The table that the part is called, whatever its headings are."""
    if plain(part.name) in SHEETS:
        return plain(part.name)
    return next((s.name for s in SHEETS.values() if s.is_called(part.name)), None)


def _fit(part: Part, sheet: Sheet) -> tuple[int, int]:
    """Whether all required columns are there, and how many columns are known."""
    found = {column.name for h in part.headings if (column := column_meant(part, sheet, h))}
    required = {column.name for column in sheet.columns if column.required}
    return int(required <= found), len(found)
