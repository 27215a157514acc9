"""Cells that a spreadsheet would take for a formula, and the mark that keeps it from doing so."""

# A spreadsheet takes a cell that begins like this for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MARK = "'"


def inert(text: str) -> str:
    """A text that no spreadsheet runs as a formula; an import takes the mark off again."""
    # A text that looks as if it were marked gets one more, so that the import gives it back.
    return MARK + text if _looks_marked(text) else text


def bare(text: str) -> str:
    """The text that was made inert."""
    return text[1:] if text.startswith(MARK) and _looks_marked(text) else text


def inert_cell(cell: str) -> str:
    """DuckDB SQL of a cell of a source that no spreadsheet runs; `bare_cell` takes a mark off.

    A cell that has a mark already gets no other one, since it is still to be imported.
    """
    starts = ", ".join(f"chr({ord(start)})" for start in FORMULA_STARTS)
    return f"CASE WHEN left({cell}, 1) IN ({starts}) THEN '''' || {cell} ELSE {cell} END"


def bare_cell(cell: str) -> str:
    """DuckDB SQL of a cell without the mark."""
    return f"CASE WHEN regexp_matches({cell}, '{MARKED}') THEN substr({cell}, 2) ELSE {cell} END"


def _looks_marked(text: str) -> bool:
    return text.lstrip(MARK).startswith(FORMULA_STARTS)


# As a pattern in an SQL literal, where the mark is doubled.
MARKED = "^''+[" + "".join(f"\\x{{{ord(start):x}}}" for start in FORMULA_STARTS) + "]"
