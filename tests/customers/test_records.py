"""The database itself refuses records that can't be, and answers what is asked of them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from customers.models import Customer, FactsVersion, Transaction
from tests.factories import (
    make_branch,
    make_city,
    make_customer,
    make_merchant,
    make_transaction,
)

pytestmark = pytest.mark.django_db
MAKERS = [make_branch, make_city, make_customer, make_merchant, make_transaction]
CLAIMED_ON = date(2024, 3, 10)


@pytest.mark.parametrize("make", MAKERS)
def test_an_external_id_occurs_once(make: Callable[..., Any]) -> None:
    make(external_id="7")
    with pytest.raises(IntegrityError), transaction.atomic():
        make(external_id="7")


@pytest.mark.parametrize("make", MAKERS)
def test_an_external_id_is_never_empty(make: Callable[..., Any]) -> None:
    with pytest.raises(IntegrityError, match="external_id_given"), transaction.atomic():
        make(external_id="")


@pytest.mark.parametrize(
    ("constraint", "make", "values"),
    [
        ("city_coordinates_both_or_none", make_city, {"latitude": 30.0}),
        ("city_coordinates_both_or_none", make_city, {"longitude": 31.2}),
        ("city_coordinates_both_or_none", make_city, {"latitude": 90.1, "longitude": 31.2}),
        ("city_coordinates_both_or_none", make_city, {"latitude": 30.0, "longitude": -180.1}),
        ("customer_gender_known", make_customer, {"gender": "female"}),
        ("transaction_burnt_has_burn_date", make_transaction, {"status": "burnt"}),
        (
            "transaction_burnt_has_burn_date",
            make_transaction,
            {"status": "claimed", "burnt_on": date(2024, 3, 2)},
        ),
        ("transaction_burnt_has_burn_date", make_transaction, {"status": "expired"}),
        (
            "transaction_burn_not_before_claim",
            make_transaction,
            {"claimed_on": date(2024, 3, 2), "burnt_on": date(2024, 3, 1)},
        ),
        ("transaction_amount_not_negative", make_transaction, {"amount": "-0.01"}),
    ],
)
def test_a_record_that_cannot_be_is_refused(
    constraint: str, make: Callable[..., Any], values: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make(**values)


def test_edges_of_the_rules_are_allowed() -> None:
    make_city(latitude=-90, longitude=180)
    make_transaction(claimed_on=CLAIMED_ON, burnt_on=CLAIMED_ON, amount=0)
    assert Transaction.objects.count() == 1


def test_one_snapshot_is_current() -> None:
    FactsVersion.objects.create(is_current=True)
    FactsVersion.objects.create(is_current=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        FactsVersion.objects.create(is_current=True)


@pytest.mark.parametrize(
    ("on", "outstanding"),
    [
        (date(2024, 3, 9), False),  # the evening before the claim
        (date(2024, 3, 10), True),  # the day of the claim
        (date(2024, 3, 19), True),
        (date(2024, 3, 20), False),  # the day of the burn
    ],
)
def test_a_coupon_is_outstanding_from_its_claim_until_its_burn(on: date, outstanding: bool) -> None:
    make_transaction(claimed_on=CLAIMED_ON, burnt_on=date(2024, 3, 20))
    assert Transaction.objects.outstanding(on=on).exists() == outstanding


def test_an_unburnt_coupon_stays_outstanding() -> None:
    unburnt = make_transaction(claimed_on=CLAIMED_ON)
    assert Transaction.objects.outstanding(on=date(2034, 3, 10)).get() == unburnt


def test_burnt_coupons_have_a_burn_date() -> None:
    make_transaction()
    burnt = make_transaction(claimed_on=CLAIMED_ON, burnt_on=CLAIMED_ON)
    assert Transaction.objects.burnt().get() == burnt


def test_reachable_customers_accept_marketing() -> None:
    make_customer(accepts_marketing=False)
    reachable = make_customer(accepts_marketing=True)
    assert Customer.objects.reachable().get() == reachable


def test_never_active_customers_have_no_coupon() -> None:
    active, idle = make_customer(), make_customer()
    make_transaction(customer=active)
    make_transaction(customer=active)
    assert Customer.objects.never_active().get() == idle


def test_a_branch_without_a_name_is_called_by_its_merchant() -> None:
    branch = make_branch(name="", external_id="12", merchant=make_merchant(name="Nile Books"))
    assert str(branch) == "Nile Books 12"


def test_places_of_transactions_come_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(3):
        make_transaction(branch=make_branch(city=make_city()))
    with django_assert_num_queries(1):
        for row in Transaction.objects.with_places():
            assert row.customer.pk, (row.branch.merchant.name, row.branch.city.name)
