"""Adopting a run so that segments stay the same segments."""

from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from segmentation.engine.matching import Matching, match_segments, movement
from segmentation.models import Segment, SegmentationRun, SegmentIdentity
from segmentation.operations.memberships import members_of


class NotAdoptable(ValueError):
    """The run has no segments that could become the current ones."""


def adopt_run(*, run: SegmentationRun, adopted_by: User | None) -> None:
    """Make the run's segments the current ones everywhere.

    Segments that the run before had too, by their shared members, keep their key, name and colour;
    what moved between the two is kept with the run. Raises NotAdoptable for a run that is not
    completed.
    """
    if run.status != run.Status.COMPLETED:
        raise NotAdoptable("Only a completed run can be adopted. Wait for it, or start another.")
    try:
        with transaction.atomic():
            before = SegmentationRun.objects.select_for_update().filter(is_current=True).first()
            if before == run:
                return
            moved = _carry_over(run, before)
            SegmentationRun.objects.filter(is_current=True).update(is_current=False)
            run.is_current, run.adopted_at, run.adopted_by = True, timezone.now(), adopted_by
            run.movement = moved
            run.save(update_fields=["is_current", "adopted_at", "adopted_by", "movement"])
    except IntegrityError as error:
        raise NotAdoptable(
            "Someone else adopted a run at this moment. Look at the segments and try again."
        ) from error


def _carry_over(run: SegmentationRun, before: SegmentationRun | None) -> dict[str, Any]:
    """Give the run's segments their identities: what moved since the run before, for pages."""
    old = list(before.segments.select_related("identity")) if before else []
    new = list(run.segments.select_related("identity").order_by("position"))
    if before is None:
        _identify(new, {}, [])
        return {}
    was, now = members_of(before), members_of(run)
    matching = match_segments(was, now)
    _identify(new, _pairs(matching, old, new), old)
    found = movement(was, now)
    return {
        "run": before.pk,
        "old": list(found.old_labels),
        "new": list(found.new_labels),
        "names": {str(segment.pk): segment.name for segment in [*old, *new]},
        "colors": {str(segment.pk): segment.color for segment in [*old, *new]},
        "counts": found.counts.tolist(),
        "shares": {str(label): round(share, 4) for label, share in matching.shares.items()},
        "appeared": list(matching.new),
        "vanished": list(matching.vanished),
        "moved": found.share_moved(matching.pairs),
    }


def _pairs(matching: Matching, old: list[Segment], new: list[Segment]) -> dict[int, Segment]:
    """The old segment that each new one goes on as, by the new one's primary key."""
    by_pk = {segment.pk: segment for segment in old}
    return {now: by_pk[was] for now, was in matching.pairs.items()}


def _identify(new: list[Segment], pairs: dict[int, Segment], old: list[Segment]) -> None:
    """Give each segment its identity; one that has one since an earlier adoption keeps it."""
    used = {pair.color for pair in pairs.values()}
    names = {pair.identity.name for pair in pairs.values() if pair.identity}
    for segment in new:
        if segment.identity is None and segment.pk in pairs:
            segment.identity = pairs[segment.pk].identity
        if segment.identity is None:
            segment.name = _free_name(segment.name, names)
            segment.color = _free_color(used | {other.color for other in old})
            segment.identity = SegmentIdentity.objects.create(
                key=_next_key(), name=segment.name, color=segment.color
            )
        names.add(segment.identity.name)
        used.add(segment.identity.color)
    _rename_all(new)


def _rename_all(segments: list[Segment]) -> None:
    # Two segments may swap their names, which the database would refuse one by one.
    for segment in segments:
        Segment.objects.filter(pk=segment.pk).update(
            key=f"~{segment.pk}"[:10], name=f"~{segment.pk}"
        )
    for segment in segments:
        if segment.identity is not None:
            segment.key, segment.name = segment.identity.key, segment.identity.name
            segment.color = segment.identity.color
    Segment.objects.bulk_update(segments, ["key", "name", "color", "identity"])


def _free_name(name: str, taken: set[str]) -> str:
    free, number = name, 2
    while free in taken:
        free, number = f"{name} {number}", number + 1
    return free


def _free_color(used: set[int]) -> int:
    return next(color for color in range(1, len(used) + 2) if color not in used)


def _next_key() -> str:
    """S1, S2 …: never one that was given before."""
    keys = SegmentIdentity.objects.values_list("key", flat=True)
    return f"S{max((int(key.removeprefix('S')) for key in keys), default=0) + 1}"
