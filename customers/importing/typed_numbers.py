"""Numbers that a workbook or a Parquet file holds as numbers, so that no one has to find the mark.

Written down, only those with three decimals could be taken for thousands: 12.345. They get a sign
that nobody sees or types, and that trimming removes.
"""

TYPED = "\u2063"
THREE_DECIMALS = r"^-?\d{1,3}\.\d{3}$"


def typed_text(number: float) -> str:
    """A number as text, with the sign where it needs it."""
    text = str(number)
    # A pattern would take longer than all the rest for millions of cells.
    return text + TYPED if len(text) <= len("-123.456") and text[-4:-3] == "." else text


def typed_cell(text: str) -> str:
    """SQL of a number's text, with the sign where it needs it."""
    return f"if(regexp_matches({text}, '{THREE_DECIMALS}'), {text} || '{TYPED}', {text})"


def is_typed(cell: str) -> str:
    """SQL of whether a cell as it was read has the sign."""
    return f"suffix({cell}, '{TYPED}')"
