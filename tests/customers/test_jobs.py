"""Background work is done once, whatever the queue does and whoever dies on the way."""

import errno
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from time import sleep
from typing import Any, NoReturn

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from customers.models import Customer, DataImport, JobCancelled, JobLost
from customers.models import jobs as jobs_module
from customers.operations.jobs import (
    DISK_FULL,
    STOPPED,
    UNEXPECTED,
    Ends,
    perform,
    recover_lost,
)
from tests.factories import make_customer, make_import
from tests.marks import needs_two_connections

pytestmark = pytest.mark.django_db
Status = DataImport.Status


class NotPossible(ValueError):
    """A refusal whose sentence is meant for people."""


def make_running(*, silent_for: int = 0, **values: Any) -> DataImport:
    """A job at work, not heard of for that many seconds."""
    heard = timezone.now() - timedelta(seconds=silent_for)
    return make_import(status=Status.RUNNING, heartbeat_at=heard, **{"attempts": 1} | values)


def long_ago() -> datetime:
    """When a waiting job was heard of that is as good as lost now."""
    return timezone.now() - timedelta(seconds=DataImport.LOST_AFTER_SECONDS + 5)


def take_over(job: DataImport) -> None:
    """Another worker claims the job meanwhile."""
    DataImport.objects.filter(pk=job.pk).update(attempts=F("attempts") + 1)


def do(work: Any, **values: Any) -> DataImport:
    """Perform a new job, or the one with these values, and read it anew."""
    job = make_import(**values)
    perform(
        DataImport,
        job.pk,
        work,
        refusals=(NotPossible,),
        ends=lambda job: Ends(refused=Status.REJECTED),
    )
    return DataImport.objects.get(pk=job.pk)


def complete(job: DataImport) -> None:
    job.finish(Status.COMPLETED, progress=1.0)


def refuse(job: DataImport) -> NoReturn:
    raise NotPossible("This file holds no sheet.")


def break_down(job: DataImport) -> NoReturn:
    raise RuntimeError("the wheel came off")


def interrupt(job: DataImport) -> NoReturn:
    raise KeyboardInterrupt


def test_a_job_is_claimed_once() -> None:
    job = make_import()
    assert [DataImport.objects.claim(job.pk) for _ in range(2)] == [True, False]
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Status.RUNNING, 1)
    assert job.started_at == job.heartbeat_at


@pytest.mark.parametrize(
    "status", [Status.COMPLETED, Status.REJECTED, Status.FAILED, Status.CANCELLED]
)
def test_an_ended_job_is_not_claimed(status: str) -> None:
    assert not DataImport.objects.claim(make_import(status=status).pk)


def test_a_silent_worker_loses_its_job() -> None:
    job = make_running(silent_for=DataImport.LOST_AFTER_SECONDS + 5)
    assert DataImport.objects.claim(job.pk)
    job.refresh_from_db()
    assert job.attempts == 2


def test_a_worker_that_was_just_heard_keeps_its_job() -> None:
    job = make_running(silent_for=DataImport.LOST_AFTER_SECONDS - 30)
    assert not DataImport.objects.claim(job.pk)


def test_a_job_that_was_lost_too_often_is_not_claimed_again() -> None:
    job = make_running(silent_for=3600, attempts=DataImport.MAX_ATTEMPTS)
    assert not DataImport.objects.claim(job.pk)


@pytest.mark.django_db(transaction=True)
@needs_two_connections
def test_two_workers_race_for_a_job_and_one_gets_it() -> None:
    jobs, start = [make_import() for _ in range(20)], Barrier(2)

    def claim_all() -> list[bool]:
        try:
            claimed = []
            for job in jobs:
                start.wait(timeout=10)
                claimed.append(DataImport.objects.claim(job.pk))
            return claimed
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as workers:
        both = [workers.submit(claim_all) for _ in range(2)]
        first, second = (future.result() for future in both)
    assert [a + b for a, b in zip(first, second, strict=True)] == [1] * len(jobs)


def test_a_report_says_how_far_the_job_is() -> None:
    job = make_running(silent_for=60)
    job.report("Reading the file", 0.25)
    stored = DataImport.objects.get(pk=job.pk)
    assert (stored.stage, stored.percent) == ("Reading the file", 25)
    assert stored.heartbeat_at > job.heartbeat_at


def test_a_report_of_a_worker_that_lost_its_job_is_refused() -> None:
    job = make_running()
    take_over(job)
    with pytest.raises(JobLost):
        job.report("Loading", 0.6)
    assert DataImport.objects.get(pk=job.pk).stage == ""


def test_a_report_hears_that_someone_asked_to_stop() -> None:
    job = make_running()
    assert DataImport.objects.get(pk=job.pk).cancel()
    with pytest.raises(JobCancelled):
        job.report("Loading", 0.6)


def test_results_of_a_worker_that_lost_its_job_are_refused() -> None:
    job = make_running()
    take_over(job)
    with pytest.raises(JobLost):
        job.finish(Status.COMPLETED)
    assert DataImport.objects.get(pk=job.pk).status == Status.RUNNING


def test_a_waiting_job_is_cancelled_at_once() -> None:
    job = make_import()
    assert job.cancel()
    job.refresh_from_db()
    assert job.status == Status.CANCELLED
    assert job.finished_at is not None
    assert not DataImport.objects.claim(job.pk)


def test_a_running_job_is_asked_to_stop() -> None:
    job = make_running()
    assert job.cancel()
    job.refresh_from_db()
    assert (job.status, job.cancel_requested) == (Status.RUNNING, True)


def test_an_ended_job_is_not_cancelled() -> None:
    job = make_import(status=Status.COMPLETED)
    assert not job.cancel()
    job.refresh_from_db()
    assert (job.status, job.cancel_requested) == (Status.COMPLETED, False)


@pytest.mark.django_db(transaction=True)
def test_the_heart_beats_while_long_work_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "BEAT_SECONDS", 0.02)
    job = make_running(silent_for=3600)
    with job.beating():
        sleep(0.2)
    assert not DataImport.objects.lost().exists()


def test_done_work_completes_the_job() -> None:
    job = do(complete)
    assert (job.status, job.attempts, job.error) == (Status.COMPLETED, 1, "")
    assert job.finished_at is not None


def test_a_refusal_is_told_in_its_own_words() -> None:
    job = do(refuse)
    assert (job.status, job.error) == (Status.REJECTED, "This file holds no sheet.")


def test_an_unexpected_error_is_logged_and_told_in_general_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    job = do(break_down)
    assert (job.status, job.error) == (Status.FAILED, UNEXPECTED)
    assert "the wheel came off" in caplog.text


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OperationalError("database or disk is full"),
    ],
)
def test_a_full_disk_is_told_as_one(error: Exception) -> None:
    def fill(job: DataImport) -> NoReturn:
        raise error

    job = do(fill)
    assert (job.status, job.error) == (Status.FAILED, DISK_FULL)


def test_a_job_that_is_someone_elses_is_left_alone() -> None:
    job = do(break_down, status=Status.RUNNING, attempts=1, heartbeat_at=timezone.now())
    assert (job.status, job.attempts) == (Status.RUNNING, 1)


def test_a_worker_that_lost_its_job_leaves_it_alone(caplog: pytest.LogCaptureFixture) -> None:
    def work(job: DataImport) -> None:
        take_over(job)
        job.report("Loading", 0.6)

    job = do(work)
    assert (job.status, job.stage, job.attempts) == (Status.RUNNING, "", 2)
    assert "another worker" in caplog.text


@pytest.mark.parametrize("fail", [refuse, break_down])
def test_a_late_failure_of_a_worker_that_lost_its_job_says_nothing(fail: Any) -> None:
    def work(job: DataImport) -> None:
        take_over(job)
        fail(job)

    job = do(work)
    assert (job.status, job.error) == (Status.RUNNING, "")


def test_a_cancelled_job_stops_at_its_next_report() -> None:
    def work(job: DataImport) -> None:
        DataImport.objects.get(pk=job.pk).cancel()
        job.report("Loading", 0.6)

    assert do(work).status == Status.CANCELLED


def test_a_job_that_was_asked_to_stop_is_not_completed() -> None:
    def work(job: DataImport) -> None:
        DataImport.objects.get(pk=job.pk).cancel()
        with transaction.atomic():
            make_customer()
            job.finish(Status.COMPLETED)

    assert do(work).status == Status.CANCELLED
    assert not Customer.objects.exists()


def test_a_job_that_was_asked_to_stop_may_still_fail() -> None:
    job = make_running(cancel_requested=True)
    job.finish(Status.FAILED, error="No.")
    assert DataImport.objects.get(pk=job.pk).status == Status.FAILED


def test_ctrl_c_is_noted_and_goes_on() -> None:
    job = make_import()
    with pytest.raises(KeyboardInterrupt):
        perform(DataImport, job.pk, interrupt, refusals=())
    job.refresh_from_db()
    assert (job.status, job.error) == (Status.FAILED, STOPPED)


def test_lost_jobs_are_queued_again_and_others_are_not() -> None:
    queued: list[DataImport] = []
    lost = make_running(silent_for=3600)
    make_running()
    make_import()
    make_import(status=Status.COMPLETED)
    recover_lost(DataImport, queued.append)
    assert queued == [lost]


def test_a_job_that_waits_too_long_is_queued_again_once() -> None:
    queued: list[DataImport] = []
    waiting = make_import(created_at=long_ago())
    make_import()
    for _ in range(2):
        recover_lost(DataImport, queued.append)
    assert queued == [waiting]
    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts) == (Status.QUEUED, 0)


def test_a_job_that_waits_for_long_again_is_queued_again() -> None:
    queued: list[DataImport] = []
    make_import(created_at=long_ago(), heartbeat_at=long_ago())
    recover_lost(DataImport, queued.append)
    assert len(queued) == 1


def test_a_job_lost_too_often_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    queued: list[DataImport] = []
    lost = make_running(silent_for=3600, attempts=DataImport.MAX_ATTEMPTS)
    recover_lost(DataImport, queued.append)
    lost.refresh_from_db()
    assert (queued, lost.status) == ([], Status.FAILED)
    assert "1000 times" in lost.error
