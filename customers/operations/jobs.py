"""Doing background work once, whatever the queue does."""

import logging
from collections.abc import Callable
from typing import TypeVar

from customers.models import Job, JobCancelled, JobLost

logger = logging.getLogger(__name__)
J = TypeVar("J", bound=Job)

UNEXPECTED = "Something went wrong that is not the data's fault. The log of the worker says what."
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
    if not jobs._default_manager.claim(pk):
        return jobs._default_manager.get(pk=pk)
    job = jobs._default_manager.get(pk=pk)
    try:
        with job.beating():
            work(job)
    except JobLost:
        logger.warning("%s went on in another worker.", job)
    except JobCancelled:
        job.finish(Job.Status.CANCELLED)
    except refusals as error:
        job.finish(refused, error=str(error))
    except Exception:
        logger.exception("%s failed.", job)
        job.finish(Job.Status.FAILED, error=UNEXPECTED)
    except BaseException:  # Ctrl-C
        job.finish(Job.Status.FAILED, error=INTERRUPTED)
        raise
    return job


def recover_lost(jobs: type[J], enqueue: Callable[[J], object]) -> None:
    """Queue jobs whose worker was killed once more; give up after a few times."""
    for job in jobs._default_manager.lost():
        if job.attempts < job.MAX_ATTEMPTS:
            logger.warning("%s lost its worker and is queued again.", job)
            enqueue(job)
        else:
            job.finish(Job.Status.FAILED, error=GAVE_UP.format(attempts=job.attempts))
