"""Segmentation: the engine, whole runs at full size on PostgreSQL, and whether it is right.

A run goes from the figures to the stored members, with every score, the verdict and the words for
people. The baseline does the reference preset as a person would who needs none of these: features
by a query over one Parquet file, scikit-learn's calls, and COPY into the same table of the same
database.
"""

from pathlib import Path

from benchmarks import engine
from benchmarks.measure import Figure, Result
from benchmarks.process import Outcome, do
from benchmarks.site import Site, database, on_server
from benchmarks.sizes import NORMAL, SMALL, Size
from tests.postgres import postgres

PLANTED = Size(20_000, 200_000)
MOST_SECONDS, MOST_GIGABYTES = 300, 6
FEW, FEW_SECONDS = Size(1_000, 10_000), 20
SEEDS, UNSTRUCTURED = 20, 1_000
LEAST_AGREEMENT = 0.85
HONEST = ("none", "weak")

Results = list[Result | Figure]


def measure(folder: Path, *, small: bool) -> Results:
    """Everything that the segmentation promises."""
    results: Results = [*engine.measure(20_000 if small else 1_000_000)]
    with postgres() as server:
        results += _runs(server, folder / "large", SMALL if small else NORMAL)
        results += _few(server, folder / "few", SMALL if small else FEW)
    return results + _planted(folder / "planted", SMALL if small else PLANTED, small=small)


def _runs(server: str, folder: Path, size: Size) -> Results:
    data = folder / "data"
    do("generate", data, size.customers, size.transactions)
    with database(server) as url:
        site = Site(url, folder / "site").migrate()
        site.do("load", data)
        on_server(url, "VACUUM ANALYZE")
        by_hand = site.do("segment_by_hand", data, folder)
        on_server(server, "CHECKPOINT")
        reference = site.do("segment", "reference")
        automatic = site.do("segment", "auto")
    title = "reference preset, from the figures to the stored members"
    baseline = "DuckDB and scikit-learn by hand, COPY"
    return [
        Result(title, str(size), baseline, reference.seconds, by_hand.seconds, 2.0),
        *_limits("automatic mode", size, automatic, MOST_SECONDS, MOST_GIGABYTES),
    ]


def _few(server: str, folder: Path, size: Size) -> Results:
    do("generate", folder / "data", size.customers, size.transactions)
    with database(server) as url:
        site = Site(url, folder / "site").migrate()
        site.do("load", folder / "data")
        return _limits("automatic mode", size, site.do("segment", "auto"), FEW_SECONDS, None)


def _limits(
    name: str, size: Size, run: Outcome, most_seconds: float, most_gigabytes: float | None
) -> Results:
    tried = f"{name}, {run.value['tried']} models"
    results: Results = [Figure(tried, str(size), run.seconds, "s", most_seconds)]
    if most_gigabytes:
        memory = run.peak_gigabytes
        results.append(Figure(f"{name}, memory", str(size), memory, "GB", most_gigabytes))
    return results


def _planted(folder: Path, size: Size, *, small: bool) -> Results:
    do("generate", folder, size.customers, size.transactions)
    found = do("find_planted", folder, 7).value
    seeds = 1 if small else SEEDS
    levels = [do("find_nothing", seed, UNSTRUCTURED).value for seed in range(seeds)]
    honest = sum(level in HONEST for level in levels)
    return [
        Figure(
            f"planted groups found again ({found['model']}, {found['level']})",
            str(size),
            found["agreement"],
            "adjusted Rand index",
            LEAST_AGREEMENT,
            is_least=True,
        ),
        Figure(
            "verdict none or weak where there is no structure",
            f"{seeds} seeds, {UNSTRUCTURED:,} customers",
            honest,
            "seeds",
            seeds - 1,
            is_least=True,
        ),
    ]
