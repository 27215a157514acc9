"""What the check of a file found: rejected rows by reason, first rows, changes and warnings."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from customers.import_reading import are_dates_unsure, are_decimals_unsure, headings_of
from customers.importing.column_words import label_of
from customers.importing.headings import known_headings
from customers.importing.mapping import LEFT_OUT
from customers.importing.notation_words import ABOUT_DATES, ABOUT_NUMBERS
from customers.importing.tables import SHEETS, TABLES, Kind
from customers.models import DataImport
from customers.periods import in_words

NUMBERS = (Kind.MONEY, Kind.DEGREES)
FEW_HEADINGS = 3
IF_NOT = ". If "  # how the advice to whoever knows better begins
SAY_DATES = "Say how the dates are written"
SAY_DECIMALS = "Say how the numbers are written"


@dataclass(frozen=True)
class Reason:
    """Why some rows are rejected."""

    table: str
    part: str
    heading: str
    sentence: str
    rows: int
    examples: list[dict[str, Any]]  # line, value


@dataclass(frozen=True)
class Change:
    """One value of a row that changes."""

    name: str
    label: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class ChangedRow:
    external_id: str
    changes: list[Change]


@dataclass(frozen=True)
class Cell:
    label: str
    value: str | None
    is_number: bool


@dataclass(frozen=True)
class FirstRows:
    """The first rows of a table as they would be stored."""

    table: str
    columns: list[tuple[str, str, bool]]  # name, label, whether it is a number
    rows: list[list[Cell]]
    is_open: bool  # whether it is the table with the most new rows


@dataclass(frozen=True)
class Doubt:
    """The days or the numbers of a part could be read two ways."""

    sentence: str
    advice: str  # for whoever may say which it is
    choice: str  # the id of the choice on the page of the columns
    action: str  # what a person can do there


def reasons_of(data_import: DataImport) -> list[Reason]:
    """Why rows are rejected, the most frequent reason first; empty for older imports."""
    labels = {part["name"]: part["label"] for part in data_import.parts}
    return [
        Reason(
            table=reason["table"],
            part=labels.get(reason["part"], reason["part"]) if len(labels) > 1 else "",
            heading=reason["column"] or "",
            sentence=reason["reason"],
            rows=reason["rows"],
            examples=reason["examples"],
        )
        for reason in data_import.preview.get("reasons", [])
    ]


def changes_of(data_import: DataImport, table: str) -> list[ChangedRow]:
    """The first rows of a table that change, in the words of the pages."""
    return [
        ChangedRow(
            example["id"],
            [
                Change(
                    name=change["column"],
                    label=label_of(table, change["column"]),
                    old=_shown(table, change["column"], change["old"]),
                    new=_shown(table, change["column"], change["new"]),
                )
                for change in example["changes"]
            ],
        )
        for example in data_import.preview.get("examples", {}).get(table, [])
    ]


def first_rows_of(data_import: DataImport) -> list[FirstRows]:
    """The first new rows of each table that has any; the largest table is shown at once."""
    given = data_import.preview.get("rows", {})
    tables = [table.name for table in TABLES if given.get(table.name)]
    largest = max(tables, key=lambda name: data_import.tables[name]["created"], default="")
    return [_first_rows(name, given[name], is_open=name == largest) for name in tables]


def _first_rows(table: str, given: list[Any], *, is_open: bool) -> FirstRows:
    # Those of older previews are objects, in no certain order.
    rows = [list(row.items()) if isinstance(row, dict) else row for row in given]
    return FirstRows(
        table=table,
        columns=[(n, label_of(table, n), _kind(table, n) in NUMBERS) for n, _ in rows[0]],
        rows=[[_cell(table, name, value) for name, value in row] for row in rows],
        is_open=is_open,
    )


def _cell(table: str, column: str, value: str | None) -> Cell:
    shown = _shown(table, column, value)
    return Cell(label_of(table, column), shown, _kind(table, column) in NUMBERS)


def _kind(table: str, column: str) -> Kind | None:
    columns = SHEETS[table].columns if table in SHEETS else ()
    return next((c.kind for c in columns if c.name == column), None)


def _shown(table: str, column: str, value: str | None) -> str | None:
    """A value as people read it: a day as 6 March 2026, everything else as it is."""
    if not value or _kind(table, column) is not Kind.DAY:
        return value
    try:
        return in_words(date.fromisoformat(value))
    except ValueError:
        return value


def doubts_of(data_import: DataImport) -> list[Doubt]:
    """What could be read two ways, each with where to say which it is."""
    asked = [
        (about.format(label=part["label"]), Doubt("", "", f"part{n}-{choice}-choice", action))
        for n, part in enumerate(data_import.parts)
        for is_unsure, about, choice, action in (
            (are_dates_unsure(part), ABOUT_DATES, "dates", SAY_DATES),
            (are_decimals_unsure(part), ABOUT_NUMBERS, "decimals", SAY_DECIMALS),
        )
        if is_unsure
    ]
    # The longest first: a label may begin like another one.
    asked.sort(key=lambda start_and_doubt: -len(start_and_doubt[0]))
    return [
        _said(doubt, note)
        for note in _notes(data_import)
        if (doubt := next((d for start, d in asked if note.startswith(start)), None))
    ]


def _said(doubt: Doubt, note: str) -> Doubt:
    sentence, if_not, advice = note.partition(IF_NOT)
    whole = f"{sentence}." if if_not else sentence
    return replace(doubt, sentence=whole, advice=if_not[2:] + advice)


def _notes(data_import: DataImport) -> list[str]:
    return list(data_import.preview.get("notes", []))


def other_notes_of(data_import: DataImport) -> list[str]:
    """What else a person should know of how the file was read, and no other part of the page says.

    How the file was read names the parts that are left out.
    """
    said = {f"{doubt.sentence} {doubt.advice}".strip() for doubt in doubts_of(data_import)}
    said |= {LEFT_OUT.format(label=p["label"]) for p in data_import.parts if not p["table"]}
    return [note for note in _notes(data_import) if note not in said]


def headings_of_wrong_file(data_import: DataImport) -> list[str]:
    """The first headings of a file in which no column and no table is known; else nothing."""
    parts = [(part["table"], headings_of(part)) for part in data_import.parts]
    if any(table or known_headings(headings) for table, headings in parts):
        return []
    return [heading for _, headings in parts for heading in headings][:FEW_HEADINGS]
