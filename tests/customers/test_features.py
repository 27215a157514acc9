"""What is known about a customer on a day, counted from the record of coupons."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
import pytest
from django.db.models import F

from customers.facts.catalogue import CATALOGUE, DEFAULT_FEATURES, MISSING_RULES
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


EXTENDED = tuple(name for name in CATALOGUE if name not in DEFAULT_FEATURES)


def features_of(
    customer: Customer, *, as_of: date, names: Sequence[str] = DEFAULT_FEATURES
) -> dict[str, float]:
    table = customer_features(refresh_facts(), as_of=as_of, names=names)
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


def make_regular() -> Customer:
    """Joined on 10 January; three coupons at two branches of a merchant and one at another."""
    here, other = make_branch(), make_branch()
    there = make_branch(merchant=here.merchant)
    him = make_customer(joined_on=date(2024, 1, 10))
    for branch, claimed_on, burnt_on, amount in [
        (here, date(2024, 3, 2), date(2024, 3, 5), "40.10"),  # a Saturday
        (here, date(2024, 3, 31), date(2024, 4, 10), "20.20"),  # a Sunday
        (there, date(2024, 6, 10), date(2024, 6, 10), None),  # a Monday
        (other, date(2024, 6, 18), date(2024, 7, 20), "99.00"),  # a Tuesday
    ]:
        make_transaction(
            customer=him, branch=branch, claimed_on=claimed_on, burnt_on=burnt_on, amount=amount
        )
    return him


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        # One coupon, burnt only the day after.
        (date(2024, 3, 4), (54, 30.44 / 54, 1, None, 1, 1, 1, 1, None, None)),
        # Two in the 90 days from 2 April, two before; burnt after 0, 3 and 10 days; one not yet.
        (date(2024, 6, 30), (172, 4 * 30.44 / 172, 0, 3, 1, 3 / 4, 3, 2 / 4, 30.15, 60.3)),
        # Two in the 90 days from 4 June, one in those from 6 March; the last burnt after 32 days.
        (date(2024, 9, 1), (235, 4 * 30.44 / 235, 1 / 3, 6.5, 0, 3 / 4, 3, 2 / 4, 53.1, 159.3)),
        # None in the 90 days from 1 July, two before.
        (date(2024, 9, 28), (262, 4 * 30.44 / 262, -1, 6.5, 0, 3 / 4, 3, 2 / 4, 53.1, 159.3)),
        # None in the 180 days before: as before.
        (date(2025, 1, 10), (366, 4 * 30.44 / 366, 0, 6.5, 0, 3 / 4, 3, 2 / 4, 53.1, 159.3)),
    ],
)
def test_extended_features_worked_out_on_paper(
    as_of: date, expected: tuple[float | None, ...]
) -> None:
    found = features_of(make_regular(), as_of=as_of, names=EXTENDED)
    numbers = [np.nan if value is None else value for value in expected]
    assert found == pytest.approx(dict(zip(EXTENDED, numbers, strict=True)), nan_ok=True)


@pytest.mark.parametrize(
    ("joined_on", "days"),
    [
        (date(2024, 2, 1), 59),
        (None, 30),
        (date(2024, 3, 20), 30),  # joined after the first claim
        (date(2024, 5, 1), 30),  # joined after the as-of date
    ],
)
def test_a_customer_counts_from_joining_or_the_first_claim(
    joined_on: date | None, days: int
) -> None:
    row = make_transaction(customer=make_customer(joined_on=joined_on), claimed_on=date(2024, 3, 1))
    found = features_of(row.customer, as_of=date(2024, 3, 31), names=["tenure_days"])
    assert found == {"tenure_days": days}


def test_a_month_is_the_least_that_claims_are_divided_by() -> None:
    row = make_transaction(customer=make_customer(joined_on=None))
    found = features_of(row.customer, as_of=row.claimed_on, names=EXTENDED)
    assert (found["tenure_days"], found["claims_per_month"]) == (0, 1)


@pytest.mark.parametrize(
    ("claimed_on", "trend"),
    [(date(2024, 4, 2), 1), (date(2024, 4, 1), -1), (date(2024, 1, 3), -1), (date(2024, 1, 2), 0)],
)
def test_the_trend_compares_90_days_with_the_90_before(claimed_on: date, trend: int) -> None:
    row = make_transaction(claimed_on=claimed_on)
    found = features_of(row.customer, as_of=date(2024, 6, 30), names=["trend"])
    assert found == {"trend": trend}


def test_an_amount_counts_only_once_the_coupon_is_burnt() -> None:
    row = make_transaction(amount=50)
    burnt_on = date(2024, 4, 1)
    make_transaction(customer=row.customer, burnt_on=burnt_on, amount=0)
    found = features_of(row.customer, as_of=burnt_on, names=["amount_total", "amount_per_burn"])
    assert found == {"amount_total": 0, "amount_per_burn": 0}


@pytest.mark.parametrize(
    "names", [DEFAULT_FEATURES, ("branch_frequency", "trend", "days_to_burn"), ("days_to_burn",)]
)
def test_only_the_features_asked_for_are_there_in_that_order(names: tuple[str, ...]) -> None:
    make_history(customers=5, transactions=20)
    table = customer_features(refresh_facts(), as_of=date(2024, 12, 31), names=names)
    assert tuple(table.columns) == names
    assert set(table.dtypes) == {np.dtype(float)}
    assert table.index.is_monotonic_increasing


def test_a_feature_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError, match="shoe_size"):
        customer_features(refresh_facts(), as_of=date(2024, 12, 31), names=["shoe_size"])


def test_a_value_is_missing_only_where_there_is_a_rule_for_it() -> None:
    make_history()
    table = customer_features(refresh_facts(), as_of=date(2024, 3, 1), names=list(CATALOGUE))
    missing = table.columns[table.isna().any()]
    assert set(missing) == {"days_to_burn", "amount_per_burn", "amount_total"} == {*MISSING_RULES}


@pytest.mark.parametrize("as_of", [date(2024, 2, 15), date(2024, 12, 31)])
@pytest.mark.parametrize("seed", [1, 2])
def test_features_equal_an_independent_count(seed: int, as_of: date) -> None:
    make_history(seed=seed)
    Transaction.objects.alias(odd=F("pk") % 2).filter(odd=1).update(amount=F("pk") % 50)
    found = customer_features(refresh_facts(), as_of=as_of, names=list(CATALOGUE))
    expected = counted_with_pandas(pd.Timestamp(as_of))
    pd.testing.assert_frame_equal(found, expected, check_names=False)


def counted_with_pandas(as_of: pd.Timestamp) -> pd.DataFrame:
    """The same features, counted customer by customer from the rows of the database."""
    fields = {
        "customer_id": "customer",
        "customer__gender": "gender",
        "customer__city": "own_city",
        "customer__joined_on": "joined",
        "branch__city": "branch_city",
        "branch": "branch",
        "branch__merchant": "merchant",
        "claimed_on": "claimed",
        "burnt_on": "burnt",
        "amount": "amount",
    }
    rows = pd.DataFrame(Transaction.objects.values(*fields)).rename(columns=fields)
    for day in ("claimed", "burnt", "joined"):
        rows[day] = pd.to_datetime(rows[day])
    rows["amount"] = rows["amount"].astype(float)
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
        **_count_further(own, own.loc[burns.index], as_of),
    }


def _count_further(own: pd.DataFrame, burnt: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, float]:
    tenure = (as_of - min(own["joined"].iloc[0], own["claimed"].min())).days
    age = (as_of - own["claimed"]).dt.days
    recent, before = (age < 90).sum(), age.between(90, 179).sum()
    return {
        "tenure_days": tenure,
        "claims_per_month": len(own) / max(tenure / 30.44, 1),
        "trend": (recent - before) / (recent + before) if recent + before else 0,
        "days_to_burn": (burnt["burnt"] - burnt["claimed"]).dt.days.median(),
        "outstanding": len(own) - len(burnt),
        "favourite_merchant_share": own["merchant"].value_counts().max() / len(own),
        "branch_frequency": own["branch"].nunique(),
        "weekend_share": (own["claimed"].dt.day_of_week >= 5).mean(),
        "amount_per_burn": burnt["amount"].mean(),
        "amount_total": burnt["amount"].sum(min_count=1),
    }


def test_one_customer_alone_has_the_same_values_as_among_all() -> None:
    make_history(customers=40, transactions=300)
    version, day, names = refresh_facts(), date(2024, 5, 31), tuple(CATALOGUE)
    together = customer_features(version, as_of=day, names=names)
    for pk in together.index[:5]:
        alone = customer_features(version, as_of=day, names=names, customer=int(pk))
        pd.testing.assert_frame_equal(alone, together.loc[[pk]])


def test_one_customer_without_a_claim_has_no_row() -> None:
    her = make_customer()
    make_transaction()
    found = customer_features(refresh_facts(), as_of=date(2024, 5, 31), customer=her.pk)
    assert found.empty
