import subprocess
import sys

import pytest
from django.db import connection

from tests.browser.site import ROOT

QUESTIONS = ["feature matrix", "claims and burns by month"]


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="The benchmarks use both databases; once is enough"
)
def test_a_small_run_of_every_benchmark_comes_to_its_end() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--small", "import", "segmentation"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert [line.split(" (")[0] for line in done.stdout.splitlines()] == [
        "demo data",
        "demo data, memory",
        "import on PostgreSQL: check, load, figures",
        "import on PostgreSQL: check, load, figures",
        "import on PostgreSQL: check, load, figures, memory",
        "the same files again",
        "the same files again, memory",
        *QUESTIONS,
        "all figures anew",
        "a daily file",
        "a daily file, memory",
        "import on SQLite: check, load, figures",
        *QUESTIONS,
        "K-means, 5 clusters",
        "2 principal components",
        "Gaussian mixture, 5 components",
        "reference preset, from the figures to the stored members",
        "automatic mode, 69 models",
        "automatic mode, memory",
        "automatic mode, 69 models",
        "planted groups found again",
        "verdict none or weak where there is no structure",
    ]
