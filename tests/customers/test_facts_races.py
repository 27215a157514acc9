"""Two connections at once, and a kill at any moment, leave the figures whole."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from customers.facts.folders import LOCK, remove_all_but
from customers.facts.query import current_facts
from customers.facts.snapshot import export_records, write_snapshot
from customers.models import FactsChange, FactsVersion
from customers.operations import facts as operation
from customers.operations.facts import facts_are_stale, mark_facts_stale, refresh_facts
from tests.customers.snapshots import folders, held, stored
from tests.factories import make_transaction
from tests.marks import needs_two_connections

ROOT = Path(__file__).parents[2]
JUNE = date(2024, 6, 3)
# Each step kills a process of its own, which is a copy of this one.
KILLED = """
import os, signal, sys, django
django.setup()
from django.core.management import call_command
from django.db import connections
from customers.operations import facts

def kill(*args, **options):
    os.kill(os.getpid(), signal.SIGKILL)

def killed_at(name):
    connections.close_all()
    if not (child := os.fork()):
        setattr(facts.folders if hasattr(facts.folders, name) else facts, name, kill)
        facts.refresh_facts(full=True)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

call_command("migrate", verbosity=0)
first = facts.refresh_facts()
for step in ("export_records", "write_snapshot", "seal", "_switch"):
    assert killed_at(step) == -signal.SIGKILL
    assert facts.FactsVersion.objects.current() == first
    assert not facts.facts_are_stale()
assert killed_at("remove_all_but") == -signal.SIGKILL
call_command("refresh_facts", "--json")
"""


def elsewhere(work: Callable[[], Any]) -> Any:
    """Do it on a connection of its own and wait for it."""

    def worker() -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as workers:
        return workers.submit(worker).result(timeout=60)


def claim_in_june() -> None:
    with transaction.atomic():
        make_transaction(claimed_on=JUNE)
        mark_facts_stale("a coupon", months=["2024-06"])


def once_before(monkeypatch: pytest.MonkeyPatch, name: str, happens: Callable[[], Any]) -> None:
    """Let something happen on another connection just before a step of the next refresh."""
    steps = {"export_records": export_records, "write_snapshot": write_snapshot}

    def happen_and_go_on(*args: Any) -> Any:
        monkeypatch.setattr(operation, name, steps[name])
        elsewhere(happens)
        return steps[name](*args)

    monkeypatch.setattr(operation, name, happen_and_go_on)


@pytest.mark.django_db(transaction=True)
@needs_two_connections
@pytest.mark.parametrize("step", ["export_records", "write_snapshot"])
def test_a_change_after_the_moment_of_the_snapshot_is_wholly_noted(
    monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    claim_in_june()
    once_before(monkeypatch, step, claim_in_june)
    first = refresh_facts()
    assert (first.transactions, FactsChange.objects.count()) == (1, 1)
    assert held(refresh_facts()) == stored()


@pytest.mark.django_db(transaction=True)
@needs_two_connections
@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("step", ["export_records", "write_snapshot"])
def test_an_older_moment_never_replaces_a_newer_one(
    monkeypatch: pytest.MonkeyPatch, step: str, full: bool
) -> None:
    claim_in_june()
    refresh_facts()

    def overtake() -> None:
        claim_in_june()
        refresh_facts()

    once_before(monkeypatch, step, overtake)
    version = refresh_facts(full=full)
    assert version == current_facts()
    assert held(version) == stored()
    assert not facts_are_stale()


@pytest.mark.django_db(transaction=True)
@needs_two_connections
def test_the_very_first_two_snapshots_may_be_taken_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    claim_in_june()
    once_before(monkeypatch, "write_snapshot", refresh_facts)
    assert refresh_facts() == current_facts()
    assert FactsVersion.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@needs_two_connections
def test_writers_that_refresh_at_once_lose_nothing() -> None:
    def write_and_refresh(_: int) -> None:
        try:
            for _ in range(2):
                claim_in_june()
                refresh_facts()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as workers:
        list(workers.map(write_and_refresh, range(3)))
    assert held(current_facts()) == stored()
    assert len(stored()) == 6
    assert not facts_are_stale()


def test_no_refresh_begins_while_old_folders_are_removed(tmp_path: Path) -> None:
    root = tmp_path / "facts"

    def kept() -> set[Path]:
        with (root / LOCK).open() as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return {root / "current"}

    for name in ("current", "old"):
        (root / name).mkdir()
    assert remove_all_but(kept, root) == [root / "old"]
    assert folders(root) == {"current"}


def test_a_refresh_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    given = {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "DJANGO_SETTINGS_MODULE": "ecommerce.settings",
    }
    run = subprocess.run(
        [sys.executable, "-c", KILLED],
        cwd=ROOT,
        env=os.environ | given,
        check=True,
        capture_output=True,
        text=True,
    )
    last = json.loads(run.stdout)["facts"]
    # The last kill came after a switch, whose snapshots stay for their readers for a while.
    assert folders(tmp_path / "facts") == {f"v{n:08d}" for n in (1, last - 1, last)}
