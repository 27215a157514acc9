"""Doing background work once, whatever the queue does."""

import errno
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar, cast

from django.utils import timezone

from customers.models import Job, JobCancelled, JobLost

logger = logging.getLogger(__name__)
J = TypeVar("J", bound=Job)

UNEXPECTED = "Something went wrong that is not the data's fault. The log of the worker says what."
DISK_FULL = "The server's disk is full. Nothing was kept; make room and try again."
INTERRUPTED = "The work was stopped from outside before its end; nothing of it was kept."
GAVE_UP = "The worker stopped {attempts} times in the middle of this work. Look at its log."


def perform(
    jobs: type[J],
    pk: int,
    work: Callable[[J], None],
    *,
    refusals: tuple[type[Exception], ...],
    refused: str = Job.Status.FAILED,
) -> J:
    """Claim the job, do its work and close it with whatever came of it.

    A job that is not there to be claimed is left alone. `work` reports its stages and finishes
    the job itself, in the transaction that keeps its results. `refusals` are the errors whose
    sentence is meant for the person who asked; any other is logged and told in general words.
    """
    is_ours = jobs._default_manager.claim(pk)
    job = cast("J", jobs._default_manager.get(pk=pk))
    if not is_ours:
        return job
    try:
        _do(job, work, refusals, refused)
    except JobLost:
        logger.warning("%s went on in another worker.", job)
    return job


def _do(
    job: J, work: Callable[[J], None], refusals: tuple[type[Exception], ...], refused: str
) -> None:
    """Work, and close a job that did not come to its end. Raises JobLost."""
    try:
        with job.beating():
            work(job)
    except JobLost:
        raise
    except JobCancelled:
        job.finish(Job.Status.CANCELLED)
    except refusals as error:
        job.finish(refused, error=str(error))
    except Exception as error:
        logger.exception("%s failed.", job)
        job.finish(Job.Status.FAILED, error=DISK_FULL if _is_full_disk(error) else UNEXPECTED)
    except BaseException:  # Ctrl-C
        with suppress(JobLost):
            job.finish(Job.Status.FAILED, error=INTERRUPTED)
        raise


def _is_full_disk(error: Exception) -> bool:
    return getattr(error, "errno", None) == errno.ENOSPC or "disk is full" in str(error)


def recover_lost(jobs: type[J], enqueue: Callable[[J], object]) -> None:
    """Queue jobs whose worker was killed once more; give up after a few times.

    A job that only waits may be queued twice by this: whoever comes second finds it claimed.
    """
    for job in cast("list[J]", jobs._default_manager.lost()):
        if job.attempts >= job.MAX_ATTEMPTS:
            with suppress(JobLost):
                job.finish(Job.Status.FAILED, error=GAVE_UP.format(attempts=job.attempts))
            continue
        logger.warning("%s lost its worker and is queued again.", job)
        if job.status == Job.Status.QUEUED:
            jobs._default_manager.filter(pk=job.pk).update(heartbeat_at=timezone.now())
        enqueue(job)
