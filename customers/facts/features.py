"""The feature matrix: one row for each customer who was active by a day."""

from datetime import date

import pandas as pd

from customers.facts.catalogue import FEATURES
from customers.facts.query import open_facts
from customers.models import FactsVersion


def customer_features(version: FactsVersion, *, as_of: date) -> pd.DataFrame:
    """Every feature of the catalogue as float64, with the customer's primary key as index.

    Only what had happened by the evening of `as_of` counts: coupons claimed later are unknown,
    and coupons burnt later are still outstanding. Customers without a transaction by then have
    no row. Rows are in the order of the primary key.
    """
    columns = ", ".join(f"CAST({f.expression} AS DOUBLE) AS {f.name}" for f in FEATURES)
    query = f"""
        WITH past AS (
            SELECT *, CASE WHEN burnt_on <= $as_of THEN burnt_on END AS burnt_by
            FROM transactions WHERE claimed_on <= $as_of
        )
        SELECT customer_id, {columns}
        FROM past JOIN customers AS customer ON customer.id = customer_id
        GROUP BY customer_id ORDER BY customer_id
    """
    with open_facts(version) as db:
        return db.execute(query, {"as_of": as_of}).df().set_index("customer_id")


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
