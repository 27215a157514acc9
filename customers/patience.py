"""Waiting for SQLite's write lock, which a long import holds until it commits."""

import logging
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection

logger = logging.getLogger(__name__)
T = TypeVar("T")
# SQLite waits that long by itself; the settings say how long.
LOCKED = ("database is locked", "database table is locked")


def is_locked(error: OperationalError) -> bool:
    """Whether another process is writing; what was asked has not begun then."""
    return any(said in str(error) for said in LOCKED)


def patiently(write: Callable[[], T], waiting: Callable[[], object] = lambda: None) -> T:
    """Do what begins with taking the write lock, again and again while others have it.

    Calls `waiting` after each try in vain; it may raise to give up. Inside a transaction nothing
    is tried again: it has the lock, or its snapshot is too old to get it.
    """
    while True:
        try:
            return write()
        except OperationalError as error:
            if not is_locked(error) or connection.in_atomic_block:
                raise
            logger.info("Waiting: %s", error)
            waiting()
