"""Renaming and archiving adopted segments."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from segmentation.models import Segment, SegmentIdentity

NAME_TAKEN = "Another segment is called “{0}”. Choose another name."
NAME_NEEDED = "Give the segment a name of at most {0} characters."


class NotPossible(ValueError):
    """What is asked of a segment does not fit its state; the text says why."""


def rename_segment(*, segment: Segment, name: str) -> None:
    """Give an adopted segment a name that stays with it in later runs. Raises NotPossible."""
    identity, name = _identity(segment), checked_name(segment, name)
    identity.name, identity.is_named = name, True
    try:
        with transaction.atomic():
            identity.save(update_fields=["name", "is_named"])
            segment.name = name
            segment.save(update_fields=["name"])
    except IntegrityError as error:
        raise NotPossible(NAME_TAKEN.format(name)) from error  # at this very moment


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


def _identity(segment: Segment) -> SegmentIdentity:
    if segment.identity is None:
        raise NotPossible("Adopt the run first: only adopted segments have a name that stays.")
    return segment.identity


def _set_archived(segment: Segment, *, archived: bool) -> None:
    identity = _identity(segment)
    identity.archived_at = timezone.now() if archived else None
    identity.save(update_fields=["archived_at"])
