"""A whole running site for a browser: web server, workers and an empty database of its own."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]
START_SECONDS = 60
MAKE_PERSON = """
from django.contrib.auth.models import Group, User
person = User.objects.create_user({login!r}, password={password!r}, first_name={name!r})
person.groups.add(Group.objects.get(name={role!r}))
"""


@dataclass(frozen=True)
class Site:
    url: str
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run a command of the site and return what it printed."""
        done = subprocess.run(
            [*MANAGE, *arguments], env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    def make_person(self, login: str, password: str, name: str, role: str) -> None:
        code = MAKE_PERSON.format(login=login, password=password, name=name, role=role)
        self.manage("shell", "--verbosity", "0", "--command", code)


@contextmanager
def running_site(folder: Path, *prepare: list[str]) -> Iterator[Site]:
    """Serve a site whose data lie in `folder`; `prepare` are commands to run before."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "DEPLOYMENT": "local",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
    }
    site = Site(f"http://127.0.0.1:{port}", environment)
    for command in prepare or (["migrate"], ["collectstatic", "--no-input"]):
        site.manage(*command)
    server = subprocess.Popen([*MANAGE, "serve", "--port", str(port)], env=environment)
    try:
        _wait_for(f"{site.url}/health/", server)
        yield site
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own site on loopback
                return
        except OSError:  # nobody listens yet, or a busy machine lets us wait
            time.sleep(0.2)
    raise RuntimeError("The site did not start.")
