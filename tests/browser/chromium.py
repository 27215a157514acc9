"""The browser of the tests: Debian's Chromium where it is, or else Playwright's own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

SYSTEM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def install_chromium() -> None:
    """Install a Chromium in the first way that works here. Raises SystemExit when none does."""
    if SYSTEM.exists() or _works():
        return
    if _try([sys.executable, "-m", "playwright", "install", "chromium"]) and _works():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _try(["apt-get", "update"])
        if _try(["apt-get", "install", "--yes", "chromium"]):
            return
    sys.exit("No Chromium for the browser tests. Install it, as with: apt-get install chromium")


@contextmanager
def chromium() -> Iterator[Browser]:
    path = str(SYSTEM) if SYSTEM.exists() else None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def _works() -> bool:
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def _try(command: list[str]) -> bool:
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0
