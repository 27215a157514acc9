"""Running the site's processes together: the web server and the workers."""

import signal
import subprocess
import sys
import time
from types import FrameType

from django.conf import settings

GRACE_SECONDS = 20
POLL_SECONDS = 0.5
MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]


def web(address: str) -> list[str]:
    """The command of the web server, which listens on `address`, as 127.0.0.1:8000."""
    gunicorn = [sys.executable, "-m", "gunicorn", "ecommerce.wsgi"]
    return [*gunicorn, "--bind", address, "--threads", "4", "--no-control-socket"]


def workers() -> list[list[str]]:
    """The commands of the two queues' clusters: the ordinary one and the one for long fits."""
    return [[*MANAGE, "qcluster"], [*MANAGE, "qcluster", "--name", settings.LONG_TASKS]]


def run_together(commands: list[list[str]]) -> int:
    """Run until one process ends or someone stops us; then stop all. Returns 0 when asked to stop.

    Each process has a group of its own, so that Ctrl-C reaches only this one, which ends the
    others in order: a cluster must get its signal alone and once.
    """
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)
    started = [subprocess.Popen(command, start_new_session=True) for command in commands]  # noqa: S603 - our own commands
    try:
        while not asked and all(process.poll() is None for process in started):
            time.sleep(POLL_SECONDS)
    finally:
        _stop(started)
    return 0 if asked else 1


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
