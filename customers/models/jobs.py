"""Background work that has a row of its own: an import, a segmentation run."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connection, models, transaction
from django.utils import timezone

from customers.patience import is_locked
from customers.querysets import JobQuerySet, beat_key

logger = logging.getLogger(__name__)
BEAT_SECONDS = 15.0


class JobCancelled(Exception):
    """Someone asked for the job to stop."""


class JobLost(Exception):
    """Another worker has taken the job over; what this one did must not be kept."""


class JobStatus(models.TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Job(models.Model):
    """A piece of background work, claimed by a conditional update before anything is done.

    A queue may hand the same task out twice, or for ever after a worker was killed. So a worker
    first claims the row; `attempts` counts the claims and tells a late worker that it lost it.
    """

    # A kind of work may have more; all have these.
    Status: ClassVar[Any] = JobStatus
    MAX_ATTEMPTS = 3
    LOST_AFTER_SECONDS = 120
    UNFINISHED: ClassVar[tuple[str, ...]] = (JobStatus.QUEUED, JobStatus.RUNNING)
    DONE: ClassVar[tuple[str, ...]] = (JobStatus.COMPLETED,)

    status = models.CharField(
        max_length=11, choices=JobStatus, default=JobStatus.QUEUED, editable=False
    )
    stage = models.CharField(max_length=100, blank=True, editable=False)
    progress = models.FloatField(default=0, editable=False, help_text="Share done, 0 to 1.")
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    error = models.TextField(blank=True, editable=False)
    cancel_requested = models.BooleanField(default=False, editable=False)
    heartbeat_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects: ClassVar[Any] = JobQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def is_unfinished(self) -> bool:
        return self.status in self.UNFINISHED

    @property
    def percent(self) -> int:
        return round(100 * self.progress)

    def report(self, stage: str, progress: float) -> None:
        """Say what is being done and how far it is.

        Raises JobCancelled when someone asked for it, JobLost when another worker has the job.
        """
        self.stage, self.progress = stage, progress
        try:
            self._update_mine(stage=stage, progress=progress, heartbeat_at=timezone.now())
            self._stop_if_asked()
        except OperationalError as error:
            if not is_locked(error) or connection.in_atomic_block:
                raise
            # Nobody can be told now; that is no reason not to go on.
            logger.info("%r could not say how far it is: the database is busy.", self)

    def hold(self) -> None:
        """Keep other workers from taking the job until the transaction ends. Raises JobLost."""
        self._update_mine(heartbeat_at=timezone.now())

    def finish(self, status: str, **values: Any) -> None:
        """Close the job with its results.

        Raises JobLost, and JobCancelled when someone asked to stop a job that would be done; so
        call it in the transaction of the results.
        """
        if status in self.DONE:
            self._stop_if_asked()
        self.close(status, **values)

    def close(self, status: str, **values: Any) -> None:
        """Note how a job ended that did not come to its results. Raises JobLost."""
        values |= {"status": status, "finished_at": timezone.now()}
        for name, value in values.items():
            setattr(self, name, value)
        self._update_mine(**values)

    def cancel(self) -> bool:
        """Stop a waiting job at once and a running one at its next stage; False if it has ended."""
        jobs = type(self)._default_manager.filter(pk=self.pk)
        waiting = jobs.filter(status=self.Status.QUEUED)
        if waiting.update(status=self.Status.CANCELLED, finished_at=timezone.now()):
            return True
        return bool(jobs.filter(status=self.Status.RUNNING).update(cancel_requested=True))

    @contextmanager
    def beating(self) -> Iterator[Self]:
        """Keep the heartbeat going from a thread while long work is done in this block."""
        done = threading.Event()
        beat = threading.Thread(target=self._beat_until, args=(done,), daemon=True)
        beat.start()
        try:
            yield self
        finally:
            done.set()
            beat.join()
            cache.delete(beat_key(type(self), self.pk))

    def _beat_until(self, done: threading.Event) -> None:
        while not done.wait(BEAT_SECONDS):
            # First, because a long import on SQLite keeps everyone from writing to the row.
            cache.set(beat_key(type(self), self.pk), True, self.LOST_AFTER_SECONDS)
            try:
                self._mine().update(heartbeat_at=timezone.now())
            except OperationalError:
                # SQLite has one writer at a time; the next beat comes soon enough.
                logger.info("No heartbeat for %r: the database is busy.", self)
            finally:
                connection.close()

    def _stop_if_asked(self) -> None:
        jobs = type(self)._default_manager.select_for_update()
        with transaction.atomic():
            if jobs.get(pk=self.pk).cancel_requested:
                raise JobCancelled

    def _mine(self) -> models.QuerySet[Any]:
        return type(self)._default_manager.filter(
            pk=self.pk, status=self.Status.RUNNING, attempts=self.attempts
        )

    def _update_mine(self, **values: Any) -> None:
        if not self._mine().update(**values):
            raise JobLost
