"""Runs that are repeated by themselves: when they are due."""

import calendar
import logging
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from customers.facts.query import NoFacts
from segmentation.engine.settings import BadSettings
from segmentation.models import RunSchedule
from segmentation.operations.runs import request_run
from segmentation.presets import RunSettings

logger = logging.getLogger(__name__)
MONTHS = {RunSchedule.Every.MONTH: 1, RunSchedule.Every.QUARTER: 3}
NO_DAY = (
    "A run that is repeated always looks back from the last day with activity."
    " Leave the as-of date empty."
)


class NotSchedulable(ValueError):
    """The schedule can't be kept as it is asked for; the text says why."""


def schedule_run(
    *,
    settings: RunSettings,
    every: str,
    next_on: date,
    adopts: bool,
    created_by: User | None,
    today: date,
) -> RunSchedule:
    """Have a run repeated with these settings, always as of the last day with activity.

    Raises BadSettings, and NotSchedulable for a day that is over.
    """
    settings.check()
    _check_day(next_on, today)
    if settings.as_of is not None:
        raise NotSchedulable(NO_DAY)
    return RunSchedule.objects.create(
        preset=settings.preset,
        parameters=settings.to_json(),
        seed=settings.seed,
        every=every,
        next_on=next_on,
        counted_from=next_on,
        adopts=adopts,
        created_by=created_by,
    )


def change_schedule(
    *, schedule: RunSchedule, every: str, next_on: date, adopts: bool, today: date
) -> None:
    """Repeat it in another rhythm, from another day on. Raises NotSchedulable for a past day."""
    if next_on != schedule.next_on:
        _check_day(next_on, today)
        schedule.counted_from = next_on
    schedule.every, schedule.next_on, schedule.adopts = every, next_on, adopts
    schedule.save(update_fields=["every", "next_on", "counted_from", "adopts"])


def settings_of(schedule: RunSchedule) -> RunSettings:
    return RunSettings.from_json(schedule.parameters, preset=schedule.preset, seed=schedule.seed)


def start_due_runs(*, today: date) -> int:
    """Ask for the runs whose day has come, each once; returns how many.

    A day that was missed, because no worker ran, is made up for once.
    """
    started = 0
    for schedule in RunSchedule.objects.filter(next_on__lte=today):
        following = _following(schedule, today)
        with transaction.atomic():
            is_ours = RunSchedule.objects.filter(pk=schedule.pk, next_on=schedule.next_on).update(
                next_on=following
            )
            started += bool(is_ours) and _start(schedule)
    return started


def _check_day(next_on: date, today: date) -> None:
    if next_on < today:
        raise NotSchedulable("The day can't be in the past. Choose today or a later day.")


def _start(schedule: RunSchedule) -> bool:
    try:
        request_run(
            settings=settings_of(schedule), requested_by=schedule.created_by, schedule=schedule
        )
    except (BadSettings, NoFacts) as error:
        RunSchedule.objects.filter(pk=schedule.pk).update(outcome=f"It did not start: {error}")
        logger.warning("The scheduled run %s did not start: %s", schedule.pk, error)
        return False
    return True


def _following(schedule: RunSchedule, today: date) -> date:
    """The first day of the schedule after today."""
    first, times = schedule.counted_from, 1
    while (following := _later(first, schedule.every, times)) <= today:
        times += 1
    return following


def _later(day: date, every: str, times: int) -> date:
    """So many times later; from the 31st on to the last day of a shorter month."""
    if every == RunSchedule.Every.WEEK:
        return day + timedelta(weeks=times)
    month = day.month - 1 + MONTHS[RunSchedule.Every(every)] * times
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
