"""Import, snapshot and feature matrix beside the plain tools, on the demo data in SQLite."""

import csv
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import duckdb

from benchmarks.measure import Result, seconds
from customers.demo import write_demo_data
from customers.facts.features import customer_features
from customers.models import Transaction
from customers.operations.facts import refresh_facts
from customers.operations.imports import execute_import, request_import

TABLE = """
    CREATE TABLE plain (
        id INTEGER PRIMARY KEY, external_id TEXT UNIQUE, customer TEXT, day TEXT, status TEXT,
        coupon TEXT, burnt TEXT, branch TEXT, amount TEXT
    );
    CREATE INDEX by_customer ON plain (customer, day);
    CREATE INDEX by_day ON plain (day);
    CREATE INDEX by_branch ON plain (branch);
"""
INSERT = """
    INSERT INTO plain (external_id, customer, day, status, coupon, burnt, branch, amount)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
# The feature matrix as a person would write it for one file.
BY_HAND = """
    SELECT customer_id,
        date_diff('day', max(coalesce(burn_date, transaction_date)), ?::DATE),
        count(*), count(burn_date) / count(*), count(DISTINCT merchant_id),
        count(DISTINCT city_id)
    FROM read_parquet(?) GROUP BY customer_id
"""


def measure(customers: int, transactions: int, folder: Path) -> list[Result]:
    """Import into the empty database of the settings, then compute every customer's features."""
    data = folder / "data"
    write_demo_data(data, customers=customers, transactions=transactions, seed=7)
    size = f"{customers:,} customers, {transactions:,} transactions"
    return [_import(data, folder, size), _features(data, folder, size)]


def _import(data: Path, folder: Path, size: str) -> Result:
    def product() -> None:
        data_import = request_import(
            source=data, source_name="benchmark", dry_run=False, requested_by=None, queue=False
        )
        done = execute_import(data_import.pk)
        assert done.status == done.Status.COMPLETED, done.error

    return Result(
        name="import: check, load, figures",
        size=size,
        baseline="executemany into one indexed table",
        product_seconds=seconds(product, repeats=1),
        baseline_seconds=seconds(lambda: _executemany(data, folder), repeats=1),
    )


def _executemany(data: Path, folder: Path) -> None:
    with sqlite3.connect(folder / "plain.sqlite3") as db:
        db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + TABLE)
        db.executemany(INSERT, _rows(data / "transactions.csv"))


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        yield from reader


def _features(data: Path, folder: Path, size: str) -> Result:
    version = refresh_facts()
    assert version.transactions == Transaction.objects.count()
    assert version.last_day is not None
    last_day = version.last_day
    joined = folder / "joined.parquet"
    duckdb.execute(
        f"COPY (SELECT * FROM read_csv('{data}/transactions.csv') AS t"
        f" JOIN read_csv('{data}/branches.csv') AS b USING (branch_id)) TO '{joined}'"
    )
    return Result(
        name="feature matrix",
        size=size,
        baseline="DuckDB by hand over one Parquet file",
        product_seconds=seconds(lambda: customer_features(version, as_of=last_day)),
        baseline_seconds=seconds(lambda: duckdb.execute(BY_HAND, [last_day, str(joined)]).df()),
    )
