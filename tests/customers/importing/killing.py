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
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from tests.apart.children import child, start

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
    before = child(_seen)
    seconds = _seconds(lambda: child(lambda: _import(second)))
    after = child(_seen)
    child(_undo)
    found: list[dict[str, Any]] = []
    was = child(_seen)
    # One that came too late is no kill.
    while sum(kill["was_killed"] for kill in found) < kills and len(found) < 3 * kills:
        lots = random.Random(seed + len(found))
        found.append(_kill_once(second, was, before, after, lots, seconds))
        was = found[-1].pop("now")
    last = child(lambda: _import(second))
    report = {"kills": found, "last": last, "whole": child(_seen) == after}
    sys.stdout.write(json.dumps(report) + "\n")


def _kill_once(
    source: Path, was: Any, before: Any, after: Any, lots: random.Random, seconds: float
) -> dict[str, Any]:
    """Kill an import, or the undoing of the one that is loaded, somewhere on its way."""
    loaded, is_upload = was == after, lots.random() < 0.5
    pid = start(_undo if loaded else lambda: _import(source, is_upload=is_upload))
    time.sleep(lots.uniform(0, seconds))
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    (records, figures), is_true = child(lambda: (_seen(), _is_freshness_true()))
    return {
        "undoing": loaded,
        "was_killed": os.WIFSIGNALED(status),
        "is_whole": was in (before, after) and records in (before[0], after[0]),
        "happened": records == (before if loaded else after)[0],
        # The figures follow the records; until then they are those from before, never a mixture.
        "of_one_moment": figures in (was[1], (before if loaded else after)[1]),
        "said": is_true,
        **child(_look),
        **child(_try_again),
    }


def _is_freshness_true() -> bool:
    """Whether the figures are as the records are, or it is known that they are not."""
    from customers.facts.query import current_facts
    from customers.operations.facts import facts_are_stale
    from tests.customers.snapshots import held, stored

    return facts_are_stale() or held(current_facts()) == stored()


def _look() -> dict[str, Any]:
    """What the recovery, the figures and the disk say when the schedules have come round."""
    from django.conf import settings

    from customers import tasks
    from customers.facts.query import current_facts
    from customers.models import DataImport
    from customers.operations import facts
    from tests.customers.snapshots import held, stored

    _let_time_pass()
    tasks.recover_lost_imports()
    facts.GRACE = timedelta(0)
    tasks.refresh_stale_facts()
    version, last = current_facts(), DataImport.objects.first()
    return {
        "fresh": not facts.facts_are_stale() and held(version) == stored(),
        "status": last.status,
        "error": last.error,
        "left": _left(Path(settings.IMPORTS_DIR))
        + [
            path.name
            for path in Path(settings.FACTS_DIR).iterdir()
            if path != version.folder and path.suffix != LOCK
        ],
    }


def _let_time_pass() -> None:
    """Two days: nobody is heard of any more, and what was uploaded is old."""
    from django.conf import settings
    from django.core.cache import cache
    from django.utils import timezone

    from customers.models import DataImport

    cache.clear()
    long_ago = timezone.now() - timedelta(days=2)
    DataImport.objects.unfinished().update(heartbeat_at=long_ago)
    for path in Path(settings.IMPORTS_DIR).iterdir():
        os.utime(path, (long_ago.timestamp(), long_ago.timestamp()))


def _left(folder: Path) -> list[str]:
    """Files of imports that nobody needs any more."""
    from customers.models import DataImport

    needed = {folder / "turn.lock"}
    for data_import in DataImport.objects.all():
        # An undo that was killed before it began still waits to be done.
        if data_import.status == "completed" or (
            data_import.loaded_at and data_import.is_unfinished
        ):
            updated = [name for name, n in data_import.tables.items() if n["updated"]]
            needed |= {data_import.folder / f"before-{name}.csv" for name in updated}
        if data_import.status in ("queued", "interrupted"):
            needed.add(Path(data_import.path))
    files = (path for path in folder.rglob("*") if path.is_file() and path not in needed)
    return sorted(str(path.relative_to(folder)) for path in files)


def _try_again() -> dict[str, Any]:
    """What becomes of an upload that is tried again, and of a task that still waits."""
    from django.conf import settings

    from customers.models import DataImport
    from customers.operations.imports import execute_import, retry_import

    last = DataImport.objects.first()
    if last.status == "interrupted" and last.upload:
        retry_import(last)
    done = execute_import(last.pk)
    is_uploaded = last.upload is not None
    return {
        "is_uploaded": is_uploaded,
        "again": done.status,
        "left_again": _left(Path(settings.IMPORTS_DIR)),
        "now": _seen(),
    }


def _import(source: Path, *, is_upload: bool = False) -> str:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from customers.operations.imports import execute_import, request_import

    data_import = request_import(
        source=SimpleUploadedFile("all.zip", _zipped(source)) if is_upload else source,
        source_name=source.name,
        dry_run=False,
        requested_by=None,
        queue=False,
    )
    return str(execute_import(data_import.pk).status)


def _zipped(folder: Path) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        for path in folder.iterdir():
            archive.write(path, path.name)
    return content.getvalue()


def _undo() -> str:
    from customers.operations.imports import execute_import, undo_import
    from customers.operations.undo import latest_undoable

    data_import = latest_undoable()
    assert data_import
    undo_import(data_import, undone_by=None, queue=False)
    return str(execute_import(data_import.pk).status)


def _seen() -> list[Any]:
    """The records and the figures of this moment, whatever numbers the database gave to rows."""
    return [_fingerprint(), _figures()]


def _figures() -> list[Any]:
    from customers.facts.query import current_facts, open_facts

    with open_facts(current_facts()) as db:
        genders = db.execute("SELECT gender, count(*) FROM customers GROUP BY 1 ORDER BY 1")
        people = genders.fetchall()
        days = db.execute(
            "SELECT claimed_on::VARCHAR, gender, count(*) FROM transactions"
            " JOIN customers ON customers.id = customer_id GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    return [[list(row) for row in rows] for rows in (people, days)]


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
