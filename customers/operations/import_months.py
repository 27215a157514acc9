"""Which months of the figures an import and its undoing touch."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import duckdb

from customers.bulk import quoted, select
from customers.facts.months import months_of
from customers.importing.load import STAGED
from customers.importing.read import RawSheet
from customers.importing.tables import BRANCHES, CUSTOMERS, TRANSACTIONS, Table
from customers.models import DataImport, Transaction

MOST_MOVES = 10_000  # from so many on, all months are as quickly made anew


@dataclass(frozen=True)
class Touched:
    """What is about to change that the figures are made of."""

    # Of the coupons that are new, change or go, as YYYY-MM.
    months: frozenset[str] = frozenset()
    customers: list[int] = field(default_factory=list)  # the ids of those whose city changes
    branches: list[int] = field(default_factory=list)  # the ids of those that change

    def __or__(self, other: "Touched") -> "Touched":
        return Touched(
            self.months | other.months,
            self.customers + other.customers,
            self.branches + other.branches,
        )


def touched(db: duckdb.DuckDBPyConnection, raw: Mapping[str, RawSheet]) -> Touched:
    """Ask the plan, before its rows are loaded."""
    moved = "is_changed AND city IS DISTINCT FROM old_city"
    may_move = "customers" in raw and "city_id" in raw["customers"].given
    return Touched(
        months=_months(db) if "transactions" in raw else frozenset(),
        customers=_ids(db, "customers", moved) if may_move else [],
        branches=_ids(db, "branches", "is_changed") if "branches" in raw else [],
    )


def touched_by_restoring(table: Table, columns: Collection[str]) -> Touched:
    """Ask the staged old values and the rows that they will overwrite, in the same transaction."""
    rows = f"{STAGED} s JOIN {quoted(table.model._meta.db_table)} t USING (id)"
    if table is TRANSACTIONS:
        days = select(f"SELECT t.claimed_on FROM {rows} UNION SELECT claimed_on FROM {STAGED}")
        return Touched(months=frozenset(str(day)[:7] for (day,) in days))
    if table is BRANCHES:
        return Touched(branches=_first_of(f"SELECT id FROM {STAGED}"))
    if table is CUSTOMERS and "city_id" in columns:
        moved = "coalesce(s.city_id, 0) <> coalesce(t.city_id, 0)"
        return Touched(customers=_first_of(f"SELECT t.id FROM {rows} WHERE {moved}"))
    return Touched()


def touched_by_removing(data_import: DataImport) -> Touched:
    """Ask the coupons that an import created, before they are removed."""
    if not data_import.tables["transactions"]["created"]:
        return Touched()
    created = Transaction.objects.filter(created_in=data_import)
    return Touched(months=frozenset(months_of(created)))


def changed_months(before: Touched) -> set[str] | None:
    """The months whose figures differ after the change, in its transaction; None: perhaps any.

    A coupon's figures name its merchant and city, so those of moved customers and branches count.
    Load and undo have locked these, so that no coupon of theirs comes in unseen.
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


def _first_of(query: str) -> list[int]:
    """The same of an SQL query."""
    return [int(pk) for (pk,) in select(f"{query} LIMIT {MOST_MOVES + 1}")]
