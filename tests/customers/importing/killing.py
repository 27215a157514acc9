"""Imports and their undoing, killed at random moments, in a site of their own.

Run as a program: DATABASE_URL and DATA_DIR say where, the arguments how many kills and the seed.
It ends with one JSON object: what was found after each kill. Children are forked, so that a try
costs no start of the interpreter; the parent keeps no connection and no DuckDB over a fork.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.customers.importing.children import child, start

os.environ["DJANGO_SETTINGS_MODULE"] = "ecommerce.settings"
ROWS = 6_000
LOCK = ".lock"  # a file that processes lock and that stays


def main(kills: int, seed: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    connections.close_all()
    folder = Path(settings.DATA_DIR)
    first, second = _write(folder / "first", 0), _write(folder / "second", 1)
    child(lambda: _import(first))
    before = child(_fingerprint)
    seconds = _seconds(lambda: child(lambda: _import(second)))
    after = child(_fingerprint)
    child(_undo)
    found: list[dict[str, Any]] = []
    # One that came too late is no kill.
    while sum(kill["was_killed"] for kill in found) < kills and len(found) < 3 * kills:
        lots = random.Random(seed + len(found))
        found.append(_kill_once(second, before, after, lots, seconds))
    last = child(lambda: _import(second))
    report = {"kills": found, "last": last, "whole": child(_fingerprint) == after}
    sys.stdout.write(json.dumps(report) + "\n")


def _kill_once(
    source: Path, before: Any, after: Any, lots: random.Random, seconds: float
) -> dict[str, Any]:
    """Kill an import, or the undoing of the one that is loaded, somewhere on its way."""
    loaded = child(_fingerprint) == after
    pid = start(_undo if loaded else lambda: _import(source))
    time.sleep(lots.uniform(0, seconds))
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    seen = child(_fingerprint)
    return {
        "undoing": loaded,
        "was_killed": os.WIFSIGNALED(status),
        "is_whole": seen in (before, after),
        "happened": seen == (before if loaded else after),
        **child(_look),
    }


def _look() -> dict[str, Any]:
    """What a minute later the recovery, the figures and the disk say."""
    from django.conf import settings
    from django.utils import timezone

    from customers.facts.query import current_facts, open_facts
    from customers.models import Customer, DataImport, FactsVersion, Transaction
    from customers.operations import facts, imports

    with open_facts(current_facts()) as db:
        readable = db.execute("SELECT count(*) FROM transactions").fetchone() is not None
    long_ago = timezone.now() - timedelta(hours=1)
    DataImport.objects.filter(status="running").update(heartbeat_at=long_ago)
    imports.recover_lost_imports()
    facts.GRACE = timedelta(0)
    facts.refresh_facts()
    version = FactsVersion.objects.current()
    last = DataImport.objects.first()
    return {
        "readable": readable,
        "fresh": (version.customers, version.transactions)
        == (Customer.objects.count(), Transaction.objects.count()),
        "status": last.status,
        "error": last.error,
        "left": sorted(str(path) for path in _left(Path(settings.IMPORTS_DIR)))
        + [
            path.name
            for path in Path(settings.FACTS_DIR).iterdir()
            if path != version.folder and path.suffix != LOCK
        ],
    }


def _left(folder: Path) -> list[Path]:
    """Files of imports that nobody needs any more."""
    return [
        path.relative_to(folder)
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != LOCK and not path.name.startswith("before-")
    ]


def _import(source: Path) -> str:
    from customers.operations.imports import execute_import, request_import

    data_import = request_import(
        source=source, source_name=source.name, dry_run=False, requested_by=None, queue=False
    )
    return str(execute_import(data_import.pk).status)


def _undo() -> str:
    from customers.operations.imports import execute_import, undo_import
    from customers.operations.undo import latest_undoable

    data_import = latest_undoable()
    assert data_import
    undo_import(data_import, undone_by=None, queue=False)
    return str(execute_import(data_import.pk).status)


def _fingerprint() -> list[Any]:
    """All records, without what says by which import."""
    from customers.models import Branch, City, Customer, Merchant, Transaction

    said = []
    for model in (City, Merchant, Branch, Customer, Transaction):
        names = [
            f.attname
            for f in model._meta.concrete_fields
            if f.name not in ("id", "created_in", "changed_in", "customer", "branch")
        ]
        rows = sorted(repr(row) for row in model._default_manager.values_list(*names))
        said.append([len(rows), hash(tuple(rows))])
    return said


def _write(folder: Path, number: int) -> Path:
    """Customers and coupons: the second folder changes some of the first's and adds others."""
    folder.mkdir()
    day = date(2024, 1, 1)
    people = range(number * ROWS // 10, (number + 2) * ROWS // 10)
    coupons = range(number * ROWS // 2, ROWS + number * ROWS // 2)
    (folder / "merchants.csv").write_text("merchant_id,merchant_name\n1,Nile Books\n")
    (folder / "branches.csv").write_text("branch_id,merchant_id\n1,1\n")
    (folder / "customers.csv").write_text(
        "customer_id,gender\n" + "".join(f"{n},{('F', 'M')[number]}\n" for n in people)
    )
    (folder / "transactions.csv").write_text(
        "transaction_id,customer_id,transaction_date,transaction_status,branch_id,coupon_name\n"
        + "".join(
            f"{n},{people[n % len(people)]},{day + timedelta(days=n % 300)},claimed,1,{number}\n"
            for n in coupons
        )
    )
    return folder


def _seconds(work: Callable[[], Any]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
