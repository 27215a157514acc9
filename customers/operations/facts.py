"""Keeping the snapshot fresh; why it is safe is in docs/decisions/0001-facts.md."""

import logging
import shutil
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q, QuerySet
from django.utils import timezone

from customers.bulk import consistent_read
from customers.facts import folders, months
from customers.facts.snapshot import Rewrite, export_records, months_in, write_snapshot
from customers.models import FactsChange, FactsVersion

logger = logging.getLogger(__name__)
# A page that began to read an older version may finish in peace.
GRACE = timedelta(minutes=15)
# Longer than any run is at work that will refer to the figures it began with.
REMEMBERED_FOR = timedelta(days=1)
# Databases limit how many values one statement may name.
MOST_VALUES = 10_000
# Each try that fails means that another refresh has just succeeded.
TRIES = 5


class FactsOvertaken(RuntimeError):
    """Other refreshes were quicker again and again."""


def mark_facts_stale(
    reason: str, *, months: Collection[str] | None = None, customers: bool = True
) -> None:
    """Note that records changed; call it in the transaction that changes them.

    `months`: those of claims, as "2024-05", whose transactions changed: rows that came, went or
    have other days, amounts, customers or branches, and rows whose merchant or city is another
    because a branch or a customer moved. A row that changed its month has two. None: any month.
    `customers`: whether customers came, went or changed. Raises ValueError for a malformed month.
    """
    FactsChange.objects.create(reason=reason, months=_checked(months), customers=customers)


def facts_are_stale() -> bool:
    """Whether records changed since the snapshot that pages read was taken, or it is damaged."""
    current = FactsVersion.objects.current()
    lost = current is not None and folders.is_damaged(current.folder)
    return lost or FactsChange.objects.exists()


def facts_lack(reason: str) -> bool:
    """Whether what was noted with that reason is not yet in the snapshot that pages read."""
    return FactsChange.objects.filter(reason=reason).exists()


def refresh_facts(*, full: bool = False) -> FactsVersion:
    """Take a new snapshot and make it the one that pages read, in one switch.

    It holds everything that was stored before the call. Only the months that were marked are read
    from the database, unless `full` asks for all. Refreshes may run at the same time: each has its
    own folder, and one that was overtaken begins again. Raises FactsOvertaken if that goes on.
    """
    root = Path(settings.FACTS_DIR)
    with folders.being_written(root):
        version = _refresh(full=full)
    _remove_folders(root)
    return version


def refresh_stale_facts() -> FactsVersion | None:
    """Take a new snapshot if records changed since the last one."""
    return refresh_facts() if facts_are_stale() else None


def clean_facts() -> None:
    """Remove the folders that no page can be reading any more, and forget versions long replaced.

    A version that something else refers to, as a segmentation run, stays.
    """
    root = Path(settings.FACTS_DIR)
    root.mkdir(parents=True, exist_ok=True)
    _remove_folders(root)
    for version in _long_replaced():
        # Something may refer to it since the question was asked.
        with suppress(ProtectedError, IntegrityError):
            version.delete()


def _long_replaced() -> QuerySet[FactsVersion]:
    """Versions that were replaced, or begun and never finished, and to which nothing refers."""
    long_ago = timezone.now() - REMEMBERED_FOR
    never_read = Q(replaced_at=None, created_at__lt=long_ago)
    old = Q(replaced_at__lt=long_ago) | never_read
    unused = Q(**{f"{r.name}__isnull": True for r in FactsVersion._meta.related_objects})
    return FactsVersion.objects.filter(old, unused, is_current=False)


def _remove_folders(root: Path) -> None:
    for folder in folders.remove_all_but(_kept_folders, root):
        logger.info("Removed the folder %s, which nobody reads.", folder.name)


def _checked(named: Collection[str] | None) -> list[str] | None:
    return None if named is None else months.checked(named)


def _refresh(*, full: bool) -> FactsVersion:
    for _ in range(TRIES):
        version = FactsVersion.objects.create()
        try:
            switched = _write_and_switch(version, full=full)
        except BaseException:
            _discard(version)
            raise
        if switched:
            return version
        _discard(version)
    raise FactsOvertaken("The figures are being refreshed by others. Try again in a minute.")


def _write_and_switch(version: FactsVersion, *, full: bool) -> bool:
    # A database that was set up anew counts from 1 again and may meet the folders of the old one.
    shutil.rmtree(version.folder, ignore_errors=True)
    version.folder.mkdir()
    with TemporaryDirectory(prefix="export-", dir=version.folder) as scratch:
        with consistent_read():
            base = FactsVersion.objects.current()
            changes = list(FactsChange.objects.all())
            rewrite = Rewrite() if full else _rewrite(base, changes)
            export_records(Path(scratch), rewrite)
        _write(version, Path(scratch), rewrite)
    folders.seal(version.folder, _made(version))
    return _switch(version, base, [change.pk for change in changes])


def _rewrite(base: FactsVersion | None, changes: list[FactsChange]) -> Rewrite:
    """What has to be written anew on top of the snapshot that pages read; unsure means all."""
    if base is None or not folders.is_whole(base.folder, _made(base)):
        return Rewrite()
    changed: set[str] = set()
    for change in changes:
        if change.months is None:
            return Rewrite()
        changed.update(change.months)
    return Rewrite(base.folder, frozenset(changed), any(c.customers for c in changes))


def _write(version: FactsVersion, scratch: Path, rewrite: Rewrite) -> None:
    contents = write_snapshot(version.folder, scratch, rewrite)
    for name, value in asdict(contents).items():
        setattr(version, name, value)
    version.months_rewritten = len(rewrite.months if rewrite.base else months_in(version.folder))


def _switch(version: FactsVersion, base: FactsVersion | None, seen: list[int]) -> bool:
    """Make the snapshot current, if still none but its base is; otherwise False.

    Only a switch forgets changes. While the base is current, none has been forgotten since the
    snapshot was read, so whatever it does not hold is still noted.
    """
    try:
        with transaction.atomic():
            if base is not None and not _replace(base):
                return False
            version.is_current = True
            version.save()
            _forget(seen)
    except IntegrityError:  # the first two snapshots of all were taken at the same moment
        return False
    return True


def _replace(base: FactsVersion) -> bool:
    current = FactsVersion.objects.filter(pk=base.pk, is_current=True)
    return current.update(is_current=False, replaced_at=timezone.now()) == 1


def _forget(changes: list[int]) -> None:
    """Delete the changes that the new snapshot holds."""
    for start in range(0, len(changes), MOST_VALUES):
        FactsChange.objects.filter(pk__in=changes[start : start + MOST_VALUES]).delete()


def _discard(version: FactsVersion) -> None:
    shutil.rmtree(version.folder, ignore_errors=True)
    FactsVersion.objects.filter(pk=version.pk).delete()


def _made(version: FactsVersion) -> str:
    return version.created_at.isoformat()


def _kept_folders() -> set[Path]:
    """Those of the current version and of versions that a page may still be reading."""
    recent = Q(replaced_at__gte=timezone.now() - GRACE)
    return {version.folder for version in FactsVersion.objects.filter(Q(is_current=True) | recent)}
