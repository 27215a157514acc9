"""Which decimal mark the numbers of each part have, and which of them it leaves in doubt."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

import duckdb

from customers.importing.currencies import currency_of, without_currency
from customers.importing.mapping import COMMA
from customers.importing.read import PART, RawSheet
from customers.importing.sql import grouped, latin_digits, trimmed
from customers.importing.tables import Column, Kind, Sheet
from customers.importing.typed_numbers import TYPED, is_typed

NUMBERS = (Kind.MONEY, Kind.DEGREES)
USUAL_NUMBER = r"^[-+]?\d+(\.\d+)?$"
NONE = r"^\b$"  # no cell at all
USUAL_AMOUNT = r"^[-+]?\d+(\.\d\d?)?$"  # with three decimals it may be one of thousands
ARABIC_POINT, ARABIC_GROUP = "\u066b", "\u066c"
# A comma is the decimal mark where not three digits follow it, or four are before it, or a point.
DECIMAL_COMMA = (
    r"^[-+]?\d+,(\d{1,2}|\d{4,})$|^[-+]?(0|\d{4,}),\d+$|\.\d{3},\d+$|^[-+]?\d{1,3}(\.\d{3}){2,}$"
)
DECIMAL_POINT = (
    r"^[-+]?\d+\.(\d{1,2}|\d{4,})$|^[-+]?(0|\d{4,})\.\d+$|,\d{3}\.\d+$|^[-+]?\d{1,3}(,\d{3}){2,}$"
)
TWO_WAYS = r"^[-+]?[1-9]\d{0,2}[.,]\d{3}$"
COMMA_OF_DEGREES = r"^[-+]?\d{1,3},\d+$"  # no thousands there
# With the marks of direction that stand around Arabic currencies.
SPACES = rf"[\s\x{{a0}}\x{{202f}}\x{{200e}}\x{{200f}}\x{{61c}}{ARABIC_GROUP}]"
# More than two decimals after one of these marks, thousands being set apart by the other one.
TOO_FINE = r"^[-+]?(\d{{1,10}}|\d{{1,3}}(\{1}\d{{3}}){{1,3}})[{0}]\d\d\d*[1-9]\d*$"
TYPED_TOO_FINE = rf"\.\d\d[1-9]{TYPED}$"


@dataclass(frozen=True)
class NumberColumn:
    """How the numbers of one column of one part are written."""

    has_comma: bool = False  # the decimal mark is a comma
    unsure: str = ""  # a number that could be read in two ways, where nothing says in which
    as_others: bool = False  # guessed from the other parts of the table
    too_fine: int = 0  # amounts with more than two decimals
    finest: str = ""  # one of them
    currency: str = ""  # what stands beside numbers, where it is the same one wherever it does

    def read(self, number: str) -> str:
        """What an amount as it stands in the file is read as."""
        point, group = marks(has_comma=self.has_comma and not number.endswith(TYPED))
        plain = (
            number.rstrip(TYPED).replace(group, "").replace(point, ".").replace(ARABIC_POINT, ".")
        )
        return str(Decimal(plain).quantize(Decimal("0.01"), ROUND_HALF_UP))


def marks(*, has_comma: bool) -> tuple[str, str]:
    """The decimal mark, and the one between thousands."""
    return (",", ".") if has_comma else (".", ",")


def bare_number(text: str) -> str:
    """SQL of a number with the digits 0 to 9 and without spaces between thousands."""
    return f"regexp_replace({latin_digits(text)}, '{SPACES}', '', 'g')"


def usual_number(column: Column) -> str:
    """The pattern of numbers that are read the quick way."""
    return USUAL_AMOUNT if column.kind is Kind.MONEY else USUAL_NUMBER


def find_numbers(
    db: duckdb.DuckDBPyConnection, sheet: Sheet, raw: RawSheet, column: Column
) -> dict[int, NumberColumn]:
    """How the numbers of a column are written in each part that has rows."""
    is_money = column.kind is Kind.MONEY
    either = f"replace(cell, '{ARABIC_POINT}', ',')"
    looked_for = [
        (either, DECIMAL_COMMA if is_money else COMMA_OF_DEGREES),
        (either, DECIMAL_POINT),
        ("cell", TWO_WAYS if is_money else NONE),
        *(
            ("cell", _too_fine(point, group) if is_money else NONE)
            for point, group in (marks(has_comma=False), marks(has_comma=True))
        ),
    ]
    counts = ", ".join(
        f"count(*) FILTER (regexp_matches({text}, '{pattern}')),"
        f" min(cell) FILTER (regexp_matches({text}, '{pattern}'))"
        for text, pattern in looked_for
    )
    alike = "rtrim(lower(currency), '.')"
    counts += f", if(min({alike}) = max({alike}), min(currency), NULL)"
    found = grouped(db, PART, raw.parts, counts, _numbers(sheet, column))
    rows = {n: tuple(row) for n, *row, _ in found}
    currencies = {n: str(currency or "") for n, *_, currency in found}
    sure = {commas > points for commas, _, points, *_ in rows.values() if commas != points}
    return {
        n: replace(_written(row, sure, raw.parts[n].decimals), currency=currencies[n])
        for n, row in rows.items()
    }


def _too_fine(point: str, group: str) -> str:
    return f"{TOO_FINE.format(point + ARABIC_POINT, group)}|{TYPED_TOO_FINE}"


def _numbers(sheet: Sheet, column: Column) -> str:
    """A query of the column's cells as bare numbers, and the currencies beside them.

    Typed ones keep their sign, so that they say nothing of how the others are written.
    """
    bare = bare_number(trimmed(column.name))
    number = f"CASE WHEN {is_typed(column.name)} THEN {column.name} ELSE {bare} END"
    cells = f"SELECT line, {number} AS number FROM raw_{sheet.name}"
    if column.kind is not Kind.MONEY:
        return f"(SELECT line, number AS cell, NULL::VARCHAR AS currency FROM ({cells}))"
    return (
        f"(SELECT line, {without_currency('number')} AS cell,"
        f" {currency_of('number')} AS currency FROM ({cells}))"
    )


def _written(row: tuple[int | str, ...], sure: set[bool], said: str | None) -> NumberColumn:
    """One column of a part: as a person said; where it leaves it open, as all parts that say."""
    commas, _, points, _, unsure, example, *fine = row
    is_guess = not said and commas == points and bool(unsure)
    as_others = is_guess and len(sure) == 1
    has_comma = sure == {True} if as_others else int(commas) > int(points)
    has_comma = said == COMMA if said else has_comma
    if is_guess:
        return NumberColumn(has_comma, str(example), as_others)
    too_fine, finest = fine[2:] if has_comma else fine[:2]
    return NumberColumn(has_comma, too_fine=int(too_fine), finest=str(finest or ""))
