"""From the text of a cell to a typed value, as DuckDB SQL."""

from collections.abc import Collection

from customers.duck import literal
from customers.importing.tables import Column, Kind, Sheet

GENDER_IDS = "gender_ids"  # the DuckDB variable {gender_id: gender}
GENDER_FAULTS = "gender_faults"  # {gender_id: why it stands for no gender}
# Blank, tab, line ends, no-break space, and marks that files pasted together carry.
SPACES = "' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(160) || chr(65279)"
EDGE = r"^[\s\x0b\x{a0}\x{feff}]|[\s\x0b\x{a0}\x{feff}]$"  # one of SPACES at either end
NULL_MARK = r"\N"  # how database exports, and our own staging files, write an empty cell


def parsed(sheet: Sheet, given: Collection[str], rows: str = "true") -> str:
    """A query of the rows of `raw_<sheet>` that a condition, in SQL, picks.

    It gives line, and for each column of the sheet three columns:

    `raw_<column>` as it stands in the file, `text_<column>` trimmed or NULL, and `<column>` the
    typed value, NULL where the text is not of the type. Columns that are not given are NULL.
    """
    texts = ", ".join(_texts(column, column.name in given) for column in sheet.columns)
    values = ", ".join(f"{_value(column)} AS {column.name}" for column in sheet.columns)
    return f"SELECT *, {values} FROM (SELECT line, {texts} FROM raw_{sheet.name} WHERE {rows})"


def field_values(sheet: Sheet, given: Collection[str]) -> str:
    """The fields that the given columns fill, as a list of SELECT."""
    return ", ".join(
        f"coalesce({', '.join(column.name for column in sheet.columns_of(field))},"
        f" {sheet.columns_of(field)[0].empty}) AS {field}"
        for field in sheet.fields(given)
    )


def _texts(column: Column, given: bool) -> str:
    raw = column.name if given else "NULL::VARCHAR"
    # Trimming ten million cells takes longer than looking which few of them need it.
    trimmed = f"CASE WHEN regexp_matches({raw}, '{EDGE}') THEN trim({raw}, {SPACES}) ELSE {raw} END"
    text = f"nullif(nullif({trimmed}, ''), {literal(NULL_MARK)})"
    return f"{raw} AS raw_{column.name}, {text} AS text_{column.name}"


def _value(column: Column) -> str:
    text = f"text_{column.name}"
    match column.kind:
        case Kind.DAY:
            return _day(text)
        case Kind.MONEY:
            return f"try_cast({text} AS DECIMAL(12, 2))"
        case Kind.DEGREES:
            return f"CASE WHEN isfinite(try_cast({text} AS DOUBLE)) THEN {text}::DOUBLE END"
        case Kind.WORD:
            return _word(text, column)
        case Kind.GENDER_ID:
            return f"getvariable('{GENDER_IDS}')[{text}]"
        case Kind.TEXT:
            return text


def _day(text: str) -> str:
    """2024-05-31, or that with a time of day; the database knows the years 1 to 9999."""
    day = f"try_cast(left({text}, 10) AS DATE)"
    return (
        f"CASE WHEN {text} LIKE '____-__-__' AND year({day}) > 0 THEN {day}"
        f" WHEN ({text} LIKE '____-__-__ __:__:__' OR {text} LIKE '____-__-__T__:__:__')"
        f" AND year({day}) > 0 AND try_cast({text} AS TIMESTAMP) IS NOT NULL THEN {day} END"
    )


def _word(text: str, column: Column) -> str:
    words = " ".join(
        f"WHEN {literal(word)} THEN {literal(stored)}" for word, stored in column.words.items()
    )
    return f"CASE lower({text}) {words} END"
