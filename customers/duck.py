"""DuckDB as this product uses it: within its memory, silent, without the network."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from django.conf import settings


@contextmanager
def open_duckdb(path: Path | None = None, *, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB database in a file, or in memory without one.

    What does not fit into the memory that the settings allow goes to the folder `spill`.
    """
    config = {
        "memory_limit": settings.ANALYTICS_MEMORY,
        "threads": settings.ANALYTICS_THREADS,
        "temp_directory": str(spill),
        "autoinstall_known_extensions": False,
    }
    with duckdb.connect(path or ":memory:", config=config) as db:
        # What is printed belongs to the commands.
        db.execute("SET enable_progress_bar = false")
        yield db


def literal(text: object) -> str:
    """A text or a path as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"
