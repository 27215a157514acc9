"""Runs whose worker is killed at random moments, in a site of their own.

Run as a program: DATABASE_URL and DATA_DIR say where, the arguments how many kills and the seed.
It ends with one JSON object: what was found after each kill. Workers are forked, so that a try
costs no start of the interpreter; the parent keeps no connection and computes nothing itself.
"""

import json
import os
import random
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.apart.children import child, start
from tests.segmentation.findings import found

os.environ["DJANGO_SETTINGS_MODULE"] = "ecommerce.settings"


def main(kills: int, seed: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    # Loaded before the forks: a worker has them when it is handed a run.
    from segmentation.operations import runs  # noqa: F401

    call_command("migrate", verbosity=0)
    connections.close_all()
    child(_prepare)
    first = child(_ask)
    began = time.monotonic()
    child(lambda: _execute(first))
    seconds = time.monotonic() - began
    whole = child(lambda: found(first))
    lots = random.Random(seed)
    told = [_kill_once(lots.uniform(0, seconds)) for _ in range(kills)]
    report = {"whole": whole, "kills": told, "hopeless": _kill_again_and_again(seconds / 3)}
    sys.stdout.write(json.dumps(report) + "\n")


def _kill_once(after_seconds: float) -> dict[str, Any]:
    """Kill the worker of a new run and let the schedules come round."""
    run = child(_ask)
    _kill_worker(run, after_seconds)
    killed = child(lambda: _state(run))
    queued = child(_recover)
    # The queue may hand the same task out twice.
    again = [child(lambda: _execute(run)) for _ in range(2)]
    return {
        "killed": killed,
        "queued": queued,
        "again": again,
        "found": child(lambda: found(run)),
        "left": child(lambda: _left(run)),
    }


def _kill_again_and_again(after_seconds: float) -> dict[str, Any]:
    """A run that kills each of its workers."""
    run, queued = child(_ask), []
    for attempt in (1, 2, 3):
        _kill_worker(run, after_seconds, attempt)
        queued.append(child(_recover))
    return {"queued": queued, "state": child(lambda: _state(run))}


def _kill_worker(run: int, after_seconds: float, attempt: int = 0) -> None:
    """Kill it so long after it began, or after it claimed the run for the given time."""
    pid = start(lambda: _execute(run))
    while child(lambda: _attempts(run)) < attempt:
        time.sleep(0.05)
    time.sleep(after_seconds)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _prepare() -> None:
    from customers.operations.facts import refresh_facts
    from tests.factories import make_history

    make_history(customers=400, transactions=2_400, never_active=7)
    refresh_facts()


def _ask() -> int:
    from tests.segmentation.running import ask

    return int(ask("natural", clusters=(3, 4, 5), reduction="none").pk)


def _execute(run: int) -> str:
    from segmentation.operations.runs import execute_run

    return str(execute_run(run).status)


def _recover() -> int:
    """How many runs are handed to the queue again when nobody has been heard of for two days."""
    from django.core.cache import cache
    from django.utils import timezone
    from django_q.models import OrmQ

    from segmentation import tasks
    from segmentation.models import SegmentationRun

    cache.clear()
    long_ago = timezone.now() - timedelta(days=2)
    SegmentationRun.objects.unfinished().update(heartbeat_at=long_ago)
    OrmQ.objects.all().delete()
    tasks.recover_lost_runs()
    return OrmQ.objects.count()


def _state(run: int) -> dict[str, Any]:
    from segmentation.models import Membership, SegmentationRun

    done = SegmentationRun.objects.get(pk=run)
    members = Membership.objects.filter(run=done).count()
    return {"status": done.status, "error": done.error, "members": members}


def _attempts(run: int) -> int:
    from segmentation.models import SegmentationRun

    return int(SegmentationRun.objects.get(pk=run).attempts)


def _left(run: int) -> list[str]:
    """Files in the folder of the run besides its model and its labels."""
    from segmentation.models import SegmentationRun

    done = SegmentationRun.objects.get(pk=run)
    needed = {done.model_path, done.labels_path}
    return sorted(path.name for path in Path(done.folder).iterdir() if path not in needed)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
