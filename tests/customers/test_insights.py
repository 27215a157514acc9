"""The figures of the overview: one case worked out on paper, then laws on random records."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db.models import F, Q

from customers.facts import insights
from customers.facts.insights import Activity, Count
from customers.facts.query import open_facts
from customers.models import Customer, Transaction
from customers.operations.facts import refresh_facts
from customers.periods import Period
from tests.factories import (
    make_branch,
    make_city,
    make_customer,
    make_history,
    make_merchant,
    make_transaction,
)

pytestmark = pytest.mark.django_db
MARCH = Period(date(2024, 3, 1), date(2024, 3, 31))
PERIODS = [
    Period(date(2024, 2, 10), date(2024, 2, 29)),  # days
    Period(date(2024, 1, 31), date(2024, 5, 5)),  # weeks, starting in the middle of one
    Period(date(2023, 11, 20), date(2024, 12, 31)),  # months, with empty ones at both ends
]


def ask(question: Callable[..., Any], *asked: object) -> Any:
    """The answer of one insight over a new snapshot."""
    with open_facts(refresh_facts()) as facts:
        return question(facts, *asked)


@pytest.fixture
def one_march() -> None:
    """Three known customers of whom one joined in March, and five coupons.

    Claimed in March: a (burnt after 4 days), b (burnt in April), c (not burnt). Claimed before: d
    (burnt in March after 20 days), e (not burnt). Claimed later: f.
    """
    cairo, giza = make_city(name="Cairo"), make_city(name="Giza")
    books, shoes = make_merchant(name="Books"), make_merchant(name="Shoes")
    downtown = make_branch(name="Downtown", merchant=books, city=cairo)
    mall = make_branch(name="", external_id="m1", merchant=shoes, city=giza)
    her = make_customer(gender="Female", joined_on=date(2024, 1, 15))
    him = make_customer(gender="Male", joined_on=date(2024, 3, 31))
    make_customer(gender="Female", joined_on=None)
    make_customer(gender="Male", joined_on=date(2024, 4, 1))
    for customer, branch, claimed_on, burnt_on in [
        (her, downtown, date(2024, 3, 1), date(2024, 3, 5)),
        (her, downtown, date(2024, 3, 31), date(2024, 4, 1)),
        (him, mall, date(2024, 3, 31), None),
        (her, mall, date(2024, 2, 20), date(2024, 3, 11)),
        (her, mall, date(2024, 2, 29), None),
        (him, mall, date(2024, 4, 1), None),
    ]:
        make_transaction(customer=customer, branch=branch, claimed_on=claimed_on, burnt_on=burnt_on)


@pytest.mark.usefixtures("one_march")
def test_the_totals_of_a_month() -> None:
    totals = ask(insights.totals, MARCH)
    assert totals == insights.Totals(
        customers=3,
        joined=1,
        active=2,
        claims=3,
        burns=2,
        outstanding=3,  # b, c and e
        days_to_burn=12,  # between 4 and 20
    )
    assert totals.burn_rate == pytest.approx(2 / 3)


@pytest.mark.usefixtures("one_march")
def test_a_month_by_days() -> None:
    days = ask(insights.activity_over_time, MARCH)
    assert len(days) == 31
    assert [day for day in days if day.claims or day.burns] == [
        Activity("1 Mar 2024", 1, 0),
        Activity("5 Mar 2024", 0, 1),
        Activity("11 Mar 2024", 0, 1),
        Activity("31 Mar 2024", 2, 0),
    ]


@pytest.mark.usefixtures("one_march")
@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        ("city", [Activity("Cairo", 2, 1), Activity("Giza", 1, 1)]),
        ("merchant", [Activity("Books", 2, 1), Activity("Shoes", 1, 1)]),
        ("branch", [Activity("Downtown", 2, 1), Activity("Shoes m1", 1, 1)]),
    ],
)
def test_a_month_by_place(dimension: str, expected: list[Activity]) -> None:
    assert ask(insights.activity_by, dimension, MARCH) == expected


@pytest.mark.usefixtures("one_march")
def test_active_customers_by_gender() -> None:
    assert ask(insights.active_by_gender, MARCH) == [
        Count("Female", 1),
        Count("Male", 1),
        Count("Unknown", 0),
    ]


@pytest.mark.usefixtures("one_march")
def test_active_customers_by_burns() -> None:
    bands = {band.label: band.customers for band in ask(insights.loyalty, MARCH)}
    assert bands == dict.fromkeys(insights.LOYALTY_BANDS, 0) | {"0": 1, "2": 1}


@pytest.mark.usefixtures("one_march")
def test_customers_joined_by_month() -> None:
    months = ask(insights.joined_over_time, Period(date(2023, 12, 1), date(2024, 7, 31)))
    assert [(month.label, month.customers) for month in months] == [
        ("Dec 2023", 0),
        ("Jan 2024", 1),
        ("Feb 2024", 0),
        ("Mar 2024", 1),
        ("Apr 2024", 1),
        ("May 2024", 0),
        ("Jun 2024", 0),
        ("Jul 2024", 0),
    ]


@pytest.mark.parametrize(
    ("burns", "band"), [(0, "0"), (1, "1"), (5, "5"), (6, "6 to 10"), (10, "6 to 10")]
)
def test_loyalty_bands_have_their_edges(burns: int, band: str) -> None:
    her = make_customer()
    make_transaction(customer=her, claimed_on=MARCH.start)
    for _ in range(burns):
        make_transaction(customer=her, claimed_on=MARCH.start, burnt_on=MARCH.end)
    assert [count.label for count in ask(insights.loyalty, MARCH) if count.customers] == [band]


def test_eleven_burns_are_in_the_last_band() -> None:
    her = make_customer()
    for _ in range(11):
        make_transaction(customer=her, claimed_on=MARCH.start, burnt_on=MARCH.end)
    assert ask(insights.loyalty, MARCH)[-1] == Count("11 and more", 1)


def test_the_ten_largest_places_are_named_and_the_others_summed() -> None:
    for n in range(1, 13):
        branch = make_branch(merchant=make_merchant(name=f"Shop {n:02}"))
        for _ in range(n):
            make_transaction(branch=branch, claimed_on=MARCH.start)
    places = ask(insights.activity_by, "merchant", MARCH)
    assert [place.label for place in places] == [f"Shop {n:02}" for n in range(12, 2, -1)] + [
        insights.OTHER
    ]
    assert places[-1] == Activity(insights.OTHER, 1 + 2, 0)


def test_places_of_the_same_name_stay_apart() -> None:
    for _ in range(2):
        make_transaction(
            branch=make_branch(merchant=make_merchant(name="Books")), claimed_on=MARCH.start
        )
    expected = [Activity("Books", 1, 0)] * 2
    assert ask(insights.activity_by, "merchant", MARCH) == expected


def test_a_coupon_without_a_city_is_of_an_unknown_one() -> None:
    make_transaction(claimed_on=MARCH.start)
    assert ask(insights.activity_by, "city", MARCH) == [Activity("Unknown", 1, 0)]


def test_places_are_in_the_order_of_their_claims() -> None:
    for name, claims, burns in [("Books", 1, 3), ("Shoes", 2, 0), ("Toys", 1, 0)]:
        branch = make_branch(merchant=make_merchant(name=name))
        for _ in range(claims):
            make_transaction(branch=branch, claimed_on=MARCH.start)
        for _ in range(burns):
            make_transaction(branch=branch, claimed_on=date(2024, 2, 1), burnt_on=MARCH.end)
    assert ask(insights.activity_by, "merchant", MARCH) == [
        Activity("Shoes", 2, 0),
        Activity("Books", 1, 3),
        Activity("Toys", 1, 0),
    ]


def test_a_period_without_anything_is_all_zeros() -> None:
    totals = ask(insights.totals, MARCH)
    assert totals == insights.Totals(0, 0, 0, 0, 0, 0, None)
    assert totals.burn_rate is None
    assert ask(insights.activity_by, "city", MARCH) == []
    assert {day.claims + day.burns for day in ask(insights.activity_over_time, MARCH)} == {0}


def test_weeks_begin_on_monday() -> None:
    make_transaction(claimed_on=date(2024, 3, 3))  # a Sunday
    make_transaction(claimed_on=date(2024, 3, 4))
    weeks = ask(insights.activity_over_time, Period(date(2024, 3, 1), date(2024, 5, 1)))
    assert weeks[:2] == [Activity("from 1 Mar", 1, 0), Activity("4 Mar 2024", 1, 0)]


def test_a_month_that_the_period_cuts_says_so() -> None:
    make_transaction(claimed_on=date(2024, 1, 20))
    months = ask(insights.activity_over_time, Period(date(2024, 1, 15), date(2024, 9, 29)))
    assert [months[0].label, months[1].label, months[-1].label] == [
        "from 15 Jan",
        "Feb 2024",
        "to 29 Sep",
    ]
    whole = ask(insights.activity_over_time, Period(date(2024, 1, 1), date(2024, 9, 30)))
    assert [whole[0].label, whole[-1].label] == ["Jan 2024", "Sep 2024"]


@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_totals_equal_counts_of_the_database(period: Period) -> None:
    make_history(seed=3)
    totals = ask(insights.totals, period)
    days = (period.start, period.end)
    claimed, burnt = Q(claimed_on__range=days), Q(burnt_on__range=days)
    rows = Transaction.objects
    assert totals.claims == rows.filter(claimed).count()
    assert totals.burns == rows.filter(burnt).count()
    assert totals.outstanding == rows.outstanding(on=period.end).count()
    assert totals.active == rows.filter(claimed | burnt).values("customer").distinct().count()
    assert totals.joined == Customer.objects.filter(joined_on__range=days).count()
    assert totals.customers == Customer.objects.filter(joined_on__lte=period.end).count()
    waits = sorted(
        (b - c).days for b, c in rows.filter(burnt).values_list(F("burnt_on"), F("claimed_on"))
    )
    middle = len(waits) // 2
    assert totals.days_to_burn == (waits[middle] + waits[-middle - 1]) / 2


@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_every_chart_adds_up_to_the_totals(period: Period) -> None:
    make_history(seed=4)
    with open_facts(refresh_facts()) as facts:
        totals = insights.totals(facts, period)
        parts = [insights.activity_by(facts, name, period) for name in insights.DIMENSIONS]
        for part in [insights.activity_over_time(facts, period), *parts]:
            assert sum(one.claims for one in part) == totals.claims > 0
            assert sum(one.burns for one in part) == totals.burns > 0
        for counts in (insights.loyalty, insights.active_by_gender):
            assert sum(count.customers for count in counts(facts, period)) == totals.active
        joined = insights.joined_over_time(facts, period)
        assert sum(count.customers for count in joined) == totals.joined
