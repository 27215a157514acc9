"""Measure and write the results down: `make bench`, or `python -m benchmarks --small`."""

import argparse
import os
import tempfile
from pathlib import Path

SIZES = {"small": (600, 6_000), "full": (100_000, 1_000_000)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="A quick run that writes nothing.")
    small = parser.parse_args().small
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder:
        # A database of its own: a benchmark never touches real records.
        os.environ["DATA_DIR"] = folder
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "ecommerce.settings"
        _measure(Path(folder), small=small)


def _measure(folder: Path, *, small: bool) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks import records, segmentation
    from benchmarks.measure import write_results

    call_command("migrate", verbosity=0)
    customers, transactions = SIZES["small" if small else "full"]
    measured = {
        "records": records.measure(customers, transactions, folder),
        "segmentation": segmentation.measure(customers * 10),
    }
    for name, results in measured.items():
        print(*results, sep="\n")
        if not small:
            write_results(name, results)


if __name__ == "__main__":
    main()
