"""One import loads at a time: the next one waits for its turn."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

from django.conf import settings
from django.db import connection

TURN = 8_150_312_044  # any number that no other lock of this database has
PATIENCE_SECONDS = 0.5


@contextmanager
def turn(waiting: Callable[[], object]) -> Iterator[None]:
    """Keep other imports of this database from loading in this block.

    Calls `waiting` again and again while another one has its turn; it may raise to give up. A
    process that is killed gives its turn back.
    """
    take, give_back = _lock() if connection.vendor == "postgresql" else _file_lock()
    while not take():
        waiting()
        sleep(PATIENCE_SECONDS)
    try:
        yield
    finally:
        give_back()


def _lock() -> tuple[Callable[[], bool], Callable[[], object]]:
    return (
        lambda: bool(_ask(f"SELECT pg_try_advisory_lock({TURN})")),
        lambda: connection.is_usable() and _ask(f"SELECT pg_advisory_unlock({TURN})"),
    )


def _ask(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def _file_lock() -> tuple[Callable[[], bool], Callable[[], object]]:
    """SQLite is used on one machine only, and its own lock would keep every writer waiting."""
    folder = Path(settings.IMPORTS_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "turn.lock").open("w")

    def take() -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    return take, file.close
