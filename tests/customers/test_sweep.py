"""Clearing away what ended in the middle."""

import os
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from customers.operations.sweep import sweep_files
from tests.factories import make_import

pytestmark = pytest.mark.django_db
TWO_DAYS = 2 * 24 * 3600


def old(path: Path, seconds: int = TWO_DAYS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def test_uploads_that_no_import_knows_and_unfinished_ones_are_removed(settings: Settings) -> None:
    imports = settings.IMPORTS_DIR
    gone = [old(imports / "upload-1.xlsx"), old(imports / "arriving-2")]
    assert sweep_files() == 2
    assert not any(path.exists() for path in gone)


def test_the_upload_of_an_import_stays(settings: Settings) -> None:
    kept = old(settings.IMPORTS_DIR / "upload-1.xlsx")
    make_import(path=str(kept))
    assert sweep_files() == 0
    assert kept.exists()


@pytest.mark.parametrize("name", ["upload-1.xlsx", "arriving-2"])
def test_what_is_younger_than_a_day_stays(settings: Settings, name: str) -> None:
    kept = old(settings.IMPORTS_DIR / name, seconds=3600)
    assert sweep_files() == 0
    assert kept.exists()


def test_the_folders_of_imports_stay(settings: Settings) -> None:
    kept = old(settings.IMPORTS_DIR / "7" / "rejected-rows.csv")
    os.utime(kept.parent, (0, 0))
    assert sweep_files() == 0
    assert kept.exists()


def test_half_made_workbooks_are_removed(settings: Settings) -> None:
    half = old(settings.DATA_DIR / "exports" / "tmp1" / "sheet")
    os.utime(half.parent, (0, 0))
    assert sweep_files() == 1
    assert not half.parent.exists()


def test_without_folders_there_is_nothing_to_sweep(settings: Settings) -> None:
    settings.IMPORTS_DIR.rmdir()
    assert sweep_files() == 0
