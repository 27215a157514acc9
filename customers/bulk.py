"""Many rows in and out of the database at once: COPY on PostgreSQL, executemany on SQLite.

CSV with a header is the common format on both sides: DuckDB reads and writes it faster than
Python makes rows. NULL is the unquoted `\\N`, so that an empty text stays an empty text. Only on
its way into SQLite a quoted `\\N` is NULL too: Python's reader does not tell the quotes.
"""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction

NULL = r"\N"
BLOCK_BYTES = 1 << 20
BLOCK_ROWS = 10_000


class _Unquoted(int):
    """NULL as the CSV writer has to see it to leave it bare: a number."""

    def __str__(self) -> str:
        return NULL


UNQUOTED = _Unquoted()


Watch = Callable[[float], object]  # is told the share that is done, 0 to 1, and may raise


def copy_in(table: str, columns: list[str], path: Path, watch: Watch | None = None) -> int:
    """Append the CSV file's rows, which has exactly these columns, to a table; returns how many.

    Booleans are 0 and 1, days are ISO dates. The database's constraints hold: a row that breaks
    one raises IntegrityError and, inside a transaction, nothing is kept.
    """
    copy = _copy_in_postgresql if connection.vendor == "postgresql" else _copy_in_sqlite
    return copy(table, columns, path, watch or (lambda share: None))


def copy_out(query: str, path: Path) -> None:
    """Write the rows of a SELECT to a CSV file with a header."""
    if connection.vendor == "postgresql":
        _copy_out_postgresql(query, path)
    else:
        _copy_out_sqlite(query, path)


def execute(statement: str) -> int:
    """Do what an SQL statement says; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)


def select(query: str) -> list[tuple[Any, ...]]:
    """The rows of an SQL query, where they are few."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


@contextmanager
def consistent_read() -> Iterator[None]:
    """All queries in this block see the data of one moment, and no writer has to wait for it."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # `atomic()` would take SQLite's write lock at once; a deferred transaction only reads.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("COMMIT")


def quoted(*names: str) -> str:
    """Table or column names, quoted for the database and joined by commas."""
    return ", ".join(connection.ops.quote_name(name) for name in names)


def _copy_in_postgresql(table: str, columns: list[str], path: Path, watch: Watch) -> int:
    statement = (
        f"COPY {quoted(table)} ({quoted(*columns)}) FROM STDIN"
        f" WITH (FORMAT csv, HEADER true, NULL '{NULL}')"
    )
    size = path.stat().st_size
    with connection.cursor() as cursor, path.open("rb") as file:
        # Only `execute` turns psycopg's errors into Django's by itself.
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            while block := file.read(BLOCK_BYTES):
                copy.write(block)
                watch(file.tell() / size)
        return int(cursor.rowcount)


def _copy_in_sqlite(table: str, columns: list[str], path: Path, watch: Watch) -> int:
    places = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {quoted(table)} ({quoted(*columns)}) VALUES ({places})"
    size = path.stat().st_size
    with connection.cursor() as cursor, path.open("rb") as file:
        # What the reader takes is decoded a block ahead, which is near enough to say how far it is.
        reader = csv.reader(TextIOWrapper(file, encoding="utf-8", newline=""))
        next(reader)
        copied = 0
        while rows := [[_value(cell) for cell in row] for row in islice(reader, BLOCK_ROWS)]:
            cursor.executemany(statement, rows)
            copied += len(rows)
            watch(file.tell() / size)
        return copied


def _value(cell: str) -> str | None:
    return None if cell == NULL else cell


def _copy_out_postgresql(query: str, path: Path) -> None:
    statement = f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER true, NULL '{NULL}')"
    with (
        connection.cursor() as cursor,
        path.open("wb") as file,
        connection.wrap_database_errors,
        cursor.copy(statement) as copy,
    ):
        for block in copy:
            file.write(block)


def _copy_out_sqlite(query: str, path: Path) -> None:
    with connection.cursor() as cursor, path.open("w", encoding="utf-8", newline="") as file:
        cursor.execute(query)
        # Every text is quoted: Python 3.11 would leave one with a carriage return bare.
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(column[0] for column in cursor.description)
        while rows := cursor.fetchmany(BLOCK_ROWS):
            writer.writerows([_written(cell) for cell in row] for row in rows)


def _written(cell: object) -> object:
    if cell is None:
        return UNQUOTED
    return int(cell) if cell is True or cell is False else cell
