"""What stays of segments: the identity that each segment of an adopted run goes on with."""

from collections.abc import Collection, Sequence

from segmentation.engine.matching import Members, match_segments
from segmentation.models import Segment, SegmentationRun, SegmentIdentity
from segmentation.operations.memberships import members_of

LOOKED_BACK = 5  # adopted runs before the present one: further back, too many customers are others


def find_again(
    run: SegmentationRun,
    new: Sequence[Segment],
    now: Members,
    before: SegmentationRun,
    was: Members,
) -> dict[int, SegmentIdentity]:
    """The identity that each new segment goes on with, by its primary key.

    First those of the run before; then, for what is still new, those that were in none of the runs
    since: a segment that one run missed is the same when it is back. A segment that was adopted
    before keeps its own identity, which then is nobody else's.
    """
    own = {segment.identity_id for segment in new if segment.identity_id}
    found: dict[int, SegmentIdentity] = {}
    seen: set[int | None] = set()
    for earlier in (before, *_adopted_earlier(run, before)):
        left = [s.pk for s in new if s.identity_id is None and s.pk not in found]
        lost = [
            segment
            for segment in earlier.segments.select_related("identity")
            if segment.identity_id and segment.identity_id not in own | seen
        ]
        if left and lost:
            members = was if earlier == before else members_of(earlier)
            found |= _paired(members, now, lost, left)
        seen |= {segment.identity_id for segment in earlier.segments.all()}
    return found


def _adopted_earlier(run: SegmentationRun, before: SegmentationRun) -> list[SegmentationRun]:
    others = SegmentationRun.objects.adopted().light().exclude(pk__in=[run.pk, before.pk])
    return list(others[:LOOKED_BACK])


def _paired(
    was: Members, now: Members, lost: Sequence[Segment], left: Collection[int]
) -> dict[int, SegmentIdentity]:
    identities = {segment.pk: segment.identity for segment in lost}
    pairs = match_segments(was, now, only_old=identities, only_new=left).pairs
    found = ((new, identities[old]) for new, old in pairs.items())
    return {new: identity for new, identity in found if identity}


def identify(
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
