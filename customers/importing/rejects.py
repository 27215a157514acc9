"""The rows that could not be loaded, and the file that tells people why."""

import codecs
import shutil
from pathlib import Path

import duckdb

from customers.duck import literal
from customers.importing.sql import scalar
from customers.importing.tables import SHEETS

MOST_SHOWN = 1000  # characters of a value; one long text must not fill the disk again
REJECTS_FILE = "rejected-rows.csv"
# A spreadsheet takes a cell that begins like this for a formula.
FORMULA_STARTS = "'=', '+', '-', '@', chr(9), chr(13)"


def create_rejects(db: duckdb.DuckDBPyConnection) -> None:
    """Make the table `rejects`, a row for each fault of a row; `position` is their order in it."""
    db.execute(
        'CREATE TABLE rejects(sheet VARCHAR, line BIGINT, position INTEGER, "column" VARCHAR,'
        " value VARCHAR, code VARCHAR, reason VARCHAR)"
    )


def add_rejects(db: duckdb.DuckDBPyConnection, sheet: str, query: str) -> None:
    """Add what a query gives: line, position, column, value, code, reason."""
    db.execute(f"INSERT INTO rejects SELECT {literal(sheet)}, * FROM ({query})")


def rejected_rows(db: duckdb.DuckDBPyConnection, sheet: str) -> int:
    """How many rows of a sheet are rejected, whatever the number of their faults."""
    return scalar(db, f"SELECT count(DISTINCT line) FROM rejects WHERE sheet = {literal(sheet)}")


def write_rejects(db: duckdb.DuckDBPyConnection, folder: Path) -> str:
    """Write the rejects to a CSV file in the folder, one line per rejected row: the file's name.

    Without rejects there is no file and the name is empty.

    Columns: sheet, line, column, value and code of the first fault, reason with all of them.
    """
    if not scalar(db, "SELECT count(*) FROM rejects"):
        return ""
    path, bare = folder / REJECTS_FILE, folder / "rejected-rows.part"
    db.execute(f"COPY ({_one_line_per_row()}) TO {literal(bare)} (FORMAT csv, HEADER true)")
    with bare.open("rb") as rows, path.open("wb") as file:
        file.write(codecs.BOM_UTF8)  # or Excel takes Arabic for Latin letters
        shutil.copyfileobj(rows, file)
    bare.unlink()
    return REJECTS_FILE


def _one_line_per_row() -> str:
    first = {name: f'arg_min("{name}", position)' for name in ("column", "value", "code")}
    reasons = "string_agg(reason, ' ' ORDER BY position)"
    order = " ".join(f"WHEN '{name}' THEN {n}" for n, name in enumerate(SHEETS))
    return (
        f'SELECT sheet, line, {_inert(first["column"])} AS "column",'
        f" {_inert(first['value'])} AS value, {first['code']} AS code,"
        f" {_inert(reasons)} AS reason"
        f" FROM rejects GROUP BY sheet, line ORDER BY CASE sheet {order} END, line"
    )


def _inert(text: str) -> str:
    """The text as it stands in the file, but not too long, never a formula, and without NUL."""
    shown = f"replace(left({text}, {MOST_SHOWN}), chr(0), '␀')"
    return f"CASE WHEN left({text}, 1) IN ({FORMULA_STARTS}) THEN '''' || {shown} ELSE {shown} END"
