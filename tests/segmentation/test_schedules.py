"""Runs that are repeated by themselves."""

from datetime import date
from typing import Any

import pytest
from django_q.models import OrmQ

from segmentation.engine.settings import BadSettings
from segmentation.models import RunSchedule, SegmentationRun
from segmentation.operations import settling
from segmentation.operations.adopting import adopt_run
from segmentation.operations.runs import execute_run
from segmentation.operations.schedules import (
    NotSchedulable,
    change_schedule,
    schedule_run,
    settings_of,
    start_due_runs,
)
from segmentation.operations.settling import settle_left_over, settle_scheduled_run
from segmentation.presets import preset_settings
from tests.factories import make_run, make_user
from tests.segmentation.running import do

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 31)


def scheduled(**values: Any) -> RunSchedule:
    asked = {
        "settings": preset_settings("reference", seed=3),
        "every": "month",
        "next_on": TODAY,
        "adopts": False,
        "created_by": None,
        "today": TODAY,
    }
    return schedule_run(**asked | values)


def test_a_schedule_keeps_the_settings() -> None:
    mona = make_user()
    schedule = scheduled(created_by=mona)
    assert settings_of(schedule) == preset_settings("reference", seed=3)
    assert (schedule.created_by, schedule.adopts) == (mona, False)


def test_a_day_that_is_over_is_refused() -> None:
    with pytest.raises(NotSchedulable, match="in the past"):
        scheduled(next_on=date(2026, 1, 30))


def test_a_fixed_day_to_look_back_from_is_refused() -> None:
    with pytest.raises(NotSchedulable, match="Leave the as-of date empty"):
        scheduled(settings=preset_settings("reference", as_of=date(2025, 1, 1)))


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(BadSettings):
        scheduled(settings=preset_settings("reference", clusters=(1,)))


@pytest.mark.usefixtures("history")
def test_a_run_starts_on_its_day_and_only_once() -> None:
    schedule = scheduled()
    assert [start_due_runs(today=TODAY) for _ in range(2)] == [1, 0]
    run = SegmentationRun.objects.get()
    assert (run.schedule, run.seed, run.status) == (schedule, 3, "queued")
    assert OrmQ.objects.count() == 1


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("every", "following"),
    [
        ("week", date(2026, 2, 7)),
        ("month", date(2026, 2, 28)),
        ("quarter", date(2026, 4, 30)),
    ],
)
def test_the_next_time_follows(every: str, following: date) -> None:
    schedule = scheduled(every=every)
    start_due_runs(today=TODAY)
    schedule.refresh_from_db()
    assert schedule.next_on == following


@pytest.mark.usefixtures("history")
def test_months_keep_the_day_they_began_with() -> None:
    schedule, days = scheduled(), []
    for _ in range(3):
        schedule.refresh_from_db()
        days.append(schedule.next_on)
        start_due_runs(today=schedule.next_on)
    assert days == [TODAY, date(2026, 2, 28), date(2026, 3, 31)]


def test_a_new_day_is_the_one_that_months_keep() -> None:
    schedule = scheduled()
    change_schedule(
        schedule=schedule, every="month", next_on=date(2026, 3, 5), adopts=False, today=TODAY
    )
    assert start_due_runs(today=date(2026, 3, 5)) == 0  # there are no figures
    schedule.refresh_from_db()
    assert schedule.next_on == date(2026, 4, 5)


@pytest.mark.usefixtures("history")
def test_days_that_were_missed_are_made_up_for_once() -> None:
    schedule = scheduled(every="week")
    assert start_due_runs(today=date(2026, 3, 1)) == 1
    schedule.refresh_from_db()
    assert schedule.next_on == date(2026, 3, 7)


def test_before_its_day_nothing_starts() -> None:
    scheduled(next_on=date(2026, 2, 1))
    assert start_due_runs(today=TODAY) == 0


def test_without_figures_the_schedule_says_why_nothing_started() -> None:
    schedule = scheduled()
    assert start_due_runs(today=TODAY) == 0
    schedule.refresh_from_db()
    assert "Import your customers" in schedule.outcome


def settled(schedule: RunSchedule) -> RunSchedule:
    settle_scheduled_run(executed(schedule).pk)
    schedule.refresh_from_db()
    return schedule


def executed(schedule: RunSchedule) -> SegmentationRun:
    """The run of a schedule, done and not settled."""
    start_due_runs(today=TODAY)
    return execute_run(SegmentationRun.objects.get(schedule=schedule).pk)


@pytest.mark.usefixtures("history")
def test_a_run_that_only_waits_to_be_looked_at_is_not_adopted() -> None:
    assert "waits to be looked at" in settled(scheduled()).outcome
    assert SegmentationRun.objects.current() is None


@pytest.mark.usefixtures("history")
def test_a_run_that_may_is_adopted() -> None:
    assert settled(scheduled(adopts=True)).outcome.endswith("is done and adopted.")
    assert SegmentationRun.objects.current() is not None


@pytest.mark.usefixtures("history")
def test_less_clear_segments_wait_for_a_person() -> None:
    make_run(is_current=True, verdict="strong")
    assert "less clear" in settled(scheduled(adopts=True)).outcome


@pytest.mark.usefixtures("history")
def test_segments_that_move_many_customers_wait_for_a_person() -> None:
    first = do("reference", clusters=(2,))
    SegmentationRun.objects.filter(pk=first.pk).update(verdict="none")
    adopt_run(run=first, adopted_by=None)
    outcome = settled(scheduled(adopts=True)).outcome
    assert "of the customers would change segment" in outcome
    assert SegmentationRun.objects.current() == first


@pytest.mark.usefixtures("history")
def test_a_run_is_settled_once_and_no_more_when_the_queue_hands_it_out_again() -> None:
    run = executed(scheduled(adopts=True))
    settle_scheduled_run(run.pk)
    other = do("reference", clusters=(2,))
    adopt_run(run=other, adopted_by=None)
    settle_scheduled_run(run.pk)
    settle_left_over()
    assert SegmentationRun.objects.current() == other


@pytest.mark.usefixtures("history")
def test_a_run_whose_worker_ended_before_it_was_settled_is_settled_later() -> None:
    run = executed(scheduled(adopts=True))
    assert SegmentationRun.objects.current() is None
    settle_left_over()
    assert SegmentationRun.objects.current() == run


@pytest.mark.usefixtures("history")
def test_a_run_that_could_not_be_settled_keeps_no_other_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = executed(scheduled(adopts=True)), executed(scheduled(adopts=True))
    adopt = settling.adopt_run

    def fail(run: SegmentationRun, adopted_by: None) -> None:
        if run == first:
            raise RuntimeError("broken on purpose")
        adopt(run=run, adopted_by=adopted_by)

    monkeypatch.setattr(settling, "adopt_run", fail)
    settle_left_over()
    assert SegmentationRun.objects.current() == second
    assert list(SegmentationRun.objects.to_settle()) == [first]


@pytest.mark.usefixtures("history")
def test_a_run_whose_schedule_was_deleted_meanwhile_is_left_as_it_is() -> None:
    schedule = scheduled(adopts=True)
    run = executed(schedule)
    schedule.delete()
    settle_scheduled_run(run.pk)
    assert SegmentationRun.objects.current() is None


@pytest.mark.usefixtures("history")
def test_a_run_that_a_person_stopped_is_said_to_be() -> None:
    schedule = scheduled(adopts=True)
    start_due_runs(today=TODAY)
    run = SegmentationRun.objects.get()
    run.cancel()
    settle_left_over()
    schedule.refresh_from_db()
    assert schedule.outcome == f"Run {run.pk} was stopped."
