"""From the text of a cell to a typed value, as DuckDB SQL."""

from collections.abc import Collection, Mapping

from django.conf import settings

from customers.duck import literal
from customers.importing.currencies import without_currency
from customers.importing.notations import DAY_FIRST, Notations
from customers.importing.numbers import ARABIC_POINT, bare_number, marks
from customers.importing.read import by_part
from customers.importing.sql import folded, latin_digits, trimmed
from customers.importing.tables import Column, Kind, Sheet
from customers.importing.typed_numbers import is_typed
from customers.importing.words import fold

GENDER_IDS = "gender_ids"  # the DuckDB variable {gender_id: gender}
GENDER_FAULTS = "gender_faults"  # {gender_id: why it stands for no gender}
NULL_MARK = r"\N"  # how database exports, and our own staging files, write an empty cell
CLOCK = r"[ T]+([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?( ?[AaPp]\.?[Mm]\.?)?$"
WITH_ZONE = r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[-+]\d\d(:?\d\d)?)$"
SERIAL = r"^\d{5,6}(\.\d+)?$"  # a spreadsheet's number of a day, as 45443
SERIAL_ZERO = "DATE '1899-12-30'"
# The parts of a day, with one space between them; the year may have two digits.
NAMED_MONTHS = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y")
YEAR_FIRST = ("%Y %m %d", "%Y %b %d", "%Y %B %d")


def parsed(
    sheet: Sheet,
    given: Collection[str],
    notations: Mapping[int, Notations],
    rows: str = "true",
) -> str:
    """A query of the rows of `raw_<sheet>` that a condition, in SQL, picks.

    The notations are those of each part, by its number.
    It gives line, and for each column of the sheet three columns:

    `raw_<column>` as it stands in the file, `text_<column>` trimmed or NULL, and `<column>` the
    typed value, NULL where the text is not of the type. Columns that are not given are NULL.
    """
    texts = ", ".join(_texts(column, column.name in given) for column in sheet.columns)
    values = ", ".join(
        f"{by_part({n: _value(column, one) for n, one in notations.items()})} AS {column.name}"
        for column in sheet.columns
    )
    return f"SELECT *, {values} FROM (SELECT line, {texts} FROM raw_{sheet.name} WHERE {rows})"


def field_values(sheet: Sheet, given: Collection[str]) -> str:
    """The fields that the given columns fill, as a list of SELECT."""
    return ", ".join(
        f"coalesce({', '.join(column.name for column in sheet.columns_of(field))},"
        f" {sheet.columns_of(field)[0].empty}) AS {field}"
        for field in sheet.fields(given)
    )


def certain_forms(columns: Collection[Column], notations: Notations) -> dict[str, str]:
    """SQL of the cells of a part, by column, in the one form that any file is read alike in.

    Only for columns that are not written in the usual way. It needs `raw_<column>`, the cell,
    and `text_<column>`, its `trimmed_text`, and is NULL where that was not read.
    """
    return {
        column.name: _certain_form(column, notations)
        for column in columns
        if column.name in notations.days or column.name in notations.numbers
    }


def _certain_form(column: Column, notations: Notations) -> str:
    value = _value(column, notations)
    if column.kind is not Kind.DEGREES:
        return f"({value})::VARCHAR"
    number = _number(column, notations)
    # Three digits after a point may be a group of thousands; six never are.
    padded = rf"regexp_replace({number}, '(\.\d{{3}})$', '\1000')"
    return f"CASE WHEN ({value}) IS NOT NULL THEN {padded} END"


def trimmed_text(cell: str) -> str:
    """SQL of what is written in a cell, NULL where it is empty."""
    return f"nullif(nullif({trimmed(cell)}, ''), {literal(NULL_MARK)})"


def _texts(column: Column, given: bool) -> str:
    raw = column.name if given else "NULL::VARCHAR"
    return f"{raw} AS raw_{column.name}, {trimmed_text(raw)} AS text_{column.name}"


def _value(column: Column, notations: Notations) -> str:
    text = f"text_{column.name}"
    match column.kind:
        case Kind.DAY:
            is_usual = column.name not in notations.days
            return _usual_day(text) if is_usual else _any_day(column, notations)
        case Kind.MONEY:
            return f"try_cast({_number(column, notations)} AS DECIMAL(12, 2))"
        case Kind.DEGREES:
            number = f"try_cast({_number(column, notations)} AS DOUBLE)"
            return f"CASE WHEN isfinite({number}) THEN {number} END"
        case Kind.WORD:
            return _word(text, column)
        case Kind.GENDER_ID:
            return f"getvariable('{GENDER_IDS}')[{text}]"
        case Kind.TEXT:
            return text


def _usual_day(text: str) -> str:
    """2024-05-31, or that with a time of day; the database knows the years 1 to 9999."""
    day = f"try_cast(left({text}, 10) AS DATE)"
    return (
        f"CASE WHEN {text} LIKE '____-__-__' AND year({day}) > 0 THEN {day}"
        f" WHEN ({text} LIKE '____-__-__ __:__:__' OR {text} LIKE '____-__-__T__:__:__')"
        f" AND year({day}) > 0 AND try_cast({text} AS TIMESTAMP) IS NOT NULL THEN {day} END"
    )


def _any_day(column: Column, notations: Notations) -> str:
    """A day in whatever way people and programs write it; one with a time zone, as it was here."""
    text = f"text_{column.name}"
    latin = latin_digits(text)
    bare = f"regexp_replace({latin}, '{CLOCK}', '')"
    words = rf"regexp_replace(trim({bare}), '[-/.,\s]+', ' ', 'g')"
    numbers = "%d %m %Y" if notations.order.of(column.name) == DAY_FIRST else "%m %d %Y"
    long = ", ".join(literal(f) for f in (*YEAR_FIRST, numbers, *NAMED_MONTHS))
    short = ", ".join(literal(f.replace("%Y", "%y")) for f in (numbers, *NAMED_MONTHS))
    here = f"(try_cast({latin} AS TIMESTAMPTZ) AT TIME ZONE {literal(settings.TIME_ZONE)})::DATE"
    day = (
        rf"(CASE WHEN regexp_matches({words}, '^\S+ \S+ \d\d$')"
        f" AND NOT regexp_matches({words}, '^[0-9]{{4}}')"
        f" THEN try_strptime({words}, [{short}]) ELSE try_strptime({words}, [{long}]) END)::DATE"
    )
    return (
        f"coalesce({_usual_day(text)},"
        f" CASE WHEN regexp_matches({latin}, '{WITH_ZONE}') THEN {here}"
        rf" WHEN regexp_matches({bare}, '^\d{{8}}$') THEN try_strptime({bare}, '%Y%m%d')::DATE"
        f" WHEN regexp_matches({latin}, '{SERIAL}')"
        f" THEN {SERIAL_ZERO} + floor({latin}::DOUBLE)::INT"
        rf" WHEN regexp_matches({words}, '^\S+ \S+ \S+$') AND year({day}) > 0 THEN {day} END)"
    )


def _number(column: Column, notations: Notations) -> str:
    text = f"text_{column.name}"
    if column.name not in notations.numbers:
        return text
    written = notations.numbers[column.name]
    point, group = marks(has_comma=written.has_comma)
    bare = without_currency(bare_number(text)) if written.currency else bare_number(text)
    latin = f"replace({bare}, '{ARABIC_POINT}', '{point}')"
    grouped = rf"^[-+]?\d{{1,3}}(\{group}\d{{3}})+(\{point}\d+)?$"
    plain = f"CASE WHEN regexp_matches({latin}, '{grouped}') THEN replace({latin}, '{group}', '')"
    number = f"replace({plain} ELSE {latin} END, '{point}', '.')"
    return f"CASE WHEN {is_typed(f'raw_{column.name}')} THEN {text} ELSE {number} END"


def _word(text: str, column: Column) -> str:
    words = " ".join(
        f"WHEN {literal(fold(word))} THEN {literal(stored)}"
        for word, stored in column.words.items()
    )
    return f"CASE {folded(text)} {words} END"
