"""What came of a measurement: figures beside their limits, written down with the machine."""

import json
import os
import platform
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

RESULTS = Path(__file__).parent / "results"
WORD = {True: "kept", False: "NOT KEPT", None: "no limit"}


@dataclass(frozen=True)
class Result:
    """Seconds of the product and of the baseline on the same data."""

    name: str
    size: str
    baseline: str  # what the baseline is
    product_seconds: float
    baseline_seconds: float
    limit: float | None = None  # the highest ratio

    @property
    def ratio(self) -> float:
        return self.product_seconds / self.baseline_seconds

    @property
    def kept(self) -> bool | None:
        return None if self.limit is None else self.ratio <= self.limit

    def __str__(self) -> str:
        limit = "" if self.limit is None else f" of at most {self.limit:g}"
        return (
            f"{self.name} ({self.size}): {self.product_seconds:.2f} s,"
            f" {self.baseline} {self.baseline_seconds:.2f} s,"
            f" ratio {self.ratio:.2f}{limit}: {WORD[self.kept]}"
        )

    def as_row(self) -> dict[str, Any]:
        return asdict(self) | {"ratio": round(self.ratio, 3), "kept": self.kept}


@dataclass(frozen=True)
class Figure:
    """One number of the product beside its limit."""

    name: str
    size: str
    value: float
    unit: str
    limit: float | None = None
    is_least: bool = False  # the limit is the lowest value, not the highest

    @property
    def kept(self) -> bool | None:
        if self.limit is None:
            return None
        return self.value >= self.limit if self.is_least else self.value <= self.limit

    def __str__(self) -> str:
        bound = "least" if self.is_least else "most"
        limit = "" if self.limit is None else f" of at {bound} {self.limit:g}"
        return f"{self.name} ({self.size}): {self.value:.2f} {self.unit}{limit}: {WORD[self.kept]}"

    def as_row(self) -> dict[str, Any]:
        return asdict(self) | {"kept": self.kept}


def seconds(work: Callable[[], Any], *, repeats: int = 3) -> float:
    """The quickest of a few runs, in seconds."""
    return min(_timed(work) for _ in range(repeats))


def write_results(name: str, results: Sequence[Result | Figure], **about: Any) -> Path:
    """Keep the figures with the machine they were measured on; `about` says more of it."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    rows = [result.as_row() for result in results]
    written = {"machine": _machine() | about, "results": rows}
    path.write_text(json.dumps(written, indent=2) + "\n")
    return path


def _timed(work: Callable[[], Any]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def _machine() -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory_gigabytes": round(memory / 2**30, 1),
        "disk": _disk(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(": ", 1)[1] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _disk() -> str:
    """The disk under the temporary folder, and whether it says that it turns."""
    device = os.stat(tempfile.gettempdir()).st_dev
    disk = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}").resolve()
    # A partition has what is asked for in the folder above it.
    for folder in (disk, disk.parent):
        if (turns := folder / "queue/rotational").is_file():
            return f"{folder.name}, {'rotational' if turns.read_text().strip() == '1' else 'solid'}"
    return "unknown"
