"""Writing a snapshot: the records of one moment as Parquet files in one folder.

What did not change since another snapshot is taken over from that one's folder.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from customers.bulk import NULL, copy_out
from customers.duck import literal, open_duckdb
from customers.facts.folders import take_over
from customers.facts.months import day_ranges


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
    FROM exported t
    JOIN branches b ON b.id = t.branch_id
    JOIN customers c ON c.id = t.customer_id
"""
PLACES = ("cities", "merchants", "branches")


@dataclass(frozen=True)
class Rewrite:
    """What is written anew; all other files are taken over from the folder `base`.

    Without a base everything is written, whatever else it says. The places, few as they are,
    always are.
    """

    base: Path | None = None
    months: frozenset[str] = frozenset()
    customers: bool = True

    @property
    def tables(self) -> tuple[str, ...]:
        return (*PLACES, "customers") if self.base is None or self.customers else PLACES


@dataclass(frozen=True)
class Contents:
    """What a snapshot holds; the days are None when there is no transaction."""

    customers: int
    transactions: int
    first_day: date | None
    last_day: date | None


def export_records(scratch: Path, rewrite: Rewrite) -> None:
    """Copy the rows that are written anew out of the database, as CSV files into `scratch`.

    To be called in a consistent read: the files have to be of one moment.
    """
    for name in rewrite.tables:
        copy_out(TABLES[name].query, scratch / f"{name}.csv")
    for number, query in enumerate(_transaction_queries(rewrite)):
        copy_out(query, scratch / f"transactions-{number}.csv")


def write_snapshot(folder: Path, scratch: Path, rewrite: Rewrite) -> Contents:
    """Make the files of a snapshot from what was exported and what is taken over."""
    with open_duckdb(spill=scratch) as db:
        for name in rewrite.tables:
            rows, path = _exported(name, scratch / f"{name}.csv"), folder / f"{name}.parquet"
            db.execute(f"COPY (FROM {rows}) TO {literal(path)} (FORMAT parquet)")
        if rewrite.base and not rewrite.customers:
            take_over(rewrite.base / "customers.parquet", folder / "customers.parquet")
        _write_transactions(db, folder, scratch)
        _take_over_months(folder, rewrite)
        _write_without_rows(db, folder)
        return _contents(db, folder)


def months_in(folder: Path) -> set[str]:
    """The months of which a snapshot has transactions."""
    found = {path.name.removeprefix("month=") for path in (folder / "transactions").glob("month=*")}
    return found - {"none"}


def _transaction_queries(rewrite: Rewrite) -> Iterator[str]:
    query = TABLES["transactions"].query
    if rewrite.base is None:
        yield query
    else:
        for first, last in day_ranges(rewrite.months):
            yield f"{query} WHERE claimed_on BETWEEN '{first}' AND '{last}'"


def _exported(table: str, files: Path) -> str:
    columns = ", ".join(f"'{column}': '{kind}'" for column, kind in TABLES[table].columns.items())
    return (
        f"read_csv({literal(files)}, header=true, delim=',', quote='\"', escape='\"',"
        f" nullstr='{NULL}', allow_quoted_nulls=false, auto_detect=false, columns={{{columns}}})"
    )


def _write_transactions(db: duckdb.DuckDBPyConnection, folder: Path, scratch: Path) -> None:
    """One folder for each month of claims, so that a refresh can rewrite single months."""
    if not list(scratch.glob("transactions-*.csv")):
        return
    rows = _exported("transactions", scratch / "transactions-*.csv")
    db.execute(f"CREATE VIEW exported AS FROM {rows}")
    for name in ("branches", "customers"):
        path = literal(folder / f"{name}.parquet")
        db.execute(f"CREATE VIEW {name} AS FROM read_parquet({path})")
    target = literal(folder / "transactions")
    db.execute(f"COPY ({TRANSACTIONS}) TO {target} (FORMAT parquet, PARTITION_BY (month))")


def _take_over_months(folder: Path, rewrite: Rewrite) -> None:
    if rewrite.base is None:
        return
    for month in months_in(rewrite.base) - rewrite.months:
        for path in (rewrite.base / "transactions" / f"month={month}").iterdir():
            take_over(path, folder / path.relative_to(rewrite.base))


def _write_without_rows(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Leave a file without rows where there are no transactions: queries need its columns."""
    if not months_in(folder):
        kinds = TABLES["transactions"].columns | {"merchant_id": "BIGINT", "city_id": "BIGINT"}
        columns = ", ".join(f"NULL::{kind} AS {column}" for column, kind in kinds.items())
        path = folder / "transactions" / "month=none" / "data_0.parquet"
        path.parent.mkdir(parents=True)
        db.execute(f"COPY (SELECT {columns} LIMIT 0) TO {literal(path)} (FORMAT parquet)")


def _contents(db: duckdb.DuckDBPyConnection, folder: Path) -> Contents:
    customers = literal(folder / "customers.parquet")
    transactions = literal(folder / "transactions/*/*.parquet")
    row = db.execute(
        f"SELECT (SELECT count(*) FROM read_parquet({customers})), count(*), min(claimed_on),"
        f" greatest(max(claimed_on), max(burnt_on)) FROM read_parquet({transactions})"
    ).fetchone()
    return Contents(*(row or (0, 0, None, None)))
