"""The questions to the figures as a person would ask them of one Parquet file, in DuckDB."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

ONE_FILE = """
    COPY (
        SELECT t.customer_id, transaction_date, burn_date, merchant_id, b.city_id, gender_name
        FROM read_csv($transactions) AS t JOIN read_csv($branches) AS b USING (branch_id)
        JOIN read_csv($customers) AS c ON c.customer_id = t.customer_id
        LEFT JOIN read_csv($genders) AS g USING (gender_id)
    ) TO $path (FORMAT parquet)
"""
FEATURES = """
    SELECT customer_id,
        date_diff(
            'day', max(coalesce(CASE WHEN burn_date <= $day THEN burn_date END, transaction_date)),
            $day
        ),
        count(*), count(CASE WHEN burn_date <= $day THEN 1 END) / count(*),
        count(DISTINCT merchant_id), count(DISTINCT city_id),
        any_value(coalesce(gender_name, '')) = 'Female',
        any_value(coalesce(gender_name, '')) = 'Male'
    FROM read_parquet($path) WHERE transaction_date <= $day GROUP BY customer_id
"""
LAST_DAY = "SELECT max(greatest(transaction_date, burn_date)) FROM read_parquet($path)"
MONTHS = """
    SELECT date_trunc('month', day), sum(claim), sum(burn) FROM (
        SELECT transaction_date AS day, 1 AS claim, 0 AS burn FROM read_parquet($path)
        UNION ALL
        SELECT burn_date, 0, 1 FROM read_parquet($path) WHERE burn_date IS NOT NULL
    ) GROUP BY ALL ORDER BY ALL
"""


def write_one_file(data: Path, path: Path) -> None:
    """Join the generated files to one Parquet file."""
    names = ("transactions", "branches", "customers", "genders")
    files = {name: str(data / f"{name}.csv") for name in names}
    duckdb.execute(ONE_FILE, files | {"path": str(path)})


def feature_matrix(path: Path, day: date) -> pd.DataFrame:
    """The features of the catalogue as of a day, by customer."""
    found = duckdb.execute(FEATURES, {"path": str(path), "day": day})
    return found.df().set_index("customer_id").astype(float)


def last_day(path: Path) -> date:
    """The last day with activity."""
    row = duckdb.execute(LAST_DAY, {"path": str(path)}).fetchone()
    assert row is not None
    day: date = row[0]
    return day


def claims_and_burns(path: Path) -> list[tuple[Any, ...]]:
    """Month, claims, burns."""
    return duckdb.execute(MONTHS, {"path": str(path)}).fetchall()
