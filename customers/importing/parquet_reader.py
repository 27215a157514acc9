"""Taking the rows out of a Parquet file, as a program of its own that stays within limits.

A few bytes of Parquet can claim billions of rows or ask for all the memory there is.
"""

import sys
from pathlib import Path

import duckdb

from customers.importing.reader_limits import REFUSED, limit_file, set_limits
from customers.importing.typed_numbers import typed_cell
from customers.importing.unreadable import UnreadableSource

MOST_ROWS = 1 << 30
MEMORY = "1GB"  # the rest of what the process may take is for the program itself
TOO_MUCH_MEMORY = "The Parquet file takes too much memory. Split it."
NO_SPACE = "No space left"
NOT_READ = "The Parquet file can't be read: it is damaged or has a password. Save it again."


def main(path: str, target: str, most_bytes: str) -> int:
    """Write the rows to a CSV file, their lines first; the headings, without one, are line 1.

    Gives the exit code; when it is REFUSED, the reason is on the standard output.
    """
    set_limits()
    limit_file(int(most_bytes))
    try:
        _write_rows(path, Path(target))
    except UnreadableSource as refusal:
        sys.stdout.write(str(refusal))
        return REFUSED
    return 0


def _write_rows(path: str, target: Path) -> None:
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "threads": 2,
        "autoinstall_known_extensions": False,
        "temp_directory": str(target.parent / "spilled"),
    }
    with duckdb.connect(":memory:", config=config) as db:
        db.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        try:
            _copy(db, path, target)
        except duckdb.Error as error:
            if NO_SPACE in str(error):
                raise  # the server's fault, and not the file's
            raise _refusal(error) from error
        except MemoryError as error:
            raise UnreadableSource(TOO_MUCH_MEMORY) from error


def _refusal(error: duckdb.Error) -> UnreadableSource:
    if isinstance(error, duckdb.OutOfMemoryException):
        return UnreadableSource(TOO_MUCH_MEMORY)
    if isinstance(error, duckdb.IOException) and "File too large" in str(error):
        return UnreadableSource("The Parquet file holds too much. Split it.")
    return UnreadableSource(NOT_READ)


def _copy(db: duckdb.DuckDBPyConnection, path: str, target: Path) -> None:
    source = f"read_parquet({_literal(path)}, file_row_number = true, binary_as_string = true)"
    described = db.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {source}").fetchall()
    rows = db.execute(f"SELECT count(*) FROM {source}").fetchone()
    if not rows or rows[0] > MOST_ROWS:
        raise UnreadableSource("The Parquet file has too many rows. Split it.")
    cells = ", ".join(f"{_text(name, kind)} AS {_quoted(name)}" for name, kind, *_ in described)
    # The name of the first column is the line of the headings.
    line = "1"
    while line in (name for name, *_ in described):
        line = f"0{line}"
    query = f'SELECT file_row_number + 2 AS "{line}", {cells} FROM {source}'
    db.execute(f"COPY ({query}) TO {_literal(target)} (FORMAT csv, HEADER true)")


def _text(name: str, kind: str) -> str:
    """A cell as people write it: an id that became a float for want of a value has no .0."""
    column = _quoted(name)
    if kind in ("DOUBLE", "FLOAT"):
        whole = f"{column} = trunc({column}) AND abs({column}) < 1e38"
        number = typed_cell(f"{column}::VARCHAR")
        return f"CASE WHEN {whole} THEN {column}::HUGEINT::VARCHAR ELSE {number} END"
    if kind.startswith("DECIMAL"):
        return typed_cell(f"{column}::VARCHAR")
    return f"{column}::VARCHAR"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
