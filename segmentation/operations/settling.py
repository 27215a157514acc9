"""What becomes of a run that a schedule started: adopted, or left for a person to look at."""

import logging

from django.db import transaction
from django.utils import timezone

from segmentation.engine.matching import match_segments, movement
from segmentation.models import RunSchedule, SegmentationRun
from segmentation.operations.adopting import NotAdoptable, adopt_run
from segmentation.operations.memberships import members_of

logger = logging.getLogger(__name__)
LEVELS = ("none", "weak", "moderate", "strong")
MOST_MOVED = 0.30  # share of customers; beyond it a person has to look first


def settle_scheduled_run(run_id: int) -> None:
    """After a scheduled run: adopt what it found where that was asked for and nothing speaks
    against it, and note what became of it.

    Whatever ends in between, it is done once: with the run's `settled_at`, in one transaction. A
    run that no schedule asked for, or that goes on, is left alone.
    """
    with transaction.atomic():
        run = SegmentationRun.objects.to_settle().select_for_update().filter(pk=run_id).first()
        if run is None:
            return
        if schedule := RunSchedule.objects.filter(pk=run.schedule_id).first():
            outcome = _outcome(schedule, run)
            RunSchedule.objects.filter(pk=schedule.pk).update(outcome=outcome)
        SegmentationRun.objects.filter(pk=run.pk).update(settled_at=timezone.now())


def settle_left_over() -> None:
    """Settle the runs whose worker ended before it could."""
    for run_id in SegmentationRun.objects.to_settle().order_by("pk").values_list("pk", flat=True):
        try:
            settle_scheduled_run(run_id)
        except Exception:
            # The others must not wait for it; it is tried again the next time.
            logger.exception("Run %s could not be settled.", run_id)


def _outcome(schedule: RunSchedule, run: SegmentationRun) -> str:
    if run.status == run.Status.CANCELLED:
        return f"{run} was stopped."
    if run.status == run.Status.FAILED:
        return f"{run} failed. {run.error}"
    if not schedule.adopts:
        return f"{run} is done and waits to be looked at."
    if objection := _objection(run, SegmentationRun.objects.current()):
        return f"{run} is done but was not adopted: {objection}"
    try:
        adopt_run(run=run, adopted_by=None)
    except NotAdoptable as error:
        return f"{run} is done but was not adopted: {error}"
    return f"{run} is done and adopted."


def _objection(run: SegmentationRun, current: SegmentationRun | None) -> str:
    """Why a person should look at a run before it is adopted; empty where nothing is against it."""
    if current is None:
        return ""
    if LEVELS.index(run.verdict or "none") < LEVELS.index(current.verdict or "none"):
        return "its segments are less clear than the present ones."
    was, now = members_of(current), members_of(run)
    moved = movement(was, now).share_moved(match_segments(was, now).pairs)
    if moved is not None and moved > MOST_MOVED:
        return f"{moved:.0%} of the customers would change segment."
    return ""
