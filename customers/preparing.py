"""What a person who prepares files has to know, from the catalogue that the import reads by."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from customers.importing.column_words import COLUMN_WORDS, TABLES_IN_WORDS, label_of
from customers.importing.tables import GENDERS, SHEETS, Column, Kind, Sheet, Table

HOLDS = {
    Kind.DAY: "a day",
    Kind.MONEY: "an amount",
    Kind.DEGREES: "degrees with decimals",
    Kind.GENDER_ID: f"the id of a row of the table {GENDERS.name}",
}
SHOWN_AS = {"1": "yes", "0": "no"}


@dataclass(frozen=True)
class ColumnGuide:
    """One column: what its cells hold and which words and headings are understood."""

    name: str
    label: str
    is_required: bool
    about: str  # what it says of a row; empty where its name says it
    holds: str
    example: str
    words: dict[str, list[str]]  # what is stored: what may be written
    also: tuple[str, ...]


@dataclass(frozen=True)
class Guide:
    """One table of a file."""

    name: str
    about: str
    also: tuple[str, ...]
    columns: list[ColumnGuide]


def guides() -> list[Guide]:
    """All tables that an import knows, those that people mostly have first."""
    return [_table_guide(SHEETS[name], about) for name, about in TABLES_IN_WORDS.items()]


def _table_guide(sheet: Sheet, about: str) -> Guide:
    return Guide(
        name=sheet.name,
        about=about,
        also=_as_people_write(sheet.also),
        columns=[_guide(sheet, column) for column in sheet.columns],
    )


def _as_people_write(names: Iterable[str]) -> tuple[str, ...]:
    """Arabic names with spaces; nobody writes them with underscores."""
    return tuple(n if n.isascii() else n.replace("_", " ") for n in dict.fromkeys(names))


def _guide(sheet: Sheet, column: Column) -> ColumnGuide:
    about, example = COLUMN_WORDS.get((sheet.name, column.name), ("", ""))
    return ColumnGuide(
        name=column.name,
        label=label_of(sheet.name, column.name),
        is_required=column.required,
        about=about,
        holds=_holds(sheet, column),
        example=example,
        words=_words(column),
        also=_as_people_write(n for n in sheet.headings_of(column) if n != column.name),
    )


def _holds(sheet: Sheet, column: Column) -> str:
    if column.kind in HOLDS:
        return HOLDS[column.kind]
    if column.words:
        return "one of these words"
    if column.references:
        return f"the id of a row of the table {column.references}"
    if column == sheet.key:
        return f"the id of the row, up to {_longest(sheet, column)} characters"
    return f"text, up to {_longest(sheet, column)} characters"


def _longest(sheet: Sheet, column: Column) -> int:
    if not isinstance(sheet, Table):
        return 64
    field: Any = sheet.model._meta.get_field(column.field)
    return int(field.max_length)


def _words(column: Column) -> dict[str, list[str]]:
    words: dict[str, list[str]] = {}
    for written, stored in column.words.items():
        words.setdefault(SHOWN_AS.get(stored, stored), []).append(written)
    return words
