"""What every test needs: folders and a cache of its own, static files without a manifest."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
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


@pytest.fixture
def own_database(tmp_path: Path, django_db_blocker: Any) -> Iterator[str]:
    """The DATABASE_URL of an empty database of the kind that the tests run on."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'own.sqlite3'}"
        return
    import psycopg

    given = os.environ["DATABASE_URL"]
    name = f"own_{os.getpid()}"
    with psycopg.connect(given, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            address, _, options = given.partition("?")
            yield f"{address.rpartition('/')[0]}/{name}{'?' if options else ''}{options}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
