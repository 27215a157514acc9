"""Keeping the snapshot fresh."""

import logging
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from customers.facts.snapshot import Contents, write_snapshot
from customers.models import FactsChange, FactsVersion

logger = logging.getLogger(__name__)
# A page that began to read an older version may finish in peace.
GRACE = timedelta(minutes=15)
# Databases limit how many values one statement may name.
MOST_VALUES = 10_000


def mark_facts_stale(reason: str) -> None:
    """Note that records changed; call it in the transaction that changes them."""
    FactsChange.objects.create(reason=reason)


def facts_are_stale() -> bool:
    """Whether records changed since the snapshot that pages read was taken, or it is gone."""
    current = FactsVersion.objects.current()
    lost = current is not None and not current.folder.is_dir()
    return lost or FactsChange.objects.exists()


def refresh_facts() -> FactsVersion:
    """Take a new snapshot and make it the one that pages read, in one switch.

    Refreshes may run at the same time: each has its own folder, and an older snapshot never
    replaces a newer one.
    """
    version = FactsVersion.objects.create()
    seen = list(FactsChange.objects.values_list("pk", flat=True))
    # A database that was set up anew counts from 1 again and may meet the folders of the old one.
    shutil.rmtree(version.folder, ignore_errors=True)
    try:
        contents = write_snapshot(version.folder)
        _switch(version, contents, seen)
    except BaseException:
        shutil.rmtree(version.folder, ignore_errors=True)
        version.delete()
        raise
    _remove_old_folders()
    return version


def refresh_stale_facts() -> FactsVersion | None:
    """Take a new snapshot if records changed since the last one."""
    return refresh_facts() if facts_are_stale() else None


def _switch(version: FactsVersion, contents: Contents, seen: list[int]) -> None:
    for name in ("customers", "transactions", "first_day", "last_day"):
        setattr(version, name, getattr(contents, name))
    try:
        _make_current(version, seen)
    except IntegrityError:
        # Another refresh switched at the same moment; now its row can be seen.
        _make_current(version, seen)


def _make_current(version: FactsVersion, seen: list[int]) -> None:
    with transaction.atomic():
        current = FactsVersion.objects.select_for_update().filter(is_current=True)
        version.is_current = all(other.pk < version.pk for other in current)
        if version.is_current:
            current.update(is_current=False, replaced_at=timezone.now())
            _forget(seen)
        else:
            version.replaced_at = timezone.now()
        version.save()


def _forget(changes: list[int]) -> None:
    """Delete the changes that the new snapshot holds."""
    for start in range(0, len(changes), MOST_VALUES):
        FactsChange.objects.filter(pk__in=changes[start : start + MOST_VALUES]).delete()


def _remove_old_folders() -> None:
    """Remove what replaced or killed refreshes left, after a grace time; the rows stay."""
    until = timezone.now() - GRACE
    being_written = Q(replaced_at=None, created_at__gte=until)
    kept = FactsVersion.objects.filter(
        Q(is_current=True) | Q(replaced_at__gte=until) | being_written
    )
    folders = {version.folder for version in kept}
    for folder in Path(settings.FACTS_DIR).iterdir():
        if folder not in folders and _is_older(folder, until):
            shutil.rmtree(folder, ignore_errors=True)
            logger.info("Removed the replaced snapshot %s.", folder.name)


def _is_older(folder: Path, moment: datetime) -> bool:
    try:
        return folder.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:  # another refresh has just removed it
        return False
