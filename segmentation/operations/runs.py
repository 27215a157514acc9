"""Asking for a segmentation run, doing it and stopping it."""

from typing import Any

from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.db import transaction
from django_q.tasks import async_task

from customers.facts.query import NoFacts, current_facts
from customers.operations.jobs import perform, recover_lost
from segmentation.engine.algorithms import NotFittable
from segmentation.engine.features import NoFeatureLeft
from segmentation.engine.settings import BadSettings
from segmentation.models import RunSchedule, SegmentationRun
from segmentation.operations.fitting import check_customers, check_day, fit_run
from segmentation.presets import RunSettings


def request_run(
    *,
    settings: RunSettings,
    requested_by: User | None,
    schedule: RunSchedule | None = None,
    queue: bool = True,
) -> SegmentationRun:
    """Note what is asked for and hand it to a worker; without `queue`, leave it to the caller.

    Asking for the same again while it waits or runs gives the same run: a second click starts
    nothing. Raises BadSettings when the settings can't be done, NoFacts before the first import.
    """
    settings.check()
    facts = current_facts()
    check_customers(facts, settings, check_day(settings.as_of, facts))
    asked_for: dict[str, Any] = {
        "preset": settings.preset,
        "parameters": settings.to_json(),
        "seed": settings.seed,
        "requested_by": requested_by,
        "schedule": schedule,
    }
    with transaction.atomic():
        same = _going_on(asked_for) if queue else None
        run = same or SegmentationRun.objects.create(**asked_for)
        if queue and same is None:
            enqueue_run(run)
    return run


def enqueue_run(run: SegmentationRun) -> None:
    async_task("segmentation.tasks.execute_run", run.pk, cluster=django_settings.LONG_TASKS)


def execute_run(run_id: int) -> SegmentationRun:
    """Do a requested run. Whoever comes second finds it claimed and leaves it alone."""
    refusals = (BadSettings, NoFacts, NoFeatureLeft, NotFittable)
    return perform(SegmentationRun, run_id, fit_run, refusals=refusals)


def recover_lost_runs() -> None:
    """Queue runs whose worker was killed once more; give up after a few times."""
    recover_lost(SegmentationRun, enqueue_run)


def _going_on(asked_for: dict[str, Any]) -> SegmentationRun | None:
    """The same person's same wish, if it waits or runs and nobody has asked to stop it."""
    if person := asked_for["requested_by"]:
        # Of two clicks at the same moment, the second waits here and then finds the first's.
        User.objects.select_for_update().get(pk=person.pk)
    going_on = SegmentationRun.objects.unfinished().filter(cancel_requested=False)
    same: SegmentationRun | None = going_on.filter(**asked_for).first()
    return same
