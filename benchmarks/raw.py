"""The plain tools that loading is measured against: COPY and executemany, checking nothing.

Both copy the generated files themselves. The ids of the demo data count from 1 in the order of the
files, which are the primary keys that an empty table gives its rows, so the external ids that stand
for references already are the foreign keys and nobody has to resolve them. Only customers.csv is
rewritten beforehand: the table holds the gender in words, the file its number. The tables are
those of the product, made by its migrations, with every index, check and foreign key.
"""

import csv
import sqlite3
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import duckdb
import psycopg

# In the order of the files' columns.
COLUMNS = {
    "cities": ("customers_city", "external_id, name, latitude, longitude"),
    "merchants": ("customers_merchant", "external_id, name"),
    "branches": ("customers_branch", "external_id, name, merchant_id, city_id"),
    "customers": (
        "customers_customer",
        "external_id, joined_on, city_id, gender, accepts_marketing",
    ),
    "transactions": (
        "customers_transaction",
        "external_id, customer_id, claimed_on, status, coupon_name, burnt_on, branch_id, amount",
    ),
}
CUSTOMERS = """
    COPY (
        SELECT customer_id, join_date, city_id, coalesce(gender_name, 'Unknown'),
            accepts_marketing::TINYINT
        FROM read_csv($customers) LEFT JOIN read_csv($genders) USING (gender_id)
        ORDER BY customer_id
    ) TO $path (FORMAT csv, HEADER)
"""
NUMBERS: dict[str, Callable[[str], str | float]] = {
    "customer_id": int,
    "branch_id": int,
    "merchant_id": int,
    "city_id": int,
    "latitude": float,
    "longitude": float,
    "amount": float,
    "accepts_marketing": int,
}
BLOCK_BYTES = 1 << 20


def with_genders(data: Path, path: Path) -> None:
    """Write the customers as their table holds them."""
    files = {"customers": str(data / "customers.csv"), "genders": str(data / "genders.csv")}
    duckdb.execute(CUSTOMERS, files | {"path": str(path)})


def copy_all(database: psycopg.Connection, data: Path, customers: Path) -> dict[str, float]:
    """COPY every file into PostgreSQL: {table: seconds with its commit}.

    The commit belongs to it, because that is when foreign keys are checked.
    """
    took = {}
    for name in COLUMNS:
        path = customers if name == "customers" else data / f"{name}.csv"
        began = perf_counter()
        with database.transaction():
            _copy(database, name, path)
        took[name] = perf_counter() - began
    return took


def _copy(database: psycopg.Connection, name: str, path: Path) -> None:
    table, columns = COLUMNS[name]
    # No coupon is without a name, so that every empty field is a NULL.
    statement = f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv, HEADER true)"
    with database.cursor() as cursor, path.open("rb") as file, cursor.copy(statement) as copy:
        while block := file.read(BLOCK_BYTES):
            copy.write(block)


def insert_all(database: sqlite3.Connection, data: Path, customers: Path) -> dict[str, float]:
    """`executemany` of every file into SQLite, parsed beforehand: {table: seconds with commit}."""
    took = {}
    for name, (table, columns) in COLUMNS.items():
        path = customers if name == "customers" else data / f"{name}.csv"
        rows = _parsed(path, columns.split(", "))
        places = ", ".join("?" * len(rows[0]))
        began = perf_counter()
        database.execute("BEGIN IMMEDIATE")
        database.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)
        database.execute("COMMIT")
        took[name] = perf_counter() - began
    return took


def _parsed(path: Path, columns: list[str]) -> list[list[str | float | None]]:
    kinds = [NUMBERS.get(column, str) for column in columns]
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        return [
            [kind(cell) if cell else None for kind, cell in zip(kinds, row, strict=True)]
            for row in reader
        ]
