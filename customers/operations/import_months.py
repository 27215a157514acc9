"""Which months of the figures an import touches."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from customers.facts.months import months_of
from customers.importing.read import RawSheet
from customers.models import Transaction

MOST_MOVES = 10_000  # from so many on, all months are as quickly made anew


@dataclass(frozen=True)
class Touched:
    """What an import is about to change that the figures are made of."""

    months: frozenset[str]  # of the coupons that are new or change, as YYYY-MM
    customers: list[int]  # the ids of those whose city changes
    branches: list[int]  # the ids of those that change


def touched(db: duckdb.DuckDBPyConnection, raw: Mapping[str, RawSheet]) -> Touched:
    """Ask the plan, before its rows are loaded."""
    moved = "is_changed AND city IS DISTINCT FROM old_city"
    may_move = "customers" in raw and "city_id" in raw["customers"].given
    return Touched(
        months=_months(db) if "transactions" in raw else frozenset(),
        customers=_ids(db, "customers", moved) if may_move else [],
        branches=_ids(db, "branches", "is_changed") if "branches" in raw else [],
    )


def changed_months(before: Touched) -> set[str] | None:
    """The months whose figures differ after the load, in its transaction; None: perhaps any.

    A coupon's figures name its merchant and city, so those of moved customers and branches count.
    The load has locked these, so that no coupon of theirs comes in unseen.
    """
    if len(before.customers) + len(before.branches) > MOST_MOVES:
        return None
    theirs = Transaction.objects.filter(customer__in=before.customers)
    there = Transaction.objects.filter(branch__in=before.branches)
    return set(before.months) | months_of(theirs) | months_of(there)


def _months(db: duckdb.DuckDBPyConnection) -> frozenset[str]:
    months = db.execute(
        "SELECT DISTINCT strftime(day, '%Y-%m') FROM ("
        " SELECT claimed_on AS day FROM plan_transactions WHERE is_new OR is_changed"
        " UNION SELECT old_claimed_on FROM plan_transactions WHERE is_changed)"
    ).fetchall()
    return frozenset(month for (month,) in months)


def _ids(db: duckdb.DuckDBPyConnection, table: str, condition: str) -> list[int]:
    """So many ids that it is clear whether there are too many."""
    query = f"SELECT id FROM plan_{table} WHERE {condition} LIMIT {MOST_MOVES + 1}"
    return [int(pk) for (pk,) in db.execute(query).fetchall()]
