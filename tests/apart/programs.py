"""Programs beside the tests, which have a site of their own and report in JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.browser.site import ROOT


def report_of(
    program: str, folder: Path, database: str, *arguments: str, hash_seed: int = 0
) -> dict[str, Any]:
    """What a program, such as tests.segmentation.killing, says in its last line."""
    folder.mkdir()
    environment = os.environ | {
        "DATABASE_URL": database,
        "DATA_DIR": str(folder),
        "PYTHONHASHSEED": str(hash_seed),
        "LOG_LEVEL": "ERROR",
    }
    done = subprocess.run(
        [sys.executable, "-m", program, *arguments],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report
