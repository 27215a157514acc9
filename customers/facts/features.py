"""The feature matrix: one row for each customer who was active by a day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
import pandas as pd

from customers.facts.catalogue import CATALOGUE, DEFAULT_FEATURES, Feature
from customers.facts.query import open_facts
from customers.models import FactsVersion

# Joined only where a feature asks for it, as it reads all transactions once more.
FAVOURITE = """
    JOIN (
        SELECT customer_id, max(claims) AS claims
        FROM (
            SELECT customer_id, count(*) AS claims FROM transactions
            WHERE claimed_on <= $as_of GROUP BY customer_id, merchant_id
        )
        GROUP BY customer_id
    ) AS favourite USING (customer_id)
"""


# The customers who are asked for: everything after it reads their rows only.
OF_ONE = "transactions AS (SELECT * FROM main.transactions WHERE customer_id = $customer),"
OF_FIRST = """
    transactions AS (
        SELECT * FROM main.transactions
        WHERE customer_id IN (SELECT id FROM main.customers ORDER BY id LIMIT $first)
    ),
"""


def customer_features(
    version: FactsVersion,
    *,
    as_of: date,
    names: Sequence[str] = DEFAULT_FEATURES,
    customer: int | None = None,
    first: int | None = None,
) -> pd.DataFrame:
    """The features asked for as float64, with the customer's primary key as index.

    Only what had happened by the evening of `as_of` counts: coupons claimed later are unknown,
    and coupons burnt later are still outstanding. Customers without a transaction by then have
    no row. Rows are in the order of the primary key. NaN, only in features with a rule for it,
    is a value that a customer does not have. With the primary key of a `customer` only theirs, with
    `first` only those of so many customers with the lowest keys: in a fraction of a second. Raises
    KeyError for a name not in the catalogue.
    """
    of = {"customer": customer, "first": first}
    asked = {"as_of": as_of} | {name: value for name, value in of.items() if value is not None}
    passes = _passes(names) if len(asked) == 1 else [[CATALOGUE[name] for name in names]]
    with open_facts(version) as db:
        counted = [_count(db, features, asked) for features in passes]
    return pd.concat(counted, axis=1)[list(names)]


def _passes(names: Sequence[str]) -> list[list[Feature]]:
    """Which features are counted together: all but the heavy ones, which together need too much."""
    features = [CATALOGUE[name] for name in names]
    heavy = [[feature] for feature in features if feature.is_heavy]
    light = [feature for feature in features if not feature.is_heavy]
    return [light, *heavy] if light or not heavy else heavy


def _count(
    db: duckdb.DuckDBPyConnection, features: Sequence[Feature], asked: Mapping[str, Any]
) -> pd.DataFrame:
    columns = [f"CAST({f.expression} AS DOUBLE) AS {f.name}" for f in features]
    joined = FAVOURITE if any("favourite." in f.expression for f in features) else ""
    only = OF_ONE if "customer" in asked else OF_FIRST if "first" in asked else ""
    query = f"""
        WITH {only} past AS (
            SELECT *, CASE WHEN burnt_on <= $as_of THEN burnt_on END AS burnt_by
            FROM transactions WHERE claimed_on <= $as_of
        )
        SELECT {", ".join(["customer_id", *columns])}
        FROM past JOIN customers AS customer ON customer.id = customer_id {joined}
        GROUP BY customer_id ORDER BY customer_id
    """
    return db.execute(query, asked).df().set_index("customer_id")


def never_active(version: FactsVersion, *, as_of: date) -> int:
    """Customers who had joined but had no transaction by the evening of that day."""
    query = """
        SELECT count(*) FROM customers
        WHERE (joined_on <= $as_of OR joined_on IS NULL)
            AND id NOT IN (SELECT customer_id FROM transactions WHERE claimed_on <= $as_of)
    """
    with open_facts(version) as db:
        row = db.execute(query, {"as_of": as_of}).fetchone()
    return int(row[0]) if row else 0
