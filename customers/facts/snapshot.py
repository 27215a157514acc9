"""Writing a snapshot: the records of one moment as Parquet files in one folder."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from customers.bulk import NULL, consistent_read, copy_out
from customers.duck import literal, open_duckdb


@dataclass(frozen=True)
class Table:
    """One table of the snapshot: where its rows come from and the type of each column."""

    query: str
    columns: dict[str, str]


TABLES = {
    "cities": Table(
        "SELECT id, name FROM customers_city",
        {"id": "BIGINT", "name": "VARCHAR"},
    ),
    "merchants": Table(
        "SELECT id, name FROM customers_merchant",
        {"id": "BIGINT", "name": "VARCHAR"},
    ),
    "branches": Table(
        "SELECT id, external_id, name, merchant_id, city_id FROM customers_branch",
        {
            "id": "BIGINT",
            "external_id": "VARCHAR",
            "name": "VARCHAR",
            "merchant_id": "BIGINT",
            "city_id": "BIGINT",
        },
    ),
    "customers": Table(
        "SELECT id, gender, city_id, joined_on FROM customers_customer",
        {"id": "BIGINT", "gender": "VARCHAR", "city_id": "BIGINT", "joined_on": "DATE"},
    ),
    "transactions": Table(
        "SELECT customer_id, branch_id, claimed_on, burnt_on, amount FROM customers_transaction",
        {
            "customer_id": "BIGINT",
            "branch_id": "BIGINT",
            "claimed_on": "DATE",
            "burnt_on": "DATE",
            "amount": "DOUBLE",
        },
    ),
}
# The city of a coupon is its branch's, or where branches have none, the customer's own.
TRANSACTIONS = """
    SELECT t.*, b.merchant_id, coalesce(b.city_id, c.city_id) AS city_id,
        strftime(t.claimed_on, '%Y-%m') AS month
    FROM raw_transactions t
    JOIN raw_branches b ON b.id = t.branch_id
    JOIN raw_customers c ON c.id = t.customer_id
"""


@dataclass(frozen=True)
class Contents:
    """What a snapshot holds; the days are None when there is no transaction."""

    customers: int
    transactions: int
    first_day: date | None
    last_day: date | None


def write_snapshot(folder: Path) -> Contents:
    """Write all tables as they are at this moment into a new folder."""
    folder.mkdir(parents=True)
    with TemporaryDirectory(prefix="export-", dir=folder.parent) as scratch:
        with consistent_read():
            for name, table in TABLES.items():
                copy_out(table.query, Path(scratch) / f"{name}.csv")
        with open_duckdb(spill=Path(scratch)) as db:
            return _to_parquet(db, Path(scratch), folder)


def _to_parquet(db: duckdb.DuckDBPyConnection, scratch: Path, folder: Path) -> Contents:
    for name, table in TABLES.items():
        _read_export(db, name, table, scratch / f"{name}.csv")
    for name in ("cities", "merchants", "branches", "customers"):
        path = literal(folder / f"{name}.parquet")
        db.execute(f"COPY raw_{name} TO {path} (FORMAT parquet)")
    _write_transactions(db, folder)
    return _contents(db)


def _read_export(db: duckdb.DuckDBPyConnection, name: str, table: Table, path: Path) -> None:
    columns = ", ".join(f"'{column}': '{kind}'" for column, kind in table.columns.items())
    db.execute(
        f"CREATE TABLE raw_{name} AS FROM read_csv(?, header=true, delim=',', quote='\"',"
        f" escape='\"', nullstr='{NULL}', allow_quoted_nulls=false, auto_detect=false,"
        f" columns={{{columns}}})",
        [str(path)],
    )


def _write_transactions(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """One folder for each month of claims, so that a refresh can rewrite single months."""
    target = folder / "transactions"
    if db.execute("SELECT count(*) FROM raw_transactions").fetchone() == (0,):
        (target / "month=none").mkdir(parents=True)
        path = literal(target / "month=none" / "data.parquet")
        db.execute(f"COPY (SELECT * EXCLUDE (month) FROM ({TRANSACTIONS})) TO {path}")
    else:
        path = literal(target)
        db.execute(f"COPY ({TRANSACTIONS}) TO {path} (FORMAT parquet, PARTITION_BY (month))")


def _contents(db: duckdb.DuckDBPyConnection) -> Contents:
    row = db.execute(
        "SELECT (SELECT count(*) FROM raw_customers), count(*), min(claimed_on),"
        " max(greatest(claimed_on, coalesce(burnt_on, claimed_on))) FROM raw_transactions"
    ).fetchone()
    return Contents(*(row or (0, 0, None, None)))
