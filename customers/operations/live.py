"""How far an import is, and whether to stop it, while its transaction hides what it writes.

On SQLite nobody else can write meanwhile either, so both go through the cache.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import duckdb
from django.db import OperationalError, connection

from customers.models import DataImport, JobCancelled

EVERY_SECONDS = 0.5
WAITING = "Waiting for another import to end"
LOADING_FROM, LOADING_TO = 0.5, 0.95  # which share of the whole work loading is


class Live:
    """What a worker tells of an import and hears about it while it loads."""

    def __init__(self, data_import: DataImport, rows: int) -> None:
        self._import, self._rows = data_import, rows
        self._began = self._told = monotonic()
        self._sizes: dict[str, int] = {}

    def tell(self, table: str, rows: int, share: float) -> None:
        """Say which share of a table's rows is written. Raises JobCancelled when asked to stop."""
        self._sizes[table] = rows
        now = monotonic()
        if now - self._told < EVERY_SECONDS and share < 1:
            return
        self._told = now
        done = sum(n for name, n in self._sizes.items() if name != table) + int(rows * share)
        self._import.tell_live(
            {
                "stage": f"Loading {table}",
                "progress": LOADING_FROM + (LOADING_TO - LOADING_FROM) * done / max(self._rows, 1),
                "table": table,
                "table_rows": rows,
                "table_done": int(rows * share),
                "rows_per_second": round(done / max(now - self._began, 0.001)),
            }
        )
        if self._import.is_stop_asked():
            raise JobCancelled


@contextmanager
def stoppable(
    data_import: DataImport, db: duckdb.DuckDBPyConnection | None = None
) -> Iterator[None]:
    """Break off the statement that is at work in either database when someone asks to stop.

    Raises JobCancelled then.
    """
    done, stopped = threading.Event(), threading.Event()
    raw: Any = connection.connection
    watcher = threading.Thread(
        target=_watch, args=(data_import, raw, db, done, stopped), daemon=True
    )
    watcher.start()
    try:
        yield
    except (OperationalError, duckdb.InterruptException) as error:
        if stopped.is_set():
            raise JobCancelled from error
        raise
    finally:
        done.set()
        watcher.join()


def _watch(
    data_import: DataImport,
    raw: Any,
    db: duckdb.DuckDBPyConnection | None,
    done: threading.Event,
    stopped: threading.Event,
) -> None:
    while not done.wait(EVERY_SECONDS):
        if data_import.is_stop_asked():
            stopped.set()
            _interrupt(raw)
            if db:
                db.interrupt()


def _interrupt(raw: Any) -> None:
    if connection.vendor == "postgresql":
        raw.cancel_safe(timeout=5)
    else:
        raw.interrupt()
