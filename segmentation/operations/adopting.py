"""Adopting a run so that segments stay the same segments."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from segmentation.engine.matching import Matching, Movement, match_segments, movement
from segmentation.models import Segment, SegmentationRun, SegmentIdentity
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
        _identify(new, {}, [])
        return {}
    was, now = members_of(before), members_of(run)
    matching = match_segments(was, now)
    _identify(new, _pairs(matching, old, new), old)
    return {"run": before.pk} | _moved(movement(was, now), old, new)


def _moved(found: Movement, old: Sequence[Segment], new: Sequence[Segment]) -> dict[str, Any]:
    """A movement as JSON: segments with one identity are the same, however they were paired."""
    by_identity = {segment.identity_id: segment.pk for segment in old}
    pairs = {s.pk: by_identity[s.identity_id] for s in new if s.identity_id in by_identity}
    both = [*old, *new]
    return {
        "old": list(found.old_labels),
        "new": list(found.new_labels),
        "names": {str(segment.pk): segment.name for segment in both},
        "colors": {str(segment.pk): segment.color for segment in both},
        "counts": found.counts.tolist(),
        "appeared": [segment.pk for segment in new if segment.pk not in pairs],
        "vanished": [segment.pk for segment in old if segment.pk not in pairs.values()],
        "moved": found.share_moved(pairs),
    }


def _pairs(
    matching: Matching, old: Sequence[Segment], new: Sequence[Segment]
) -> dict[int, SegmentIdentity]:
    """The identity that each new segment goes on with, by its primary key.

    One that was adopted before has its own, which then is nobody else's.
    """
    own = {segment.identity_id for segment in new if segment.identity_id}
    by_pk = {segment.pk: segment.identity for segment in old}
    found = ((now, by_pk[was]) for now, was in matching.pairs.items())
    return {now: identity for now, identity in found if identity and identity.pk not in own}


def _identify(
    new: Sequence[Segment], pairs: dict[int, SegmentIdentity], old: Sequence[Segment]
) -> None:
    """Give each segment its identity; one that has one since an earlier adoption keeps it."""
    for segment in new:
        segment.identity = segment.identity or pairs.get(segment.pk)
    _hold_identities(new)
    kept = [segment.identity for segment in new if segment.identity]
    names = _names_once(kept)
    used = {identity.color for identity in kept} | {segment.color for segment in old}
    for segment in new:
        if segment.identity is None:
            name, color = _free_name(segment.name, names), _free_color(used)
            segment.identity = SegmentIdentity.objects.create(
                key=_next_key(), name=name, color=color
            )
            names.add(name)
            used.add(color)
    _rename_all(new)


def _hold_identities(segments: Sequence[Segment]) -> None:
    """Read the identities as they are now, and let nobody rename them until the end."""
    keys = [segment.identity_id for segment in segments if segment.identity_id]
    held = SegmentIdentity.objects.select_for_update().order_by("pk").in_bulk(keys)
    for segment in segments:
        if segment.identity_id:
            segment.identity = held[segment.identity_id]


def _names_once(identities: Sequence[SegmentIdentity]) -> set[str]:
    """The names, each once: two segments that never met in one run may be called the same."""
    names: set[str] = set()
    for identity in sorted(identities, key=lambda one: (not one.is_named, one.pk)):
        name = _free_name(identity.name, names)
        if name != identity.name:
            identity.name = name
            identity.save(update_fields=["name"])
        names.add(name)
    return names


def _rename_all(segments: Sequence[Segment]) -> None:
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
    while free.casefold() in {one.casefold() for one in taken}:
        free, number = f"{name} {number}", number + 1
    return free


def _free_color(used: set[int]) -> int:
    return next(color for color in range(1, len(used) + 2) if color not in used)


def _next_key() -> str:
    """S1, S2 …: never one that was given before."""
    keys = SegmentIdentity.objects.values_list("key", flat=True)
    return f"S{max((int(key.removeprefix('S')) for key in keys), default=0) + 1}"
