"""Writing single records by hand or over the API, so that the figures follow."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import Model

from customers.facts.months import months_of
from customers.models import Branch, Customer, Transaction
from customers.operations.facts import MOST_VALUES, mark_facts_stale

# What the snapshot's transactions hold of a row, and how they are found by such rows.
HELD: dict[type[Model], tuple[str, tuple[str, ...]]] = {
    Transaction: ("pk", ("customer_id", "branch_id", "claimed_on", "burnt_on", "amount")),
    Branch: ("branch", ("merchant_id", "city_id")),
    Customer: ("customer", ("city_id",)),
}


@contextmanager
def changing_records(model: type[Model], *rows: Model, by: str) -> Iterator[list[Model]]:
    """Save or delete rows of one model in this block; the figures are marked stale with them.

    Yields the list of the rows, to which a row that is made in the block has to be added. `by`
    is who writes, for the reason that is noted. All of it is one transaction.
    """
    changed = list(rows)
    many = len(changed) > MOST_VALUES
    with transaction.atomic():
        pks = set() if many else _keys(changed)
        before, months = _held(model, pks), _months(model, pks)
        yield changed
        pks = set() if many else pks | _keys(changed)
        after = _held(model, pks)
        other = {pk for pk in pks if before.get(pk) != after.get(pk)}
        touched = months | _months(model, other) if other else set()
        mark_facts_stale(
            f"{by}: {model._meta.verbose_name_plural}",
            months=None if many else touched,
            customers=model is Customer,
        )


def _keys(rows: Iterable[Model]) -> set[Any]:
    return {row.pk for row in rows if row.pk is not None}


def _held(model: type[Model], pks: set[Any]) -> dict[Any, list[Any]]:
    if model not in HELD:
        return {}
    # The lock keeps coupons of a month that is not noted here from coming in meanwhile: a new
    # coupon waits for the lock on its customer and its branch, and notes its month after this.
    rows = model._base_manager.select_for_update().filter(pk__in=pks)
    return {pk: held for pk, *held in rows.values_list("pk", *HELD[model][1])}


def _months(model: type[Model], pks: set[Any]) -> set[str]:
    if model not in HELD:
        return set()
    return months_of(Transaction.objects.filter(**{f"{HELD[model][0]}__in": pks}))
