"""Data in at full size: the generator, PostgreSQL beside COPY, SQLite beside executemany.

On PostgreSQL the product reads, checks, compares and loads six files in one transaction and takes
the snapshot for the figures. The baseline copies the very same transactions.csv into a second
database that the same migrations made, checking nothing: the same table, indexes, checks and
foreign keys, which its commit verifies (see `benchmarks.raw` for why nobody resolves them there).
Its time is that of the transactions alone; with the other tables is told beside it.

Both go through the same server one after the other, with the settings it has, after a checkpoint,
so that neither writes to disk what the other left in memory. The baseline goes first and its
database is dropped, so that no autovacuum of it is at work later.
"""

from pathlib import Path
from typing import Any

from benchmarks import records
from benchmarks.measure import Figure, Result
from benchmarks.process import Outcome, do
from benchmarks.site import Site, ask_questions, check_created, database, on_server
from benchmarks.sizes import EMBEDDED, NORMAL, SMALL, Size
from tests.postgres import postgres

MOST_GIGABYTES = 2.0
# Those that decide how fast rows come in.
SETTINGS = (
    *("shared_buffers", "max_wal_size", "checkpoint_timeout", "maintenance_work_mem", "wal_level"),
    *("fsync", "synchronous_commit", "full_page_writes", "wal_compression"),
)
Results = list[Result | Figure]


def measure(folder: Path, *, small: bool) -> tuple[Results, dict[str, Any]]:
    """Everything that the import promises; also says which PostgreSQL it was and its settings."""
    size = SMALL if small else NORMAL
    data = folder / "data"
    generated = do("generate", data, size.customers, size.transactions)
    results: Results = [
        Figure("demo data", str(size), generated.seconds, "s", 60),
        _memory("demo data", size, generated),
    ]
    with postgres() as server, database(server) as empty:
        about = _about(server)
        Site(empty, folder / "site").migrate()
        raw = _raw(server, empty, data, folder)
        with database(server, like=empty) as url:
            site = Site(url, folder / "site")
            results += _on_postgresql(server, site, raw, data, folder, size)
    (folder / "sqlite").mkdir()
    results += records.measure(SMALL if small else EMBEDDED, folder / "sqlite")
    return results, about


def _on_postgresql(
    server: str, site: Site, raw: dict[str, Any], data: Path, folder: Path, size: Size
) -> Results:
    first = _load(site, data, server)
    check_created(first, size)
    assert first.value["holds"] == raw["holds"], (first.value, raw)
    again = _load(site, data, server)
    _check_unchanged(again, first, size)
    return [
        *_beside_copy(first, raw["seconds"], size),
        _again(first, again, size),
        _memory("the same files again", size, again),
        *ask_questions(site, data, folder, size, first.value["facts"]["last_day"], limit=2.0),
        Figure("all figures anew", str(size), site.do("refresh").seconds, "s"),
        *_daily(site, data, folder, size, server),
    ]


def _raw(server: str, empty: str, data: Path, folder: Path) -> dict[str, Any]:
    with database(server, like=empty) as url:
        on_server(server, "CHECKPOINT")
        return dict(Site(url, folder / "raw").do("write_raw", data, folder).value)


def _load(site: Site, source: Path, server: str) -> Outcome:
    on_server(server, "CHECKPOINT")
    return site.do("load", source)


def _beside_copy(first: Outcome, raw: dict[str, float], size: Size) -> Results:
    title = "import on PostgreSQL: check, load, figures"
    alone, every = raw["transactions"], sum(raw.values())
    return [
        Result(title, str(size), "COPY of the transactions alone", first.seconds, alone, 2.0),
        Result(title, str(size), "COPY of all tables", first.seconds, every),
        _memory(title, size, first),
    ]


def _again(first: Outcome, again: Outcome, size: Size) -> Result:
    baseline = "the first time"
    name = "the same files again"
    return Result(name, str(size), baseline, again.seconds, first.seconds, 1.5)


def _daily(site: Site, data: Path, folder: Path, size: Size, server: str) -> Results:
    """The next day's file, after a night in which the server has tidied up."""
    written = do("generate_day", data, folder / "day", size.transactions // 500).value
    on_server(site.database_url, "VACUUM ANALYZE")
    day = _load(site, folder / "day", server)
    found, facts = day.value["tables"], day.value["facts"]
    assert found["customers"]["created"] == written["customers"], found
    assert found["transactions"]["created"] == written["claims"], found
    assert found["transactions"]["updated"] == written["burns"], found
    assert facts["transactions"] == size.transactions + written["claims"], facts
    title = "a daily file"
    rows = f"{written['claims'] + written['burns']:,} rows on top of {size.transactions:,}"
    return [Figure(title, rows, day.seconds, "s", 5), _memory(title, rows, day)]


def _check_unchanged(again: Outcome, first: Outcome, size: Size) -> None:
    assert again.value["tables"]["transactions"]["unchanged"] == size.transactions, again.value
    assert again.value["tables"]["customers"]["unchanged"] == size.customers, again.value
    assert again.value["holds"] == first.value["holds"], (again.value, first.value)


def _memory(name: str, size: object, outcome: Outcome) -> Figure:
    title = f"{name}, memory"
    return Figure(title, str(size), outcome.peak_gigabytes, "GB", MOST_GIGABYTES)


def _about(server: str) -> dict[str, Any]:
    settings = {name: on_server(server, f"SHOW {name}") for name in SETTINGS}
    return {"database": on_server(server, "SELECT version()"), "database_settings": settings}
