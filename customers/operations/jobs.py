"""Doing background work once, whatever the queue does."""

import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar, cast

import duckdb
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone

from customers.models import Job, JobCancelled, JobLost, JobStatus
from customers.patience import is_locked, patiently
from customers.storable import storable

logger = logging.getLogger(__name__)
J = TypeVar("J", bound=Job)
# What SQLite, PostgreSQL and DuckDB say when nothing more can be written.
BUSY_DATABASE = ("is locked", "deadlock", "lock timeout")
FULL_DISK = ("disk is full", "no space left", "could not extend file")

UNEXPECTED = "Something went wrong that is not the data's fault. The log of the worker says what."
DISK_FULL = "The server's disk is full. Nothing was kept; make room and try again."
NO_DATABASE = "The connection to the database was lost. Nothing was kept; try again."
BUSY = "The database was busy with other work for too long. Nothing was kept; try again."
NO_MEMORY = (
    "The server has too little memory for this. Nothing was kept; raise ANALYTICS_MEMORY, or split"
    " the file, and try again."
)
STOPPED = "The work was stopped from outside before its end; nothing of it was kept."
GAVE_UP = "The worker stopped {attempts} times in the middle of this work. Look at its log."


@dataclass(frozen=True)
class Ends:
    """The status of a job whose work did not come to its end."""

    refused: str = JobStatus.FAILED
    interrupted: str = JobStatus.FAILED  # by something that a second try may not meet
    failed: str = JobStatus.FAILED
    cancelled: str = JobStatus.CANCELLED
    said_when_cancelled: str = ""


def perform(
    jobs: type[J],
    pk: int,
    work: Callable[[J], None],
    *,
    refusals: tuple[type[Exception], ...],
    ends: Callable[[J], Ends] = lambda job: Ends(),
) -> J:
    """Claim the job, do its work and close it with whatever came of it.

    A job that is not there to be claimed is left alone. `work` reports its stages and finishes
    the job itself, in the transaction that keeps its results. `refusals` are the errors whose
    sentence is meant for the person who asked; any other is logged and told in general words.
    `ends` is asked about the job as it was claimed.
    """
    is_ours = patiently(lambda: jobs._default_manager.claim(pk))
    job = cast("J", jobs._default_manager.get(pk=pk))
    if not is_ours:
        return job
    try:
        _do(job, work, refusals, ends(job))
    except JobLost:
        logger.warning("%s went on in another worker.", job)
    return job


def _do(
    job: J, work: Callable[[J], None], refusals: tuple[type[Exception], ...], ends: Ends
) -> None:
    """Work, and close a job that did not come to its end. Raises JobLost."""
    try:
        with job.beating():
            work(job)
    except JobLost:
        raise
    except JobCancelled:
        _close(job, ends.cancelled, ends.said_when_cancelled)
    except refusals as error:
        _close(job, ends.refused, str(error))
    except Exception as error:
        logger.exception("%s failed.", job)
        reason = _interruption(error)
        _close(job, ends.interrupted if reason else ends.failed, reason or UNEXPECTED)
    except BaseException:  # Ctrl-C
        with suppress(JobLost):
            _close(job, ends.interrupted, STOPPED)
        raise


def _close(job: Job, status: str, error: str = "") -> None:
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    try:
        patiently(lambda: job.close(status, error=storable(error)))
    except DatabaseError:
        # Whoever looks for lost jobs closes it when the database answers again.
        logger.exception("%s could not be closed.", job)


def _interruption(error: Exception) -> str:
    """What came between, in a sentence; empty when it is the program's own fault."""
    said = str(error).casefold()
    if getattr(error, "errno", None) == errno.ENOSPC or any(s in said for s in FULL_DISK):
        return DISK_FULL
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        return NO_MEMORY
    if isinstance(error, OperationalError) and any(s in said for s in BUSY_DATABASE):
        return BUSY
    return NO_DATABASE if isinstance(error, OperationalError | InterfaceError) else ""


def recover_lost(jobs: type[J], enqueue: Callable[[J], object]) -> None:
    """Queue jobs whose worker was killed once more; give up after a few times.

    A job that only waits may be queued twice by this: whoever comes second finds it claimed.
    """
    with unless_locked():
        _recover_lost(jobs, enqueue)


@contextmanager
def unless_locked() -> Iterator[None]:
    """Leave work that is done again in a minute while a long import keeps everyone from writing."""
    try:
        yield
    except OperationalError as error:
        if not is_locked(error) or connection.in_atomic_block:
            raise
        logger.info("Lost work is looked for later: the database is busy.")


def _recover_lost(jobs: type[J], enqueue: Callable[[J], object]) -> None:
    for job in cast("list[J]", jobs._default_manager.lost()):
        if job.attempts >= job.MAX_ATTEMPTS:
            with suppress(JobLost):
                job.close(JobStatus.FAILED, error=GAVE_UP.format(attempts=job.attempts))
            continue
        logger.warning("%s lost its worker and is queued again.", job)
        requeue(job, enqueue)


def requeue(job: J, enqueue: Callable[[J], object]) -> None:
    """Hand a lost job to the queue again."""
    if job.status == JobStatus.QUEUED:
        type(job)._default_manager.filter(pk=job.pk).update(heartbeat_at=timezone.now())
    enqueue(job)
