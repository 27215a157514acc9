"""Adopting a run so that segments stay the same segments."""

from collections.abc import Collection, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from segmentation.engine.matching import Movement, movement
from segmentation.models import Segment, SegmentationRun, SegmentIdentity
from segmentation.operations.identities import find_again, identify
from segmentation.operations.memberships import members_of


class NotAdoptable(ValueError):
    """The run has no segments that could become the current ones."""


def adopt_run(*, run: SegmentationRun, adopted_by: User | None) -> None:
    """Make the run's segments the current ones everywhere.

    Segments that the run before had too, by their shared members, keep their key, name and colour;
    what moved between the two is kept with the run. Raises NotAdoptable for a run that is not
    completed, found no segments or was deleted.
    """
    try:
        with transaction.atomic():
            _check(run)
            before = _locked_current()
            if before == run:
                return
            moved = _carry_over(run, before)
            SegmentationRun.objects.filter(is_current=True).update(is_current=False)
            run.is_current, run.adopted_at, run.adopted_by = True, timezone.now(), adopted_by
            run.movement = moved
            run.save(update_fields=["is_current", "adopted_at", "adopted_by", "movement"])
    except IntegrityError as error:
        # Only where no run was adopted before: there was no row to wait for.
        raise NotAdoptable(
            "Someone else adopted a run at this moment. Look at the segments and try again."
        ) from error


def _check(run: SegmentationRun) -> None:
    """Lock the run, so that nobody deletes it. Raises NotAdoptable."""
    locked = SegmentationRun.objects.select_for_update().light().filter(pk=run.pk).first()
    if locked is None:
        raise NotAdoptable("The run was deleted. Choose another one, or start a new one.")
    if locked.status != run.Status.COMPLETED:
        raise NotAdoptable("Only a completed run can be adopted. Wait for it, or start another.")
    if not run.segments.exists():
        raise NotAdoptable(
            "The run found no segments to adopt. Start another one with other settings."
        )


def _locked_current() -> SegmentationRun | None:
    """The adopted run, held until the transaction ends; whoever waited gets the one after it."""
    while True:
        adopted = SegmentationRun.objects.filter(is_current=True)
        locked: SegmentationRun | None = adopted.select_for_update().first()
        if locked is not None or not adopted.exists():
            return locked


def _carry_over(run: SegmentationRun, before: SegmentationRun | None) -> dict[str, Any]:
    """Give the run's segments their identities: what moved since the run before, for pages."""
    old = list(before.segments.select_related("identity")) if before else []
    new = list(run.segments.select_related("identity").order_by("position"))
    if before is None:
        identify(new, {}, [])
        return {}
    known = set(SegmentIdentity.objects.values_list("pk", flat=True))
    was, now = members_of(before), members_of(run)
    identify(new, find_again(run, new, now, before, was), old)
    return {"run": before.pk} | _moved(movement(was, now), old, new, known)


def _moved(
    found: Movement, old: Sequence[Segment], new: Sequence[Segment], known: Collection[int]
) -> dict[str, Any]:
    """A movement as JSON: segments with one identity are the same, however they were paired.

    `known` are the identities that there were before: one of them that the run before did not have
    is back.
    """
    by_identity = {segment.identity_id: segment.pk for segment in old}
    pairs = {s.pk: by_identity[s.identity_id] for s in new if s.identity_id in by_identity}
    others, both = [segment for segment in new if segment.pk not in pairs], [*old, *new]
    return {
        "old": list(found.old_labels),
        "new": list(found.new_labels),
        "names": {str(segment.pk): segment.name for segment in both},
        "colors": {str(segment.pk): segment.color for segment in both},
        "counts": found.counts.tolist(),
        "appeared": [segment.pk for segment in others if segment.identity_id not in known],
        "returned": [segment.pk for segment in others if segment.identity_id in known],
        "vanished": [segment.pk for segment in old if segment.pk not in pairs.values()],
        "moved": found.share_moved(pairs),
    }
