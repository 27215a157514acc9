"""The files of imports: what is kept of each for how long."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q

from customers.importing.load import before_file
from customers.importing.tables import TABLES
from customers.models import DataImport
from customers.models.imports import UPLOAD
from customers.uploads import ArrivingFile, most_bytes, refusal_of, too_large

Status = DataImport.Status
SAFE_SUFFIXES = (".xlsx", ".zip", ".csv", ".gz", ".parquet")
UNDOABLE = 5  # so many imports keep the old values of what they changed


class UploadTooLarge(ValueError):
    """The file can't be kept; the text says why."""


def keep_upload(upload: "UploadedFile[Any]") -> Path:
    """Where an upload is from now on. Raises UploadTooLarge; then nothing is kept."""
    if refusal := refusal_of(upload):
        raise UploadTooLarge(refusal)
    suffix = Path(upload.name or "").suffix.casefold()
    # The name comes from outside, so nothing but a known suffix of it becomes part of a path.
    path = DataImport.new_upload(suffix if suffix in SAFE_SUFFIXES else "")
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(upload, ArrivingFile):
        upload.move_to(path)
        return path
    try:
        _copy(upload, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _copy(upload: "UploadedFile[Any]", path: Path) -> None:
    left = most_bytes()
    with path.open("wb") as file:
        for chunk in upload.chunks():
            left -= len(chunk)
            if left < 0:
                raise UploadTooLarge(too_large())
            file.write(chunk)


def remove_upload(data_import: DataImport) -> None:
    if data_import.upload:
        data_import.upload.unlink(missing_ok=True)


def tidy(data_import: DataImport) -> None:
    """Keeps what is still needed of an import's files: rejected rows, old values, the upload."""
    if not _needs_upload(data_import):
        remove_upload(data_import)
    kept = {data_import.rejects_path}
    if data_import.status == Status.COMPLETED:
        kept |= {before_file(data_import.folder, table) for table in TABLES}
    for path in data_import.folder.glob("*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path not in kept:
            path.unlink(missing_ok=True)
    with suppress(OSError):  # not empty, or not there
        data_import.folder.rmdir()
    if data_import.status == Status.COMPLETED:
        _forget_old_values()


def tidy_after_kills() -> None:
    """Tidy up after workers that were killed when their import had ended already."""
    uploads = [str(path) for path in Path(settings.IMPORTS_DIR).glob(f"{UPLOAD}*")]
    undone = Q(pk__in=_that_have("before-*")) & ~Q(status=Status.COMPLETED)
    left = Q(pk__in=_that_have("work-*")) | undone | Q(path__in=uploads)
    for data_import in DataImport.objects.exclude(status__in=DataImport.UNFINISHED).filter(left):
        tidy(data_import)


def _that_have(files: str) -> set[int]:
    """The numbers of the imports that have such files."""
    names = {path.parent.name for path in Path(settings.IMPORTS_DIR).glob(f"*/{files}")}
    return {int(name) for name in names if name.isdecimal()}


def _needs_upload(data_import: DataImport) -> bool:
    return data_import.status in (*data_import.WAITING, Status.INTERRUPTED, Status.FAILED)


def _forget_old_values() -> None:
    """Only the last imports can be undone."""
    loaded = DataImport.objects.filter(
        pk__in=_that_have("before-*"),
        # One that is just loading has old values already, and databases sort its NULL differently.
        status=Status.COMPLETED,
        loaded_at__isnull=False,
    )
    for older in loaded.order_by("-loaded_at")[UNDOABLE:]:
        for table in TABLES:
            before_file(older.folder, table).unlink(missing_ok=True)
        with suppress(OSError):
            older.folder.rmdir()
