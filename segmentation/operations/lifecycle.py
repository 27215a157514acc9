"""Renaming and archiving adopted segments."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from segmentation.models import Segment, SegmentIdentity

NAME_TAKEN = "Another segment is called “{0}”. Choose another name."
NAME_NEEDED = "Give the segment a name of at most {0} characters."


class NotPossible(ValueError):
    """What is asked of a segment does not fit its state; the text says why."""


def rename_segment(*, segment: Segment, name: str) -> Segment:
    """Give an adopted segment a name that stays with it in later runs.

    Returns the segment that is renamed: the same one in the adopted run where that found it again.
    Raises NotPossible.
    """
    try:
        with transaction.atomic():
            identity = _locked_identity(segment)
            latest = Segment.objects.current().filter(identity=identity).first() or segment
            name = checked_name(latest, name)
            identity.name, identity.is_named = name, True
            identity.save(update_fields=["name", "is_named"])
            latest.name, latest.identity = name, identity
            latest.save(update_fields=["name"])
    except IntegrityError as error:
        raise NotPossible(NAME_TAKEN.format(name)) from error  # at this very moment
    return latest


def checked_name(segment: Segment, name: str) -> str:
    """The name as the segment can have it, without needless spaces. Raises NotPossible."""
    name = " ".join(name.split())
    longest = Segment._meta.get_field("name").max_length or 100
    if not name or len(name) > longest:
        raise NotPossible(NAME_NEEDED.format(longest))
    taken = segment.run.segments.exclude(pk=segment.pk).filter(name__iexact=name)
    if taken.exists():
        raise NotPossible(NAME_TAKEN.format(name))
    return name


def archive_segment(*, segment: Segment) -> None:
    """Offer a segment for new campaigns no more; it is shown apart. Raises NotPossible."""
    _set_archived(segment, archived=True)


def restore_segment(*, segment: Segment) -> None:
    """Take an archived segment back. Raises NotPossible."""
    _set_archived(segment, archived=False)


def _locked_identity(segment: Segment) -> SegmentIdentity:
    """What stays of the segment, held until the transaction ends. Raises NotPossible."""
    if segment.identity_id is None:
        raise NotPossible("Adopt the run first: only adopted segments have a name that stays.")
    identity: SegmentIdentity = SegmentIdentity.objects.select_for_update().get(
        pk=segment.identity_id
    )
    segment.identity = identity
    return identity


@transaction.atomic
def _set_archived(segment: Segment, *, archived: bool) -> None:
    identity = _locked_identity(segment)
    identity.archived_at = timezone.now() if archived else None
    identity.save(update_fields=["archived_at"])
