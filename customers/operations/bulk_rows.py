"""Rows as programs send them: every value as the text that an import finds in a cell."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from customers.importing.tables import Column, Kind, Table

MOST_SHOWN = 100  # characters of what was sent, in an answer
MOST_UNKNOWN = 5  # fields of a row that are named
SEVERAL = 2
INTEGER = re.compile(r"-?[0-9]+")
NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EXPECTED = {
    Kind.TEXT: ("not_a_text", "Write {0} as a text."),
    Kind.DAY: ("not_a_date", "Write {0} as a date such as 2024-05-31."),
    Kind.MONEY: ("not_a_number", "Write {0} as a number such as 1250.50."),
}
NO_OBJECT = "A row is an object with fields such as external_id."
NESTED = "Write {0} as one value, not as a list or an object."
NO_CHARACTER = "There is half of a character in {0}. Send it as UTF-8."


class UnknownField(ValueError):
    """All rows have a field that there is not; the text says which one."""


class Number(str):
    """A number as it stands in JSON, so that none of its digits is lost."""

    __slots__ = ()


@dataclass(frozen=True)
class RowError:
    """One thing that is wrong with a row; without a field, with the row itself."""

    field: str | None
    code: str
    reason: str


@dataclass(frozen=True)
class SentRow:
    """A row that was sent; it goes no further when it has errors."""

    index: int  # its place in the request, from 0
    external_id: str | None
    cells: Mapping[str, str | None] = field(default_factory=dict)  # by field, the mentioned ones
    errors: tuple[RowError, ...] = ()


def columns_by_field(table: Table) -> dict[str, Column]:
    """The columns that programs fill, by the names they have in the API."""
    return {c.field: c for c in table.columns if c.kind is not Kind.GENDER_ID}


def read_row(columns: Mapping[str, Column], index: int, sent: object) -> SentRow:
    """A row of JSON, whose numbers are `Number`, as cells; the columns are those by field."""
    if not isinstance(sent, dict):
        return SentRow(index, None, errors=(RowError(None, "not_an_object", NO_OBJECT),))
    errors = (*_unknown(columns, sent), *_faults(columns, sent))
    cells = {} if errors else {name: _cell(value) for name, value in sent.items()}
    return SentRow(index, _shown_id(sent.get("external_id")), cells, errors)


def check_fields(columns: Mapping[str, Column], rows: Sequence[object]) -> None:
    """Raises UnknownField when each of several rows has the same field that is none."""
    if len(rows) < SEVERAL:
        return
    names = [row.keys() if isinstance(row, dict) else set[str]() for row in rows]
    unknown = {name for name in names[0] if name not in columns}
    if common := unknown.intersection(*names):
        raise UnknownField(_no_field(columns, _printable(min(common))) + " All rows have it.")


def _unknown(columns: Mapping[str, Column], sent: Mapping[str, object]) -> list[RowError]:
    unknown = [name for name in sent if name not in columns]
    shown = [_printable(name) for name in unknown[:MOST_UNKNOWN]]
    errors = [RowError(name, "unknown_field", _no_field(columns, name)) for name in shown]
    if more := len(unknown) - len(shown):
        errors.append(RowError(None, "unknown_field", f"There are {more:,} more such fields."))
    return errors


def _no_field(columns: Mapping[str, Column], name: str) -> str:
    return f'There is no field "{name}". The fields are: {", ".join(columns)}.'


def _faults(columns: Mapping[str, Column], sent: Mapping[str, object]) -> list[RowError]:
    known = ((name, sent[name]) for name in sent if name in columns)
    return [error for name, value in known if (error := _fault(columns, name, value))]


def _fault(columns: Mapping[str, Column], name: str, value: object) -> RowError | None:
    if isinstance(value, dict | list):
        return RowError(name, "nested", NESTED.format(name))
    if isinstance(value, str) and not _is_text(value):
        return RowError(name, "not_a_text", NO_CHARACTER.format(name))
    kind = columns[name].kind
    if not _fits(kind, value):
        code, reason = EXPECTED[kind]
        return RowError(name, code, reason.format(name))
    return None


def _fits(kind: Kind, value: object) -> bool:
    """Whether a value is of a kind; whether a text is right, the check of all imports decides."""
    if value is None or kind not in EXPECTED:
        return True
    if not isinstance(value, str):
        return False
    is_number, text = isinstance(value, Number), value.strip()
    if kind is Kind.TEXT:
        return not is_number or bool(INTEGER.fullmatch(text))
    if kind is Kind.DAY:
        return not is_number and (not text or bool(DAY.fullmatch(text)))
    return not text or bool(NUMBER.fullmatch(text))


def _cell(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _is_text(value: str) -> bool:
    """JSON can write halves of a character, which no database takes."""
    try:
        value.isascii() or value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown_id(value: object) -> str | None:
    return _printable(value) if isinstance(value, str) else None


def _printable(text: str) -> str:
    """The start of a text, with a mark for what no text can have."""
    return text[:MOST_SHOWN].encode("utf-8", "replace").decode()
