"""Importing records: asked for by a page, the API or a command, done by a worker."""

import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_q.tasks import async_task

from customers.importing.mapping import BadMapping, corrections_of
from customers.importing.plan import Counts
from customers.importing.tables import TABLES
from customers.importing.unreadable import UnreadableSource
from customers.models import DataImport, JobLost
from customers.models.imports import UNDO_STOPPED
from customers.operations.facts import facts_lack
from customers.operations.import_files import (
    keep_upload,
    remove_upload,
    tidy,
    tidy_after_kills,
)
from customers.operations.import_work import REASON, check_or_load, refresh_figures
from customers.operations.jobs import Ends, perform, requeue, unless_locked
from customers.operations.sweep import sweep_files
from customers.operations.undo import NotUndoable, check_undoable, undo
from customers.patience import patiently
from customers.storable import storable

logger = logging.getLogger(__name__)
Status, Task, Mode = DataImport.Status, DataImport.Task, DataImport.Mode
ALREADY = {
    Status.QUEUED: "A worker is about to go on with this import.",
    Status.RUNNING: "A worker is at work on this import.",
    Status.MAPPING: "Say first which columns are which.",
    Status.PREVIEWED: "This import is checked and waits to be loaded.",
    Status.COMPLETED: "This import has ended already.",
    Status.REJECTED: "This file could not be loaded. Mend it and upload it again.",
    Status.INTERRUPTED: "This import was interrupted. Try it again first.",
    Status.FAILED: "This import failed. Try it again first.",
    Status.CANCELLED: "This import was stopped. Upload the file again.",
    Status.UNDONE: "This import is undone. Upload the file again.",
}
REFUSALS = (UnreadableSource, BadMapping, NotUndoable)
KEPT_FOR = timedelta(days=7)  # an upload about which nobody decides
FORGOTTEN = "Nobody decided about it for a week, so nothing was loaded."
LOST = "The worker stopped in the middle of it. Nothing was kept; try again."
UNDO_FAILED = "It could not be undone; everything is as it was. {0}"


class NotPossibleNow(ValueError):
    """What is asked of an import does not fit its state; the text says why."""


def request_import(
    *,
    source: "Path | UploadedFile[Any]",
    source_name: str,
    dry_run: bool,
    requested_by: User | None,
    mode: str = Mode.GOOD_ROWS,
    mapping: Mapping[str, Any] | None = None,
    review: bool = False,
    queue: bool = True,
) -> DataImport:
    """Note what is to be imported and hand it to a worker; without `queue`, leave it to the caller.

    A file or folder is read where it is; an upload is kept. With `review` it is checked and then
    waits for `load_import`. Raises UploadTooLarge and BadMapping; then, and whenever the import
    can't be noted, nothing is kept.
    """
    corrections_of(mapping or {})
    review = review and not dry_run  # what is only checked is never loaded
    # Copied inside the transaction, a large file would keep every other writer of SQLite waiting.
    path = source.resolve() if isinstance(source, Path) else keep_upload(source)
    data_import = DataImport(
        source_name=storable(source_name)[:255],
        path=str(path),
        dry_run=dry_run,
        task=Task.CHECK if dry_run or review else Task.LOAD,
        mode=mode,
        mapping=mapping or {},
        review=review,
        requested_by=requested_by,
    )
    try:
        # A command may wait for a long import to end; a page may not.
        _note(data_import, queue=True) if queue else patiently(partial(_note, data_import))
    except BaseException:
        remove_upload(data_import)
        raise
    return data_import


def _note(data_import: DataImport, *, queue: bool = False) -> None:
    with transaction.atomic():
        data_import.save()
        if queue:
            enqueue_import(data_import)


def map_import(data_import: DataImport, mapping: Mapping[str, Any]) -> None:
    """Say how the columns of a reviewed import are read, and have it checked again.

    Raises BadMapping, and NotPossibleNow when it does not wait for a person.
    """
    corrections_of(mapping)
    _ask_again(data_import, data_import.WAITING, task=Task.CHECK, mapping=dict(mapping))


def load_import(data_import: DataImport, mode: str) -> None:
    """Load what was previewed. Raises NotPossibleNow when it does not wait for that."""
    _ask_again(data_import, (Status.PREVIEWED,), task=Task.LOAD, mode=mode)


def retry_import(data_import: DataImport) -> None:
    """Do once more what was interrupted. Raises NotPossibleNow when it was not."""
    if data_import.upload and not data_import.upload.exists():
        raise NotPossibleNow("The uploaded file is no longer kept. Upload it again.")
    _ask_again(data_import, (Status.INTERRUPTED, Status.FAILED))


def stop_import(data_import: DataImport) -> bool:
    """Stop an import, or discard one that waits for a person; False if it has ended."""
    data_import.refresh_from_db()
    had_ended = not (data_import.is_unfinished or data_import.is_waiting)
    stopped = not had_ended and data_import.cancel()
    data_import.refresh_from_db()
    if not data_import.is_unfinished:
        tidy(data_import)
    return stopped or (not had_ended and data_import.status == Status.CANCELLED)


def undo_import(data_import: DataImport, *, undone_by: User | None, queue: bool = True) -> None:
    """Ask for an import to be undone. Raises NotUndoable with the reason why it can't be."""
    check_undoable(data_import)
    values = {"task": Task.UNDO, "undone_by": undone_by}
    try:
        _ask_again(data_import, (Status.COMPLETED,), queue=queue, **values)
    except NotPossibleNow as error:
        raise NotUndoable(str(error)) from error


def enqueue_import(data_import: DataImport) -> None:
    async_task("customers.tasks.execute_import", data_import.pk)


def execute_import(import_id: int) -> DataImport:
    """Do what an import's task says, unless someone else does or did.

    Nothing is stored unless the import completes, and nothing at all on a dry run. A source that
    can't be loaded leaves the import rejected with a sentence in `error`.
    """
    try:
        perform(DataImport, import_id, _do_task, refusals=REFUSALS, ends=_ends)
    finally:
        data_import = DataImport.objects.get(pk=import_id)
        if not data_import.is_unfinished:
            tidy(data_import)
    return data_import


def _do_task(data_import: DataImport) -> None:
    """What the import asks for as it was claimed: it may have been queued for something else."""
    if data_import.task == Task.UNDO:
        undo(data_import)
        refresh_figures(data_import)
    else:
        check_or_load(data_import)


def _ends(data_import: DataImport) -> Ends:
    if data_import.task == Task.UNDO:
        # What can't be undone stays as it was: loaded.
        return Ends(
            refused=Status.COMPLETED,
            interrupted=Status.COMPLETED,
            failed=Status.COMPLETED,
            cancelled=Status.COMPLETED,
            said_when_cancelled=UNDO_STOPPED,
        )
    return Ends(refused=Status.REJECTED, interrupted=Status.INTERRUPTED)


def recover_lost_imports() -> None:
    """Close imports whose worker was killed, queue those that wait in vain, forget old uploads."""
    with unless_locked():
        _close_lost()
        _forget_undecided()
    tidy_after_kills()
    sweep_files()


def _close_lost() -> None:
    for data_import in DataImport.objects.lost():
        if data_import.status == Status.QUEUED:
            requeue(data_import, enqueue_import)
            continue
        logger.warning("%s lost its worker.", data_import)
        undoing = data_import.task == Task.UNDO
        try:
            data_import.close(
                Status.COMPLETED if undoing else Status.INTERRUPTED,
                stage="",
                error=UNDO_FAILED.format(LOST) if undoing else LOST,
            )
        except JobLost:
            continue  # it was not lost after all
        tidy(data_import)


def figures_lack(data_import: DataImport) -> bool:
    """Whether what an import loaded is not in the figures yet."""
    return facts_lack(REASON.format(data_import.pk))


def import_summary(data_import: DataImport) -> dict[str, Any]:
    """What commands and the API say about an import, ready for JSON."""
    nothing = asdict(Counts())
    return {
        "import": data_import.pk,
        "status": data_import.status,
        "error": data_import.error,
        "dry_run": data_import.dry_run,
        "mode": data_import.mode,
        # The sheet genders as well, where the source has one.
        "tables": {table.name: nothing for table in TABLES} | data_import.tables,
        "customers_affected": data_import.preview.get("customers", 0),
        "examples": data_import.preview.get("examples", {}),
        "notes": data_import.preview.get("notes", []),
        "parts": data_import.parts,
        "rejects_file": str(path) if (path := data_import.rejects_path) else None,
    }


def _ask_again(
    data_import: DataImport, states: tuple[str, ...], *, queue: bool = True, **values: Any
) -> None:
    """Have a worker go on with an import that is in one of these states."""
    now = timezone.now()
    with transaction.atomic():
        asked = DataImport.objects.filter(pk=data_import.pk, status__in=states).update(
            status=Status.QUEUED,
            stage="",
            progress=0,
            error="",
            cancel_requested=False,
            heartbeat_at=now,
            finished_at=None,
            **values,
        )
        if not asked:
            data_import.refresh_from_db()
            raise NotPossibleNow(ALREADY[data_import.status])
        data_import.refresh_from_db()
        if queue:
            enqueue_import(data_import)


def _forget_undecided() -> None:
    broken = (Status.INTERRUPTED, Status.FAILED)
    undecided = Q(status__in=DataImport.WAITING) | Q(status__in=broken)
    for data_import in DataImport.objects.filter(
        undecided, finished_at__lt=timezone.now() - KEPT_FOR
    ):
        if data_import.is_waiting:
            data_import.cancel()
            DataImport.objects.filter(pk=data_import.pk).update(error=FORGOTTEN)
            data_import.refresh_from_db()
            tidy(data_import)
        else:
            remove_upload(data_import)
