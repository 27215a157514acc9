"""Taking a run away that nobody needs."""

import shutil
from functools import partial

from django.db import transaction

from segmentation.models import Membership, SegmentationRun


class NotDeletable(ValueError):
    """The run has to stay; the text says why."""


def delete_run(*, run: SegmentationRun) -> None:
    """Delete a run that was never adopted, with all it found and its folder.

    Raises NotDeletable for one that is or was adopted, or is still at work.
    """
    with transaction.atomic():
        locked = SegmentationRun.objects.select_for_update().light().get(pk=run.pk)
        _check(locked)
        folder = locked.folder
        # One statement for all members; as related rows they would be read first.
        Membership.objects.filter(run=locked).delete()
        locked.delete()
        transaction.on_commit(partial(shutil.rmtree, folder, ignore_errors=True))


def _check(run: SegmentationRun) -> None:
    if run.is_current or run.adopted_at is not None:
        raise NotDeletable(
            f"{run} can't be deleted: its segments are or were the adopted ones, and customers'"
            " histories refer to them."
        )
    if run.is_unfinished:
        raise NotDeletable(f"{run} is still at work. Stop it first.")
