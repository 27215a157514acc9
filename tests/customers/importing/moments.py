"""Doing something at a certain moment of an import, as another process would."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def when(statement: str, act: Callable[[], object]) -> Iterator[None]:
    """Do something once, just before a statement that begins like this is executed."""
    waiting = [act]

    def execute(execute: Any, sql: str, *args: Any) -> Any:
        if waiting and sql.startswith(statement):
            waiting.pop()()
        return execute(sql, *args)

    with connection.execute_wrapper(execute):
        yield
    assert not waiting


def elsewhere(act: Callable[[], object]) -> None:
    """Do something as another process would: in a connection and a transaction of its own."""
    if connection.vendor == "sqlite":
        act()  # SQLite has one writer, so it can only happen in the same transaction
        return

    def act_and_leave() -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        other.submit(act_and_leave).result(timeout=20)
