"""Timing two ways of doing the same thing, and writing down what came of it."""

import json
import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Result:
    """Seconds of the product and of the baseline on the same data."""

    name: str
    size: str
    baseline: str  # what the baseline is
    product_seconds: float
    baseline_seconds: float

    @property
    def ratio(self) -> float:
        return self.product_seconds / self.baseline_seconds

    def __str__(self) -> str:
        return (
            f"{self.name} ({self.size}): {self.product_seconds:.2f} s,"
            f" {self.baseline} {self.baseline_seconds:.2f} s, ratio {self.ratio:.2f}"
        )


def seconds(work: Callable[[], Any], *, repeats: int = 3) -> float:
    """The quickest of a few runs, in seconds."""
    return min(_timed(work) for _ in range(repeats))


def write_results(name: str, results: list[Result]) -> Path:
    """Keep the figures with the machine they were measured on."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    rows = [asdict(result) | {"ratio": round(result.ratio, 3)} for result in results]
    path.write_text(json.dumps({"machine": _machine(), "results": rows}, indent=2) + "\n")
    return path


def _timed(work: Callable[[], Any]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def _machine() -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "memory_gigabytes": round(memory / 2**30, 1),
        "system": platform.system(),
        "python": platform.python_version(),
    }
