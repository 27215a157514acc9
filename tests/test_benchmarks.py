import subprocess
import sys

from tests.browser.site import ROOT


def test_a_small_run_of_every_benchmark_comes_to_its_end() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--small"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert [line.split(" (")[0] for line in done.stdout.splitlines()] == [
        "import: check, load, figures",
        "feature matrix",
        "standardise, 2 principal components, K-means with 5 clusters",
    ]
