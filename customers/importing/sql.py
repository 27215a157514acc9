"""Writing DuckDB's SQL: values as literals, and the database that an import works in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from django.conf import settings


@contextmanager
def open_workbench(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty DuckDB that spills into the folder what is more than the memory it is allowed."""
    config = {
        "memory_limit": settings.ANALYTICS_MEMORY,
        "threads": settings.ANALYTICS_THREADS,
        "temp_directory": str(folder / "spilled"),
        "autoinstall_known_extensions": False,
    }
    with duckdb.connect(config=config) as db:
        # What is printed belongs to the command.
        db.execute("SET enable_progress_bar = false")
        yield db


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def scalar(db: duckdb.DuckDBPyConnection, query: str) -> int:
    """The one number that a query gives."""
    row = db.execute(query).fetchone()
    return int(row[0]) if row else 0
