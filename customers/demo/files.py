"""Writes the tables of the demo data as CSV files."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from customers.demo.archetypes import ARCHETYPES
from customers.demo.history import COUPON_NAMES, History
from customers.demo.people import FEMALE, MALE, People
from customers.demo.places import CITIES
from customers.demo.shops import MERCHANTS, Branches, branch_names

CUSTOMERS = """
    SELECT
        customer_id,
        $start + joined::INTEGER AS join_date,
        CASE WHEN city_known THEN home + 1 END AS city_id,
        nullif(gender, 0) AS gender_id,
        accepts_marketing
    FROM columns
"""
TRUTH = "SELECT customer_id, $archetypes[archetype + 1] AS archetype FROM columns"
TRANSACTIONS = """
    SELECT
        transaction_id,
        customer + 1 AS customer_id,
        $start + claimed::INTEGER AS transaction_date,
        CASE WHEN burnt >= 0 THEN 'burnt' ELSE 'claimed' END AS transaction_status,
        $coupons[coupon + 1] AS coupon_name,
        CASE WHEN burnt >= 0 THEN $start + burnt::INTEGER END AS burn_date,
        branch + 1 AS branch_id,
        CASE WHEN burnt >= 0 THEN (piastres / 100)::DECIMAL(12, 2) END AS amount
    FROM columns
"""


def write_people(folder: Path, people: People, start: date) -> None:
    """Writes customers.csv, and who is of which archetype to truth.csv."""
    columns = {"customer_id": _ids(len(people)), **vars(people)}
    archetypes = [archetype.name for archetype in ARCHETYPES]
    _write_query(folder / "customers.csv", CUSTOMERS, columns, start=start)
    _write_query(folder / "truth.csv", TRUTH, columns, archetypes=archetypes)


def write_history(folder: Path, history: History, start: date) -> None:
    """Writes transactions.csv, with ids that increase with the date."""
    columns = {"transaction_id": _ids(len(history)), **vars(history)}
    path = folder / "transactions.csv"
    _write_query(path, TRANSACTIONS, columns, start=start, coupons=COUPON_NAMES)


def write_places(folder: Path, branches: Branches) -> None:
    """Writes genders.csv, cities.csv, merchants.csv and branches.csv."""
    _write_rows(
        folder / "genders.csv", ("gender_id", "gender_name"), [(MALE, "Male"), (FEMALE, "Female")]
    )
    _write_rows(
        folder / "cities.csv",
        ("city_id", "city_name", "latitude", "longitude"),
        [(n, city.name, city.latitude, city.longitude) for n, city in enumerate(CITIES, start=1)],
    )
    _write_rows(
        folder / "merchants.csv", ("merchant_id", "merchant_name"), enumerate(MERCHANTS, start=1)
    )
    _write_rows(
        folder / "branches.csv",
        ("branch_id", "branch_name", "merchant_id", "city_id"),
        zip(
            _ids(len(branches.city)),
            branch_names(branches),
            branches.merchant + 1,
            branches.city + 1,
            strict=True,
        ),
    )


def _ids(rows: int) -> NDArray[np.int32]:
    return np.arange(1, rows + 1, dtype=np.int32)


def _write_query(
    path: Path, query: str, columns: Mapping[str, NDArray[Any]], **parameters: Any
) -> None:
    # The rows stay in order whatever the number of threads: that is DuckDB's default.
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.register("columns", dict(columns))
        connection.execute(
            f"COPY ({query}) TO $path (FORMAT csv, HEADER)", {"path": str(path), **parameters}
        )


def _write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
