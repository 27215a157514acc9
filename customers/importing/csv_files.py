"""Reading one CSV file into DuckDB without losing a row of it."""

from pathlib import Path

import duckdb

from customers.duck import literal
from customers.importing.headings import Headings
from customers.importing.sources import SheetFile
from customers.importing.unreadable import UnreadableSource

BLOCK_BYTES = 1 << 20
MOST_SHOWN = 200  # characters of a broken row in the rejects
LINE_ENDS = "chr(13) || chr(10)"
# What comes after such an error may have been taken for a part of the same row.
SWALLOWS = "error_type IN ('UNQUOTED VALUE', 'LINE SIZE OVER MAXIMUM')"


class _Unparsable(ValueError):
    """The rows can't be told apart, from this line on if it is known."""

    def __init__(self, line: int | None = None) -> None:
        super().__init__(line)
        self.line = line


def read_csv_file(
    db: duckdb.DuckDBPyConnection, name: str, file: SheetFile, headings: Headings
) -> None:
    """Read a file into `records_<name>`, and the rows that can't be told apart into cells into
    `broken_<name>`: line, error_type, row.

    `records_<name>` has the known columns as text, `blank` for rows without any cell, and `line`
    if the file is numbered. Raises UnreadableSource when the rows can't be told apart.
    """
    try:
        _read(db, name, file.path, file, headings)
    except _Unparsable:
        # A mixture of line ends is the usual reason.
        path = _with_plain_line_ends(file.path)
        try:
            _read(db, name, path, file, headings)
        except _Unparsable as error:
            raise UnreadableSource(_sentence(file, error.line)) from error


def _read(
    db: duckdb.DuckDBPyConnection, name: str, path: Path, file: SheetFile, headings: Headings
) -> None:
    try:
        db.execute(
            f"CREATE OR REPLACE TABLE records_{name} AS"
            f" SELECT {_selected(file, headings)} FROM {_csv(name, path, headings)}"
        )
    except duckdb.InvalidInputException as error:
        raise _Unparsable from error
    _keep_broken(db, name)


def _selected(file: SheetFile, headings: Headings) -> str:
    number = ["c0::BIGINT AS line"] if file.numbered else []
    known = [f'c{position} AS "{name}"' for name, position in headings.positions.items()]
    cells = [f"c{position}" for position in range(len(number), headings.width)]
    return ", ".join([*number, *known, f"coalesce({', '.join(cells)}) IS NULL AS blank"])


def _csv(name: str, path: Path, headings: Headings) -> str:
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(headings.width))
    return (
        f"read_csv({literal(str(path))}, header = true, auto_detect = false,"
        f" delim = {literal(headings.delimiter)}, quote = '\"', escape = '\"',"
        f" columns = {{{columns}}}, store_rejects = true, rejects_limit = 0,"
        f" rejects_table = 'errors_{name}', rejects_scan = 'scans_{name}')"
    )


def _keep_broken(db: duckdb.DuckDBPyConnection, name: str) -> None:
    swallowing = db.execute(
        f"SELECT min(line) FROM errors_{name} WHERE {SWALLOWS}"
        f" AND regexp_matches(trim(csv_line, {LINE_ENDS}), '[\\r\\n]')"
    ).fetchone()
    db.execute(
        f"CREATE OR REPLACE TABLE broken_{name} AS"
        " SELECT line, arg_min(error_type, byte_position) AS error_type,"
        f" left(trim(any_value(csv_line), {LINE_ENDS}), {MOST_SHOWN}) AS row"
        f" FROM errors_{name} GROUP BY line"
    )
    db.execute(f"DROP TABLE errors_{name}")
    db.execute(f"DROP TABLE scans_{name}")
    if swallowing and swallowing[0]:
        raise _Unparsable(swallowing[0])


def _with_plain_line_ends(path: Path) -> Path:
    plain = path.with_suffix(".plain")
    with path.open("rb") as old, plain.open("wb") as new:
        while block := old.read(BLOCK_BYTES):
            # A block must not end between the two characters of one line end.
            while block.endswith(b"\r") and (following := old.read(1)):
                block += following
            new.write(block.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    return plain


def _sentence(file: SheetFile, line: int | None) -> str:
    if line is None:
        return f"The {file.label} can't be read as a table. Save it as CSV UTF-8."
    return (
        f"A quotation mark in line {line} of the {file.label} is never closed,"
        " so the rows after it can't be told apart. Correct that line."
    )
