"""Keeping the snapshot fresh."""

import logging
import shutil
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from customers.facts.snapshot import Contents, write_snapshot
from customers.models import FactsChange, FactsVersion

logger = logging.getLogger(__name__)
# A page that began to read an older version may finish in peace.
GRACE = timedelta(hours=1)
# Databases limit how many values one statement may name; what is left waits for the next refresh.
MOST_CHANGES = 10_000


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
    seen = list(FactsChange.objects.values_list("pk", flat=True)[:MOST_CHANGES])
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
            current.update(is_current=False)
            FactsChange.objects.filter(pk__in=seen).delete()
        version.save()


def _remove_old_folders() -> None:
    """Remove what replaced or killed refreshes left, after a grace time; the rows stay."""
    until = timezone.now() - GRACE
    kept = FactsVersion.objects.filter(is_current=True) | FactsVersion.objects.filter(
        created_at__gte=until
    )
    folders = {version.folder for version in kept}
    for folder in Path(settings.FACTS_DIR).iterdir():
        if folder not in folders and folder.stat().st_mtime < until.timestamp():
            shutil.rmtree(folder, ignore_errors=True)
            logger.info("Removed the replaced snapshot %s.", folder.name)
