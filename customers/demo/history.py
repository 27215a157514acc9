"""The coupon records of the demo data: each customer's claims and burns."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from customers.demo.draws import (
    Floats,
    Ints,
    cumulative,
    pick,
    pick_between,
    pick_by_row,
    spread_out,
)
from customers.demo.people import Habits, People
from customers.demo.places import travel_weights
from customers.demo.seasons import ORDINARY, SEASONS
from customers.demo.shops import CATEGORIES, Branches, merchant_categories

OUTSTANDING = -1
MEDIAN_BURN_DELAY = 6.5
BURN_DELAY_SPREAD = 0.85  # standard deviation of the logarithm of the days
LONGEST_BURN_DELAY = 60
SEASONAL_COUPONS = 0.65  # share of the coupons claimed in a season that are made for it
OFFERS = 3  # per season and per category
CUSTOMERS_AT_A_TIME = 50_000
COUPON_NAMES = [offer for group in (*SEASONS, *CATEGORIES) for offer in group.offers]


@dataclass(frozen=True)
class Market:
    """What all customers share: the shops and the days."""

    branches: Branches
    busyness: Floats  # (n_days,)
    season: Ints  # (n_days,) position in SEASONS


@dataclass(frozen=True)
class History:
    """One entry per transaction, in narrow types: ten million of them must fit in memory."""

    customer: NDArray[np.int32]  # position in People
    claimed: NDArray[np.int16]  # day, counted from 0
    burnt: NDArray[np.int16]  # day, counted from 0, or OUTSTANDING
    branch: NDArray[np.int16]  # position in Branches
    coupon: NDArray[np.int16]  # position in COUPON_NAMES
    piastres: NDArray[np.int32]  # hundredths of a pound, 0 while outstanding

    def __len__(self) -> int:
        return len(self.customer)


def make_history(
    rng: np.random.Generator, people: People, habits: Habits, market: Market
) -> History:
    """Draws every transaction, in order of the day of the claim."""
    # In blocks, because the wide numbers drawn on the way take many times the result's memory.
    blocks = [
        _make_block(rng, customers, people, habits, market)
        for customers in _blocks_of_customers(len(people))
    ]
    return _in_date_order(_joined(blocks))


def _blocks_of_customers(customers: int) -> list[Ints]:
    firsts = range(0, customers, CUSTOMERS_AT_A_TIME)
    return [np.arange(first, min(first + CUSTOMERS_AT_A_TIME, customers)) for first in firsts]


def _make_block(
    rng: np.random.Generator, customers: Ints, people: People, habits: Habits, market: Market
) -> History:
    counts = habits.transactions[customers]
    customer = np.repeat(customers, counts)
    # 0 for a customer's first row, 1 for the second, ...; says nothing about their dates.
    row = np.arange(len(customer)) - np.repeat(np.cumsum(counts) - counts, counts)
    claimed = _claim_days(rng, customer, row, people, habits, market)
    burnt = _burn_days(rng, customer, row, claimed, habits, len(market.busyness) - 1)
    branch = _branches(rng, customer, row, people, habits, market)
    merchant = market.branches.merchant[branch]
    return History(
        customer=customer.astype(np.int32),
        claimed=claimed.astype(np.int16),
        burnt=burnt.astype(np.int16),
        branch=branch.astype(np.int16),
        coupon=_coupons(rng, merchant, market.season[claimed]).astype(np.int16),
        piastres=_piastres(rng, merchant, burnt),
    )


def _claim_days(
    rng: np.random.Generator,
    customer: Ints,
    row: Ints,
    people: People,
    habits: Habits,
    market: Market,
) -> Ints:
    joined, last_claim = people.joined[customer], habits.last_claim[customer]
    shares = cumulative(market.busyness)
    days = pick_between(shares, joined, last_claim, rng.random(len(row)))
    # One row has the day of the last claim, or few claims would mean a customer long gone.
    return np.where(row == 0, last_claim, days)


def _burn_days(
    rng: np.random.Generator,
    customer: Ints,
    row: Ints,
    claimed: Ints,
    habits: Habits,
    last_day: int,
) -> Ints:
    rate, start = habits.burn_rate[customer], habits.burn_start[customer]
    # Burns come at even steps, so that a few claims already show the customer's own rate.
    burns = np.floor(start + (row + 1) * rate) > np.floor(start + row * rate)
    day = claimed + pick(cumulative(_delay_weights()), rng.random(len(row)))
    return np.where(burns & (day <= last_day), day, OUTSTANDING)


def _delay_weights() -> Floats:
    days = np.arange(LONGEST_BURN_DELAY + 1) + 0.5
    distance = np.log(days / MEDIAN_BURN_DELAY) / BURN_DELAY_SPREAD
    weights: Floats = np.exp(-(distance**2) / 2) / days
    return weights


def _branches(
    rng: np.random.Generator,
    customer: Ints,
    row: Ints,
    people: People,
    habits: Habits,
    market: Market,
) -> Ints:
    habit = _habit_numbers(rng, row, habits.merchants[customer])
    home = people.home[customer]
    trips = pick_by_row(
        cumulative(travel_weights()), home, spread_out(habits.trip_start[customer], habit)
    )
    # The first habits are trips, one to each further city; all others are at home.
    city = np.where(habit < habits.cities[customer] - 1, trips, home)
    return pick_by_row(market.branches.shares, city, spread_out(habits.shop_start[customer], habit))


def _habit_numbers(rng: np.random.Generator, row: Ints, habits: Ints) -> Ints:
    """Each habit once, then again and again with the last ones, at home, as favourites."""
    favourite = (habits * np.sqrt(rng.random(len(row)))).astype(np.int64)
    return np.where(row < habits, row, favourite)


def _coupons(rng: np.random.Generator, merchant: Ints, season: Ints) -> Ints:
    luck = rng.random((2, len(merchant)))
    made_for_season = luck[0] < np.where(season == ORDINARY, 0.2, SEASONAL_COUPONS)
    everyday = (len(SEASONS) + merchant_categories()[merchant]) * OFFERS
    # A merchant keeps to one offer in each season.
    seasonal = season * OFFERS + merchant % OFFERS
    return np.where(made_for_season, seasonal, everyday + (luck[1] * OFFERS).astype(np.int64))


def _piastres(rng: np.random.Generator, merchant: Ints, burnt: Ints) -> NDArray[np.int32]:
    category = merchant_categories()[merchant]
    typical = np.array([c.typical_amount for c in CATEGORIES])[category]
    spread = np.array([c.amount_spread for c in CATEGORIES])[category]
    amount = typical * np.exp(spread * rng.standard_normal(len(merchant)))
    return np.where(burnt == OUTSTANDING, 0, np.round(100 * amount)).astype(np.int32)


def _joined(blocks: list[History]) -> History:
    names = [field.name for field in fields(History)]
    return History(**{name: np.concatenate([getattr(b, name) for b in blocks]) for name in names})


def _in_date_order(history: History) -> History:
    order = np.argsort(history.claimed, kind="stable")
    return History(**{field.name: getattr(history, field.name)[order] for field in fields(History)})
