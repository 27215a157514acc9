"""What can be wrong with a row, and the sentence that says so."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from customers.duck import literal
from customers.importing.currencies import currency_of
from customers.importing.numbers import bare_number
from customers.importing.parse import GENDER_FAULTS
from customers.importing.tables import TABLE_NAMED, Column, Kind, Sheet, Table
from customers.importing.words import one_for_each
from customers.models.records import EARLIEST_DAY, IMPLAUSIBLE_DAY, latest_day

CONTROL_CHARACTER = r"[\x00-\x1f\x7f-\x{9f}]"
# Of two ids that look the same, one would become a second customer.
INVISIBLE = r"[\x00-\x1f\x7f-\x{9f}\p{Cf}\p{Zl}\p{Zp}]"
BROKEN_REASONS = {
    "MISSING COLUMNS": "The row has fewer cells than there are headings.",
    "TOO MANY COLUMNS": "The row has more cells than there are headings.",
    "UNQUOTED VALUE": "A quotation mark stands inside a cell, or is missing at its end.",
    "INVALID ENCODING": "The row is not UTF-8 text. Save the file as CSV UTF-8.",
    "NOT MENDED": (
        "The row was rejected before and its own cells are still empty."
        " Write into them what stands under value, or delete the line."
    ),
    "LINE SIZE OVER MAXIMUM": "The row is far too long for a row.",
}
NO_CURRENCY = "Write the number alone, without the currency."
NO_GENDER = "The table genders has these ids, but for none of Female, Male and Unknown: see there."


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a row for which the condition, in DuckDB SQL, is true."""

    column: str
    condition: str
    code: str
    reason: str
    better_reason: str = "NULL"  # DuckDB SQL of the sentence for the rows that have one
    general: str | None = None  # a sentence for all of these rows, where theirs differ


def faults_of(sheet: Sheet, given: Collection[str]) -> list[Fault]:
    """All that the rows of a sheet with the given columns are looked through for, in order."""
    cells = [fault for c in sheet.columns if c.name in given for fault in _cell_faults(sheet, c)]
    rules = [Fault(r.column, r.condition, r.code, r.reason) for r in sheet.rules]
    return cells + rules


def _cell_faults(sheet: Sheet, column: Column) -> list[Fault]:
    missing = Fault(
        column.name,
        f"text_{column.name} IS NULL",
        "missing",
        _need(sheet, column),
    )
    return [*([missing] if column.required else []), *_kind_faults(sheet, column)]


def _need(sheet: Sheet, column: Column) -> str:
    """What every row has to have; the heading stands beside the sentence."""
    if column is sheet.key:
        return "Every row needs an id."
    if column.references:
        noun = TABLE_NAMED[column.references].model._meta.verbose_name
        return f"Every row needs the id of its {noun}."
    return "Every row needs a value here."


def _kind_faults(sheet: Sheet, column: Column) -> list[Fault]:
    if column.kind is Kind.TEXT:
        # A text that is not stored may be of any length.
        return _text_faults(sheet, column) if isinstance(sheet, Table) else []
    code, reason = _expectation(column)
    text = f"text_{column.name}"
    unknown = f"{text} IS NOT NULL AND {column.name} IS NULL"
    if column.kind is Kind.GENDER_ID:
        better = f"getvariable('{GENDER_FAULTS}')[{text}]"
        return [Fault(column.name, unknown, code, reason, better, NO_GENDER)]
    if column.kind is Kind.MONEY:
        has_one = f"{currency_of(bare_number(text))} IS NOT NULL"
        better = f"CASE WHEN {has_one} THEN {literal(NO_CURRENCY)} END"
        return [Fault(column.name, unknown, code, reason, better)]
    return [Fault(column.name, unknown, code, reason), *_day_faults(column)]


def _day_faults(column: Column) -> list[Fault]:
    if column.kind is not Kind.DAY:
        return []
    plausible = f"BETWEEN DATE '{EARLIEST_DAY}' AND DATE '{latest_day()}'"
    condition = f"{column.name} NOT {plausible}"
    return [Fault(column.name, condition, "implausible_day", IMPLAUSIBLE_DAY)]


def _text_faults(table: Table, column: Column) -> list[Fault]:
    most, text = _longest(table, column), f"text_{column.name}"
    is_id = column is table.key or bool(column.references)
    return [
        Fault(
            column.name,
            f"length({text}) > {most}",
            "too_long",
            f"It is too long: at most {most} characters.",
        ),
        Fault(
            column.name,
            f"regexp_matches({text}, '{INVISIBLE if is_id else CONTROL_CHARACTER}')",
            "control_character",
            "The cell has a line break or another invisible character in it.",
        ),
    ]


def _longest(table: Table, column: Column) -> int:
    model = TABLE_NAMED[column.references].model if column.references else table.model
    field: Any = model._meta.get_field("external_id" if column.references else column.field)
    return int(field.max_length)


def _expectation(column: Column) -> tuple[str, str]:
    match column.kind:
        case Kind.DAY:
            return "not_a_date", "Write it as a date: 2024-05-31."
        case Kind.MONEY:
            return "not_a_number", "Write it as a number below ten billion: 1250.50."
        case Kind.DEGREES:
            return "not_a_number", "Write it as a number of degrees: 30.0444."
        case Kind.GENDER_ID:
            return "unknown_reference", "The table genders has no gender with this id."
        case _:
            *others, last = one_for_each(column.words)
            words = f"Write it as {', '.join(others)} or {last}."
            return f"unknown_{column.field}", column.asks or words
