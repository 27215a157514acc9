"""What each process of a benchmark does: `python -m benchmarks.steps NAME ARGUMENTS`.

A step prints how long it took and what it has to say; `benchmarks.process.do` reads that. The
database, where there is one, is the one of the settings.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

Said = tuple[float, Any]  # seconds, and what else the step says
# Where both sides have the same rows, they have the same of these.
FINGERPRINT = """
    SELECT count(*), count(t.burnt_on), sum(t.amount), sum(CAST(t.external_id AS bigint)),
        sum(CAST(c.external_id AS bigint) * (1 + CAST(b.external_id AS bigint))),
        count(DISTINCT t.claimed_on), count(DISTINCT t.coupon_name),
        count(CASE c.gender WHEN 'Female' THEN 1 END), min(c.joined_on)
    FROM customers_transaction t
    JOIN customers_customer c ON c.id = t.customer_id JOIN customers_branch b ON b.id = t.branch_id
"""


def generate(folder: str, customers: str, transactions: str) -> Said:
    from customers.demo import write_demo_data

    began = perf_counter()
    write_demo_data(Path(folder), customers=int(customers), transactions=int(transactions), seed=7)
    return perf_counter() - began, None


def generate_day(data: str, folder: str, rows: str) -> Said:
    from benchmarks.daily import write_daily_data

    return 0, write_daily_data(Path(data), Path(folder), rows=int(rows))


def write_raw(data: str, folder: str) -> Said:
    """The plain tools; says the seconds of each table and what it holds then."""
    from django.db import connection

    from benchmarks import raw

    customers = Path(folder) / "raw-customers.csv"
    raw.with_genders(Path(data), customers)
    write = raw.copy_all if connection.vendor == "postgresql" else raw.insert_all
    connection.ensure_connection()
    # Django's own connection, with all the product sets on it.
    took = write(connection.connection, Path(data), customers)
    return sum(took.values()), {"seconds": took, "holds": _fingerprint()}


def load(source: str) -> Said:
    """An import as a worker does it, figures included; says the counts of each table."""
    from customers.operations.imports import execute_import, request_import

    data_import = request_import(
        source=Path(source), source_name="benchmark", dry_run=False, requested_by=None, queue=False
    )
    began = perf_counter()
    done = execute_import(data_import.pk)
    took = perf_counter() - began
    assert done.status == done.Status.COMPLETED, done.error
    return took, {"tables": done.tables, "holds": _fingerprint(), "facts": _facts()}


def refresh() -> Said:
    from customers.operations.facts import refresh_facts

    began = perf_counter()
    refresh_facts(full=True)
    return perf_counter() - began, _facts()


def questions() -> Said:
    """The product's feature matrix and claims by month: their seconds, and what they hold."""
    from customers.facts.features import customer_features
    from customers.facts.insights import activity_over_time
    from customers.facts.query import current_facts, open_facts
    from customers.periods import Period

    version = current_facts()
    assert version.first_day is not None
    assert version.last_day is not None
    first, last = version.first_day, version.last_day

    def months() -> list[list[int]]:
        with open_facts(version) as facts:
            found = activity_over_time(facts, Period(first, last))
        return [[activity.claims, activity.burns] for activity in found]

    return _answered(lambda: customer_features(version, as_of=last), months)


def questions_by_hand(data: str, folder: str, day: str) -> Said:
    from benchmarks import by_hand

    path, last = Path(folder) / "one-file.parquet", date.fromisoformat(day)
    by_hand.write_one_file(Path(data), path)

    def months() -> list[list[int]]:
        found = by_hand.claims_and_burns(path)
        return [[int(claims), int(burns)] for _, claims, burns in found]

    return _answered(lambda: by_hand.feature_matrix(path, last), months)


def segment(preset: str) -> Said:
    """A run as a worker does it, from the figures to the stored members."""
    from segmentation.operations.runs import execute_run, request_run
    from segmentation.operations.summaries import run_summary
    from segmentation.presets import preset_settings

    run = request_run(settings=preset_settings(preset), requested_by=None, queue=False)
    began = perf_counter()
    done = execute_run(run.pk)
    took = perf_counter() - began
    assert done.status == done.Status.COMPLETED, done.error
    said = run_summary(done)
    kept = ("customers", "verdict", "best", "seconds")
    return took, {name: said[name] for name in kept} | {"tried": len(said["candidates"])}


def segment_by_hand(data: str, folder: str) -> Said:
    """The reference preset as a person would do it: DuckDB, scikit-learn, raw COPY."""
    from benchmarks import by_hand, segmenting_by_hand

    path = Path(folder) / "one-file.parquet"
    by_hand.write_one_file(Path(data), path)
    took = segmenting_by_hand.segment(path, by_hand.last_day(path), Path(folder))
    return sum(took.values()), took


def find_planted(data: str, seed: str) -> Said:
    from benchmarks import planted

    began = perf_counter()
    return perf_counter() - began, planted.find_planted(Path(data), int(seed))


def find_nothing(seed: str, customers: str) -> Said:
    from benchmarks import planted

    began = perf_counter()
    return perf_counter() - began, planted.find_nothing(int(seed), int(customers))


def _answered(matrix: Callable[[], Any], months: Callable[[], list[list[int]]]) -> Said:
    from benchmarks.measure import seconds

    found = matrix()
    sums = [len(found), *(round(float(total), 2) for total in found.sum())]
    took = {"features": seconds(matrix), "months": seconds(months)}
    return sum(took.values()), {"seconds": took, "holds": [sums, months()]}


def _fingerprint() -> list[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(FINGERPRINT)
        return [f"{v:.2f}" if isinstance(v, float) else str(v) for v in cursor.fetchone()]


def _facts() -> dict[str, Any]:
    from customers.models import FactsVersion

    version = FactsVersion.objects.get(is_current=True)
    return {"transactions": version.transactions, "last_day": str(version.last_day)}


STEPS: dict[str, Callable[..., Said]] = {
    step.__name__: step
    for step in (
        *(generate, generate_day, write_raw, load),
        *(refresh, questions, questions_by_hand),
        *(segment, segment_by_hand, find_planted, find_nothing),
    )
}


def main() -> None:
    if "DJANGO_SETTINGS_MODULE" in os.environ:
        import django

        django.setup()
    took, value = STEPS[sys.argv[1]](*json.loads(sys.argv[2]))
    print(json.dumps({"seconds": took, "value": value}))


if __name__ == "__main__":
    main()
