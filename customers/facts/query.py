"""Asking a snapshot: a DuckDB connection whose tables are the snapshot's files."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from django.conf import settings

from customers.duck import literal, open_duckdb
from customers.facts.folders import is_damaged
from customers.models import FactsVersion

FILES = {
    "cities": "cities.parquet",
    "merchants": "merchants.parquet",
    "branches": "branches.parquet",
    "customers": "customers.parquet",
    "transactions": "transactions/*/*.parquet",
}


class NoFacts(LookupError):
    """Nothing was imported yet, so there are no figures."""


@contextmanager
def open_facts(version: FactsVersion) -> Iterator[duckdb.DuckDBPyConnection]:
    """The snapshot's tables: cities, merchants, branches, customers, transactions.

    `transactions` has customer_id, branch_id, merchant_id, city_id, claimed_on, burnt_on, amount.
    """
    with open_duckdb(spill=settings.DATA_DIR / "duckdb") as db:
        for name, files in FILES.items():
            path = literal(version.folder / files)
            db.execute(f"CREATE VIEW {name} AS FROM read_parquet({path})")
        yield db


def current_facts() -> FactsVersion:
    """The snapshot that pages read. Raises NoFacts before the first import, or if it is gone."""
    version = FactsVersion.objects.current()
    if version is None:
        raise NoFacts("There are no figures yet. Import your customers and coupons first.")
    if is_damaged(version.folder):
        raise NoFacts("The figures have to be made anew. Try again in five minutes.")
    return version
