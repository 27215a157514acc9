"""Asking DuckDB for one number."""

import duckdb


def scalar(db: duckdb.DuckDBPyConnection, query: str) -> int:
    """The one number that a query gives."""
    row = db.execute(query).fetchone()
    return int(row[0]) if row else 0
