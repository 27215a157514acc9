"""Imports wait for each other, however long one of them keeps everyone from writing."""

from pathlib import Path

import pytest
from django.db import connection

from tests.apart.programs import report_of


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Only SQLite has one writer at a time")
def test_an_import_that_keeps_the_write_lock_for_long_makes_no_other_fail(tmp_path: Path) -> None:
    said = report_of(
        "tests.customers.importing.queueing",
        tmp_path / "data",
        f"sqlite:///{tmp_path / 'queue.sqlite3'}",
    )
    assert (said["was_stopped"], said["recovered"], said["recovered_again"]) == (True, True, True)
    assert said["meanwhile"] == dict.fromkeys(("source-0", "source-1", "source-2"), "running") | {
        "source-3": "queued"
    }
    assert said["ended"] == dict.fromkeys(
        ("source-0", "source-1", "source-3", "source-4"), "completed"
    ) | {"source-2": "cancelled"}
