"""Clearing away the files of requests and imports that ended in the middle, as with a power cut."""

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from customers.exporting.workbook import exports_folder
from customers.models import DataImport
from customers.models.imports import UPLOAD
from customers.uploads import ARRIVING

FORGOTTEN_AFTER = timedelta(days=1)  # longer than any upload or download takes


def sweep_files() -> int:
    """Remove uploads that no import refers to, and unfinished files: how many."""
    since = time.time() - FORGOTTEN_AFTER.total_seconds()
    forgotten = [path for path in _unfinished() if _is_older(path, since)]
    for path in forgotten:
        _remove(path)
    return len(forgotten)


def _unfinished() -> Iterator[Path]:
    folder = Path(settings.IMPORTS_DIR)
    kept = {str(path): path for path in folder.glob(f"{UPLOAD}*")}
    named = DataImport.objects.filter(path__in=list(kept)).values_list("path", flat=True)
    yield from (kept[name] for name in kept.keys() - set(named))
    yield from folder.glob(f"{ARRIVING}*")
    yield from exports_folder().iterdir()


def _is_older(path: Path, since: float) -> bool:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime < since
    return False


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
