"""Everything that has to be right before a change is done: `make test`.

Stops at the first thing that is wrong. The last thing it runs is pytest.
"""

import os
import secrets
import subprocess
import sys
import tempfile
from time import perf_counter

from tests.browser.chromium import install_chromium
from tests.postgres import postgres

PYTHON = sys.executable
MANAGE = [PYTHON, "manage.py"]
PYTEST = [PYTHON, "-m", "pytest", "--quiet"]


def production() -> dict[str, str]:
    """The settings of a production site that is set up as docs/operations.md says."""
    return {
        "DEPLOYMENT": "production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "coterie.example",
    }


def run(title: str, command: list[str], **environment: str) -> None:
    print(f"\n=== {title}", flush=True)
    began = perf_counter()
    done = subprocess.run(command, env=os.environ | environment, check=False)
    print(f"    {perf_counter() - began:.0f} s", flush=True)
    if done.returncode:
        print(f"\n{title}: failed. Nothing after it was run.", flush=True)
        sys.exit(done.returncode)


def main() -> None:
    run("Lint", [PYTHON, "-m", "ruff", "check", "."])
    run("Format", [PYTHON, "-m", "ruff", "format", "--check", "."])
    run("Types", [PYTHON, "-m", "mypy"])
    run("Migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"])
    deploy = [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"]
    run("Production settings", deploy, **production())
    run(
        "API schema", [*MANAGE, "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull]
    )
    install_chromium()
    with tempfile.TemporaryDirectory(prefix="coterie-tests-") as folder:
        sqlite = {"DATABASE_URL": f"sqlite:///{folder}/tests.sqlite3", "DATA_DIR": folder}
        rest = ["-n", "2", "-m", "not browser"]
        with postgres() as url:
            run("Tests on SQLite", [*PYTEST, *rest], **sqlite)
            run("Tests on PostgreSQL", [*PYTEST, *rest], **sqlite | {"DATABASE_URL": url})
        run("Tests in a browser", [*PYTEST, "-m", "browser"], **sqlite)


if __name__ == "__main__":
    main()
