"""Doing one step in a process of its own, so that none warms or fills the memory of another."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOOK_EVERY_SECONDS = 0.05


@dataclass(frozen=True)
class Outcome:
    """What a step took and what it says."""

    seconds: float  # of what the step itself times: neither Python's start nor its preparations
    peak_gigabytes: float  # of the whole process and its children at one moment; 0 without /proc
    value: Any


class StepFailed(RuntimeError):
    """A step of a benchmark ended with an error."""


def do(step: str, *arguments: object, **environment: str) -> Outcome:
    """Run a step of `benchmarks.steps` with more environment variables than ours.

    Its memory is the sum of the high-water marks of the processes that live at the same time, so
    that no short peak is missed; memory that they share counts for each.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.steps", step, json.dumps([str(a) for a in arguments])],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(_high_water(pid) for pid in _family(process.pid)))
        time.sleep(LOOK_EVERY_SECONDS)
    printed = process.communicate()[0].splitlines()
    if process.returncode:
        raise StepFailed(f"The step {step} failed; its error is above.")
    said = json.loads(printed[-1])
    outcome = Outcome(said["seconds"], peak * 1024 / 1e9, said["value"])
    # A full run takes many minutes; this says how far it is.
    print(
        f"… {step}: {outcome.seconds:.2f} s, {outcome.peak_gigabytes:.2f} GB,"
        f" load {os.getloadavg()[0]:.1f}",
        file=sys.stderr,
    )
    return outcome


def manage(*arguments: str, **environment: str) -> None:
    """Run a command of the product."""
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True)


def _family(pid: int) -> Iterator[int]:
    """A process and those it started, directly or not."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:  # it has just ended
            continue
        for child in children:
            yield from _family(int(child))


def _high_water(pid: int) -> int:
    """The most memory that a process ever held, in kilobytes."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(found[0]) if found else 0
