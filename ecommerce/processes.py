"""Running the site's processes together: the web server and the workers."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from types import FrameType

from django.conf import settings

GRACE_SECONDS = 20
POLL_SECONDS = 0.5
THREADS = "16"
PR_SET_PDEATHSIG = 1
MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]


def port(text: str) -> int:
    """A port from a command line. Raises ValueError for what is none."""
    number = int(text)
    if not 1 <= number <= 65535:
        raise ValueError
    return number


@dataclass(frozen=True)
class Process:
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)  # on top of our own


def web(address: str) -> Process:
    """The web server, which listens on `address`, as 127.0.0.1:8000."""
    gunicorn = [sys.executable, "-m", "gunicorn", "ecommerce.wsgi"]
    # With threads, a download may take minutes; each keeps its own for as long.
    return Process([*gunicorn, "--bind", address, "--threads", THREADS, "--no-control-socket"])


def workers() -> list[Process]:
    """The clusters of the two queues: the ordinary one and the one for long fits."""
    # django-q reads its cluster's name when it is imported, before it reads `--name`.
    long_tasks = {"Q_CLUSTER_NAME": settings.LONG_TASKS}
    return [Process([*MANAGE, "qcluster"]), Process([*MANAGE, "qcluster"], long_tasks)]


def run_together(processes: list[Process]) -> int:
    """Run until one process ends or someone stops us; then stop all. Returns 0 when asked to stop.

    Each process has a group of its own, so that Ctrl-C reaches only this one, which ends the
    others in order: a cluster must get its signal alone and once.
    """
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)
    started = [_start(process) for process in processes]
    try:
        while not asked and all(process.poll() is None for process in started):
            time.sleep(POLL_SECONDS)
    finally:
        _stop(started)
    return 0 if asked else 1


def _start(process: Process) -> subprocess.Popen[bytes]:
    environment = os.environ | process.environment
    return subprocess.Popen(  # noqa: S603 - our own commands
        process.command, env=environment, start_new_session=True, preexec_fn=_end_with_parent
    )


def _end_with_parent() -> None:
    """On Linux, ask for SIGTERM when this process is killed, so that no orphan keeps the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            # Its workers too: each process was started as the leader of a group of its own.
            os.killpg(process.pid, signal.SIGKILL)
