"""What tests of the snapshot share: what it holds, what the database holds, and a pause."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from customers.facts.query import open_facts
from customers.facts.snapshot import Contents, write_snapshot
from customers.models import FactsVersion, Transaction
from customers.operations import facts as operation
from customers.operations.facts import mark_facts_stale, refresh_facts

COLUMNS = "customer_id, branch_id, merchant_id, city_id, claimed_on, burnt_on, amount"


def ask(version: FactsVersion, query: str) -> list[tuple]:
    with open_facts(version) as db:
        return db.execute(query).fetchall()


def held(version: FactsVersion) -> list[tuple]:
    """The coupons of a snapshot, in a fixed order."""
    return sorted(ask(version, f"SELECT {COLUMNS} FROM transactions"), key=str)


def stored() -> list[tuple]:
    """The same rows, read from the database one by one."""
    rows = Transaction.objects.select_related("customer", "branch")
    return sorted((_stored(row) for row in rows), key=str)


def refreshed(*, months: list[str] | None = None, **change: Any) -> FactsVersion:
    """A refresh after a change in those months."""
    mark_facts_stale("a test", months=months, **change)
    return refresh_facts()


def files_shared(one: FactsVersion, other: FactsVersion) -> set[str]:
    """The months, or else the names, of the files that two snapshots share on the disk."""
    paths = one.folder.rglob("*.parquet")
    pairs = ((path, other.folder / path.relative_to(one.folder)) for path in paths)
    shared = (a for a, b in pairs if b.exists() and a.samefile(b))
    return {path.parent.name.removeprefix("month=") for path in shared if "=" in str(path)} | {
        path.stem for path in one.folder.glob("*.parquet") if path.stat().st_nlink > 1
    }


def while_refreshing(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen once, after the next snapshot is written and before it is switched."""

    def write_and_happen(*args: Any) -> Contents:
        monkeypatch.setattr(operation, "write_snapshot", write_snapshot)
        contents = write_snapshot(*args)
        happens()
        return contents

    monkeypatch.setattr(operation, "write_snapshot", write_and_happen)


def folders(root: Path) -> set[str]:
    return {path.name for path in root.iterdir() if path.is_dir()}


def _stored(row: Transaction) -> tuple:
    amount = None if row.amount is None else float(row.amount)
    city = row.branch.city_id or row.customer.city_id
    return (
        row.customer_id,
        row.branch_id,
        row.branch.merchant_id,
        city,
        row.claimed_on,
        row.burnt_on,
        amount,
    )
