"""What is known about a customer on a day, counted from the record of coupons."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from customers.facts.catalogue import CATALOGUE, INDICATORS
from customers.facts.features import customer_features, never_active
from customers.models import Customer, Transaction
from customers.operations.facts import refresh_facts
from tests.factories import (
    make_branch,
    make_city,
    make_customer,
    make_history,
    make_transaction,
)

pytestmark = pytest.mark.django_db


def features_of(customer: Customer, *, as_of: date) -> dict[str, float]:
    table = customer_features(refresh_facts(), as_of=as_of)
    return table.loc[customer.pk].to_dict()


def make_shopper() -> Customer:
    """Three coupons: two at a branch in Giza, one of them burnt, and one at a branch of no city.

    She lives in Cairo and burns the last coupon on 5 April.
    """
    in_giza, nowhere = make_branch(city=make_city()), make_branch()
    her = make_customer(gender="Female", city=make_city())
    for branch, claimed_on, burnt_on in [
        (in_giza, date(2024, 3, 1), date(2024, 3, 10)),
        (in_giza, date(2024, 3, 5), None),
        (nowhere, date(2024, 3, 20), date(2024, 4, 5)),
    ]:
        make_transaction(customer=her, branch=branch, claimed_on=claimed_on, burnt_on=burnt_on)
    return her


@pytest.mark.parametrize(
    ("as_of", "recency", "frequency", "burn_rate", "merchants", "cities"),
    [
        (date(2024, 3, 3), 2, 1, 0, 1, 1),  # nothing is burnt yet
        (date(2024, 3, 12), 2, 2, 1 / 2, 1, 1),  # the last act is the burn of the 10th
        (date(2024, 3, 31), 11, 3, 1 / 3, 2, 2),  # the coupon of the 20th is outstanding
        (date(2024, 4, 10), 5, 3, 2 / 3, 2, 2),  # the last act is the burn of the 5th
    ],
)
def test_features_worked_out_on_paper(
    as_of: date, recency: int, frequency: int, burn_rate: float, merchants: int, cities: int
) -> None:
    assert features_of(make_shopper(), as_of=as_of) == {
        "recency_days": recency,
        "transaction_frequency": frequency,
        "burn_rate": pytest.approx(burn_rate),
        "merchant_frequency": merchants,
        "city_frequency": cities,
        "gender_name_Female": 1,
        "gender_name_Male": 0,
    }


@pytest.mark.parametrize(("gender", "female", "male"), [("Male", 0, 1), ("Unknown", 0, 0)])
def test_an_unknown_gender_is_neither(gender: str, female: int, male: int) -> None:
    row = make_transaction(customer=make_customer(gender=gender))
    found = features_of(row.customer, as_of=row.claimed_on)
    assert (found["gender_name_Female"], found["gender_name_Male"]) == (female, male)


def test_a_coupon_without_any_city_counts_for_no_city() -> None:
    row = make_transaction()
    assert features_of(row.customer, as_of=row.claimed_on)["city_frequency"] == 0


def test_two_branches_of_a_merchant_are_one_merchant() -> None:
    first = make_transaction()
    branch = make_branch(merchant=first.branch.merchant)
    make_transaction(customer=first.customer, branch=branch)
    assert features_of(first.customer, as_of=first.claimed_on)["merchant_frequency"] == 1


def test_customers_without_a_coupon_by_then_have_no_row() -> None:
    early = make_transaction(claimed_on=date(2024, 3, 1))
    make_transaction(claimed_on=date(2024, 3, 2))
    make_customer()
    version = refresh_facts()
    assert list(customer_features(version, as_of=date(2024, 3, 1)).index) == [early.customer_id]
    assert never_active(version, as_of=date(2024, 3, 1)) == 2
    assert never_active(version, as_of=date(2024, 3, 2)) == 1


@pytest.mark.parametrize(
    ("joined_on", "counted"),
    [(None, 1), (date(2024, 3, 1), 1), (date(2024, 3, 2), 0)],
)
def test_only_who_had_joined_by_then_was_never_active(joined_on: date | None, counted: int) -> None:
    make_customer(joined_on=joined_on)
    make_transaction(claimed_on=date(2024, 3, 1))
    assert never_active(refresh_facts(), as_of=date(2024, 3, 1)) == counted


def test_features_are_numbers_in_the_order_of_the_catalogue() -> None:
    make_history(customers=5, transactions=20)
    table = customer_features(refresh_facts(), as_of=date(2024, 12, 31))
    assert list(table.columns) == list(CATALOGUE)
    assert set(table.dtypes) == {np.dtype(float)}
    assert table.index.is_monotonic_increasing
    assert {"gender_name_Female", "gender_name_Male"} == INDICATORS


@pytest.mark.parametrize("as_of", [date(2024, 2, 15), date(2024, 12, 31)])
@pytest.mark.parametrize("seed", [1, 2])
def test_features_equal_an_independent_count(seed: int, as_of: date) -> None:
    make_history(seed=seed)
    found = customer_features(refresh_facts(), as_of=as_of)
    expected = counted_with_pandas(pd.Timestamp(as_of))
    pd.testing.assert_frame_equal(found, expected, check_names=False)


def counted_with_pandas(as_of: pd.Timestamp) -> pd.DataFrame:
    """The same features, counted customer by customer from the rows of the database."""
    fields = {
        "customer_id": "customer",
        "customer__gender": "gender",
        "customer__city": "own_city",
        "branch__city": "branch_city",
        "branch__merchant": "merchant",
        "claimed_on": "claimed",
        "burnt_on": "burnt",
    }
    rows = pd.DataFrame(Transaction.objects.values(*fields)).rename(columns=fields)
    rows["claimed"], rows["burnt"] = pd.to_datetime(rows["claimed"]), pd.to_datetime(rows["burnt"])
    past = rows[rows["claimed"] <= as_of]
    counted = {customer: _count(own, as_of) for customer, own in past.groupby("customer")}
    return pd.DataFrame.from_dict(counted, orient="index").astype(float)


def _count(own: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, float]:
    burns = own["burnt"][own["burnt"] <= as_of]
    return {
        "recency_days": (as_of - max([own["claimed"].max(), *burns])).days,
        "transaction_frequency": len(own),
        "burn_rate": len(burns) / len(own),
        "merchant_frequency": own["merchant"].nunique(),
        "city_frequency": own["branch_city"].fillna(own["own_city"]).nunique(),
        "gender_name_Female": (own["gender"] == "Female").iloc[0],
        "gender_name_Male": (own["gender"] == "Male").iloc[0],
    }
