"""Small pieces of DuckDB SQL."""

from collections.abc import Collection
from typing import Any

import duckdb

from customers.formulas import MARKED, bare_cell

# Blank, tab, line ends, no-break space, and marks that files pasted together carry.
# Also the marks of direction that Arabic exports put around a cell.
MARKS = (*range(9, 14), 32, 160, *range(0x200B, 0x2010), *range(0x202A, 0x202F))
MARKS = (*MARKS, 0x2028, 0x2029, *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF)
SPACES = " || ".join(f"chr({mark})" for mark in MARKS)
SPACE = "[" + "".join(f"\\x{{{mark:x}}}" for mark in MARKS) + "]"  # one of them, as a pattern
UNUSUAL = f"^{SPACE}|{SPACE}$|{MARKED}"


def scalar(db: duckdb.DuckDBPyConnection, query: str) -> int:
    """The one number that a query gives."""
    row = db.execute(query).fetchone()
    return int(row[0]) if row else 0


def grouped(
    db: duckdb.DuckDBPyConnection, part: str, parts: Collection[int], counts: str, source: str
) -> list[tuple[Any, ...]]:
    """What aggregates give for each part of a source: the number of the part, then their values."""
    if len(parts) == 1:  # grouping ten million rows takes its time
        return db.execute(f"SELECT {next(iter(parts))}, {counts} FROM {source}").fetchall()
    return db.execute(f"SELECT {part}, {counts} FROM {source} GROUP BY 1").fetchall()


def trimmed(cell: str) -> str:
    """A cell without spaces around it and without the mark of a download."""
    # Trimming ten million cells takes longer than looking which few of them need it.
    trim = f"trim({bare_cell(cell)}, {SPACES})"
    return f"CASE WHEN regexp_matches({cell}, '{UNUSUAL}') THEN {trim} ELSE {cell} END"


# How Arabic letters are folded that people write in several ways; the last is left out.
ARABIC_FORMS = ("أإآىةـ", "ااايه")


def folded(text: str) -> str:
    """SQL of a text without case, and with one form of each Arabic letter."""
    forms, plain = ARABIC_FORMS
    return f"translate(lower({text}), '{forms}', '{plain}')"


def latin_digits(text: str) -> str:
    """A text with the digits of Arabic and Persian as 0 to 9."""
    return f"translate({text}, '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', '01234567890123456789')"
