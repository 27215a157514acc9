"""What every test needs: folders and a cache of its own, static files without a manifest."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def own_folders(settings: Settings, tmp_path: Path) -> None:
    """Nothing that a test writes outlives it or meets another test's files."""
    settings.DATA_DIR = tmp_path
    settings.IMPORTS_DIR = tmp_path / "imports"
    settings.FACTS_DIR = tmp_path / "facts"
    settings.STATIC_ROOT = tmp_path / "static"
    for folder in (settings.IMPORTS_DIR, settings.FACTS_DIR, settings.STATIC_ROOT):
        folder.mkdir()
    cache = settings.CACHES["default"] | {"LOCATION": tmp_path / "cache"}
    settings.CACHES = settings.CACHES | {"default": cache}


@pytest.fixture(autouse=True)
def plain_static_files(settings: Settings) -> None:
    """Pages find their static files without `collectstatic`."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
