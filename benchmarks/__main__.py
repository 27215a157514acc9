"""Measure and write the results down: `make bench`, `bench-import`, `bench-segmentation`.

`python -m benchmarks --small PART ...` runs the parts at a tiny size and writes nothing.
"""

import argparse
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import engine, importing, records, segmentation
from benchmarks.measure import Figure, Result, write_results
from benchmarks.sizes import EMBEDDED, SMALL

Measured = tuple[list[Result | Figure], dict[str, Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the product beside plain tools.")
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--small", action="store_true", help="A quick run that writes nothing.")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"There is no part {', '.join(sorted(unknown))}.")
    for name in asked.parts or QUICK:
        busy = os.getloadavg()[0]
        # A database of its own: a benchmark never touches real records.
        with tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder:
            results, about = PARTS[name](Path(folder), asked.small)
        # The limits are for the sizes that are planned for.
        told = [replace(result, limit=None) for result in results] if asked.small else results
        print(*told, sep="\n", flush=True)
        if not asked.small:
            write_results(name, results, load_before=round(busy, 1), **about)


def _records(folder: Path, small: bool) -> Measured:
    return [*records.measure(SMALL if small else EMBEDDED, folder)], {}


def _segmentation(folder: Path, small: bool) -> Measured:
    return segmentation.measure(folder, small=small), {}


def _engine(folder: Path, small: bool) -> Measured:
    return [*engine.measure(20_000 if small else 1_000_000)], {}


def _import(folder: Path, small: bool) -> Measured:
    return importing.measure(folder, small=small)


PARTS: dict[str, Callable[[Path, bool], Measured]] = {
    "records": _records,
    "engine": _engine,
    "segmentation": _segmentation,
    "import": _import,
}
QUICK = ("records", "engine")


if __name__ == "__main__":
    main()
