"""An import that is killed at any moment leaves everything whole, and a second try works."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.customers.importing.programs import report_of

KILLS = 20
SEED = 7


@pytest.fixture
def database(tmp_path: Path, django_db_blocker: Any) -> Iterator[str]:
    """The DATABASE_URL of an empty database of the kind that the tests run on."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'killed.sqlite3'}"
        return
    import psycopg

    given = os.environ["DATABASE_URL"]
    name = f"killed_{os.getpid()}"
    with psycopg.connect(given, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            address, _, options = given.partition("?")
            yield f"{address.rpartition('/')[0]}/{name}{'?' if options else ''}{options}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_killed_import_leaves_the_records_the_figures_and_the_disk_whole(
    tmp_path: Path, database: str
) -> None:
    report = report_of("killing", tmp_path / "data", database, str(KILLS), str(SEED))
    kills = report["kills"]
    assert sum(kill["was_killed"] for kill in kills) == KILLS
    for kill in kills:
        assert kill["is_whole"], kill
        assert (kill["of_one_moment"], kill["said"], kill["fresh"]) == (True, True, True), kill
        assert (kill["left"], kill["left_again"]) == ([], []), kill
        assert (kill["status"], "try again" in kill["error"]) in outcomes(kill), kill
        if kill["status"] == "queued" or (kill["is_uploaded"] and kill["status"] == "interrupted"):
            assert kill["again"] == ("undone" if kill["undoing"] else "completed"), kill
    assert {kill["is_uploaded"] for kill in kills} == {True, False}
    assert {kill["happened"] for kill in kills} == {True, False}, "No kill before, or none after"
    assert (report["last"], report["whole"]) == ("completed", True)


def outcomes(kill: dict[str, Any]) -> list[tuple[str, bool]]:
    """What the row of the import may say after a kill."""
    done = "undone" if kill["undoing"] else "completed"
    if kill["happened"]:
        return [(done, False)]
    if kill["undoing"]:
        return [("completed", True), ("completed", False), ("queued", False)]
    # One that was killed before its row was there left no trace; the one before it was undone. One
    # that was killed before it was claimed is handed to the queue again.
    return [("interrupted", True), ("undone", False), ("queued", False)]
