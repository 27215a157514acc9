"""Imports that meet one which keeps SQLite's write lock for long, in a site of their own.

Run as a program: DATABASE_URL and DATA_DIR say where. It ends with one JSON object: what was seen
of each import. The lock is kept for many times the timeout, the time in which a heartbeat is due
and the time after which a silent import counts as lost.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.apart.children import child, start

os.environ["DJANGO_SETTINGS_MODULE"] = "ecommerce.settings"
LOCKED_SECONDS = 4.0
PATIENCE_SECONDS = 60


def main() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, connections

    from customers.models import DataImport, jobs

    connection.settings_dict["OPTIONS"]["timeout"] = 0.2
    jobs.BEAT_SECONDS = 0.2
    DataImport.LOST_AFTER_SECONDS = 1
    call_command("migrate", verbosity=0)
    connections.close_all()
    folder = Path(settings.DATA_DIR)
    at_work, go_on, locked = (folder / name for name in ("at-work", "go-on", "locked"))
    first, second, stopped, check = (
        child(lambda n=n: _requested(folder, n, dry_run=n == 3)) for n in range(4)
    )
    children = [start(lambda: _import_slowly(first, at_work, go_on, locked))]
    _until(at_work.exists)
    children += [start(lambda pk=pk: _import(pk)) for pk in (second, stopped)]
    _until(
        lambda: all("Waiting for" in child(lambda pk=pk: _stage(pk)) for pk in (second, stopped))
    )
    go_on.touch()
    _until(locked.exists)
    children += [start(lambda: _import(check)), start(lambda: _import(_requested(folder, 4)))]
    time.sleep(LOCKED_SECONDS / 2)
    said = {"was_stopped": child(lambda: _stop(stopped)), "recovered": child(_recover)}
    said["meanwhile"] = child(_statuses)
    for pid in children:
        os.waitpid(pid, 0)
    said["recovered_again"] = child(_recover)
    sys.stdout.write(json.dumps(said | {"ended": child(_statuses)}) + "\n")


def _requested(folder: Path, number: int, *, dry_run: bool = False) -> int:
    from customers.operations.imports import request_import

    source = folder / f"source-{number}"
    source.mkdir()
    (source / "customers.csv").write_text(f"customer_id,gender\n{number},F\n")
    given = {"source": source, "source_name": source.name, "dry_run": dry_run}
    return int(request_import(**given, requested_by=None, queue=False).pk)


def _import(pk: int) -> None:
    from customers.operations.imports import execute_import

    execute_import(pk)


def _import_slowly(pk: int, at_work: Path, go_on: Path, locked: Path) -> None:
    """Import with its turn taken, and, once it may go on, with the write lock kept for long."""
    from django.db import connection

    def execute(execute: Any, sql: str, *args: Any) -> Any:
        if 'FROM "customers_customer"' in sql and not at_work.exists():
            at_work.touch()
            _until(go_on.exists)
        if sql.startswith('INSERT INTO "customers_factschange"'):
            locked.touch()
            time.sleep(LOCKED_SECONDS)
        return execute(sql, *args)

    with connection.execute_wrapper(execute):
        _import(pk)


def _stage(pk: int) -> str:
    from customers.models import DataImport

    return str(DataImport.objects.get(pk=pk).live["stage"])


def _stop(pk: int) -> bool:
    from customers.models import DataImport
    from customers.operations.imports import stop_import

    return stop_import(DataImport.objects.get(pk=pk))


def _recover() -> bool:
    from customers.operations.imports import recover_lost_imports

    recover_lost_imports()
    return True


def _statuses() -> dict[str, str]:
    from customers.models import DataImport

    return dict(DataImport.objects.values_list("source_name", "status"))


def _until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


if __name__ == "__main__":
    main()
