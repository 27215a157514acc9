"""Importing a file of records: asked for by a page, the API or a command, done by a worker."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django_q.tasks import async_task

from customers.duck import open_duckdb
from customers.importing.check import check
from customers.importing.load import Counts, load
from customers.importing.read import read_source
from customers.importing.rejects import write_rejects
from customers.importing.tables import TABLES
from customers.importing.unreadable import UnreadableSource
from customers.models import DataImport
from customers.operations.facts import mark_facts_stale, refresh_facts
from customers.operations.jobs import perform, recover_lost

logger = logging.getLogger(__name__)
Status = DataImport.Status
SAFE_SUFFIXES = (".xlsx", ".zip")


class UploadTooLarge(ValueError):
    """The file is larger than what may be uploaded."""


def request_import(
    *,
    source: "Path | UploadedFile[Any]",
    source_name: str,
    dry_run: bool,
    requested_by: User | None,
    queue: bool = True,
) -> DataImport:
    """Note what is to be imported and hand it to a worker; without `queue`, leave it to the caller.

    A file or folder is read where it is; an upload is copied. Raises UploadTooLarge; then, and
    whenever the import can't be noted, nothing is kept.
    """
    # Copied inside the transaction, a large file would keep every other writer of SQLite waiting.
    path = source.resolve() if isinstance(source, Path) else _keep(source)
    data_import = DataImport(
        source_name=source_name[:255], path=str(path), dry_run=dry_run, requested_by=requested_by
    )
    try:
        with transaction.atomic():
            data_import.save()
            if queue:
                enqueue_import(data_import)
    except BaseException:
        _remove_upload(data_import)
        raise
    return data_import


def enqueue_import(data_import: DataImport) -> None:
    async_task("customers.tasks.execute_import", data_import.pk)


def execute_import(import_id: int) -> DataImport:
    """Read, check and load what was requested, unless someone else does or did.

    Nothing is stored unless the import completes, and nothing at all on a dry run. A source that
    can't be loaded leaves the import rejected with a sentence in `error`.
    """
    try:
        perform(
            DataImport, import_id, _perform, refusals=(UnreadableSource,), refused=Status.REJECTED
        )
    finally:
        data_import = DataImport.objects.get(pk=import_id)
        if not data_import.is_unfinished:
            _tidy(data_import)
    return data_import


def recover_lost_imports() -> None:
    """Queue imports whose worker was killed once more; remove the files of those given up."""
    lost = [data_import.pk for data_import in DataImport.objects.lost()]
    recover_lost(DataImport, enqueue_import)
    for data_import in DataImport.objects.filter(pk__in=lost, status=Status.FAILED):
        _tidy(data_import)


def import_summary(data_import: DataImport) -> dict[str, Any]:
    """What commands and the API say about an import, ready for JSON."""
    nothing = asdict(Counts())
    return {
        "import": data_import.pk,
        "status": data_import.status,
        "tables": {table.name: data_import.tables.get(table.name, nothing) for table in TABLES},
        "rejects_file": str(path) if (path := data_import.rejects_path) else None,
    }


def _too_large() -> str:
    return (
        f"The file is larger than {settings.MAX_UPLOAD_MEGABYTES:,} MB."
        " Split it, or ask an administrator to import it on the server."
    )


def _keep(upload: "UploadedFile[Any]") -> Path:
    if (upload.size or 0) > settings.MAX_UPLOAD_MEGABYTES << 20:
        raise UploadTooLarge(_too_large())
    suffix = Path(upload.name or "").suffix.casefold()
    # The name comes from outside, so nothing but a known suffix of it becomes part of a path.
    path = DataImport.new_upload(suffix if suffix in SAFE_SUFFIXES else "")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _write_upload(upload, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _write_upload(upload: "UploadedFile[Any]", path: Path) -> None:
    left = settings.MAX_UPLOAD_MEGABYTES << 20
    with path.open("wb") as file:
        for chunk in upload.chunks():
            left -= len(chunk)
            if left < 0:
                raise UploadTooLarge(_too_large())
            file.write(chunk)


def _perform(data_import: DataImport) -> None:
    with _workplace(data_import) as folder, open_duckdb(spill=folder / "spilled") as db:
        data_import.report("Reading the file", 0.1)
        raw = read_source(db, Path(data_import.path), folder)
        data_import.report("Checking every row", 0.4)
        check(db, raw)
        rejects = write_rejects(db, data_import.folder)
        data_import.report("Loading", 0.6)
        with transaction.atomic():
            with transaction.atomic():
                counts = load(db, raw, folder)
                transaction.set_rollback(data_import.dry_run)
            _finish(data_import, counts, rejects)
    if data_import.changed and not data_import.dry_run:
        _refresh_facts(data_import)


def _finish(data_import: DataImport, counts: dict[str, Counts], rejects: str) -> None:
    tables = {name: asdict(table) for name, table in counts.items()}
    data_import.finish(
        Status.COMPLETED,
        stage="",
        progress=1.0,
        tables=tables,
        rejects_file=rejects,
    )
    if data_import.changed and not data_import.dry_run:
        mark_facts_stale(f"Import {data_import.pk}")


def _refresh_facts(data_import: DataImport) -> None:
    try:
        refresh_facts()
    except Exception:
        # The records are stored; the schedule takes the snapshot later.
        logger.exception("The figures could not be refreshed after %s.", data_import)


@contextmanager
def _workplace(data_import: DataImport) -> Iterator[Path]:
    """A folder for this attempt's files, removed afterwards with what killed attempts left."""
    folder = data_import.folder / f"work-{data_import.attempts}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tidy(data_import: DataImport) -> None:
    """Keeps the rejected rows of a completed import and nothing else."""
    _remove_upload(data_import)
    if not data_import.rejects_path:
        shutil.rmtree(data_import.folder, ignore_errors=True)
        return
    for path in data_import.folder.iterdir():
        if path != data_import.rejects_path:
            shutil.rmtree(path, ignore_errors=True)


def _remove_upload(data_import: DataImport) -> None:
    if data_import.upload:
        data_import.upload.unlink(missing_ok=True)
