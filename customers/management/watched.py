"""An import that a person watches at a terminal and may stop with Ctrl-C."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from django.core.management.base import OutputWrapper
from django.db import OperationalError, connection

from customers.models import DataImport
from customers.operations.imports import execute_import

EVERY_SECONDS = 0.5
STOPPED_BY_HAND = 130  # what shells say of a program that Ctrl-C ended
STOPPING = "Stopping at the next step; nothing of it is kept. Press Ctrl-C again to break off."
STOPPED = "Stopped by Ctrl-C: nothing was {0}."
TOO_LATE = "Ctrl-C came too late to stop it."
Status = DataImport.Status


def is_watched(stderr: OutputWrapper, verbosity: int) -> bool:
    """Whether to say how far it is: to a person, or to a log that asks for it."""
    return verbosity > 1 or (verbosity > 0 and stderr.isatty())


def execute_watched(
    data_import: DataImport, stderr: OutputWrapper, *, shown: bool, done: str
) -> DataImport:
    """Do an import's task here; `done` is the word for it: loaded or undone.

    Exits with 130 when a person stopped it in time.
    """
    asked = threading.Event()
    try:
        with _stopped_by_hand(data_import, stderr, asked), _progress(data_import, stderr, shown):
            ended = execute_import(data_import.pk)
    except KeyboardInterrupt:
        ended = DataImport.objects.get(pk=data_import.pk)
    if asked.is_set():
        finished = Status.UNDONE if done == "undone" else Status.COMPLETED
        if ended.status != finished:
            stderr.write(STOPPED.format(done))
            sys.exit(STOPPED_BY_HAND)
        stderr.write(TOO_LATE)
    return ended


@contextmanager
def _stopped_by_hand(
    data_import: DataImport, stderr: OutputWrapper, asked: threading.Event
) -> Iterator[None]:
    """The first Ctrl-C cancels the import, as the button on its page does; a second breaks off."""

    def stop(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        stderr.write(STOPPING)
        # The connection of this thread may be in the middle of a statement.
        threading.Thread(target=_cancel, args=(data_import.pk,), daemon=True).start()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: Any = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _cancel(pk: int) -> None:
    try:
        with suppress(OperationalError):  # SQLite is being written; it was told otherwise
            DataImport.objects.get(pk=pk).cancel()
    finally:
        connection.close()


@contextmanager
def _progress(data_import: DataImport, stderr: OutputWrapper, shown: bool) -> Iterator[None]:
    """Say again and again how far it is, in one line of a terminal or in lines of a log."""
    if not shown:
        yield
        return
    done = threading.Event()
    watcher = threading.Thread(target=_show, args=(data_import.pk, stderr, done), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _show(pk: int, stderr: OutputWrapper, done: threading.Event) -> None:
    last = ""
    try:
        while not done.wait(EVERY_SECONDS):
            with suppress(OperationalError):
                said = _in_words(DataImport.objects.get(pk=pk).live)
                if said != last:
                    last = said
                    _write(stderr, said)
    finally:
        if last and stderr.isatty():
            stderr.write("\r\x1b[K", ending="")
        connection.close()


def _write(stderr: OutputWrapper, said: str) -> None:
    if stderr.isatty():
        stderr.write(f"\r\x1b[K{said}", ending="")
        stderr.flush()
    else:
        stderr.write(said)


def _in_words(live: dict[str, Any]) -> str:
    """Such as "45 % Loading transactions: 120,000 of 200,000 rows, 50,000 rows/s"."""
    stage = live["stage"] or ("Waiting" if live["progress"] < 1 else "Refreshing the figures")
    said = f"{round(100 * live['progress']):>3} % {stage}"
    if "table" in live:
        said += f": {live['table_done']:,} of {live['table_rows']:,} rows"
        said += f", {live['rows_per_second']:,} rows/s"
    return said
