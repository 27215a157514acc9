"""The customers of the demo data: who they are and the habits that they keep."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from customers.demo.archetypes import ARCHETYPES, bounds, column
from customers.demo.draws import Flags, Floats, Ints, apportion, cumulative, pick, pick_between
from customers.demo.places import populations

UNKNOWN_GENDER, MALE, FEMALE = 0, 1, 2
GENDER_SHARES = (0.04, 0.45, 0.51)
WITHOUT_CITY = 0.015
ACCEPTS_MARKETING = 0.78
SHORTEST_STAY = 0.25  # of the days since joining


@dataclass(frozen=True)
class People:
    """Who the customers are, in order of joining; every array has one entry per customer."""

    archetype: Ints  # position in ARCHETYPES
    joined: Ints  # day, counted from 0
    gender: Ints  # 0 unknown, 1 male, 2 female
    home: Ints  # position in CITIES
    city_known: Flags
    accepts_marketing: Flags

    def __len__(self) -> int:
        return len(self.archetype)


@dataclass(frozen=True)
class Habits:
    """How the customers shop; every array has one entry per customer."""

    transactions: Ints
    last_claim: Ints  # day, counted from 0
    burn_rate: Floats
    merchants: Ints  # how many shopping habits: one merchant each, almost always another one
    cities: Ints
    # Where each customer begins in evenly spread positions (see draws.spread_out), 0 to below 1.
    burn_start: Floats
    shop_start: Floats
    trip_start: Floats


def customers_by_archetype(customers: int) -> Ints:
    """How many of `customers` belong to each of `ARCHETYPES`: exactly the shares, rounded."""
    return apportion(customers, column("share"))


def make_people(rng: np.random.Generator, customers: int, busyness: Floats) -> People:
    """Draws the customers, who join on busier days more often; `busyness` has one entry a day."""
    archetype = np.repeat(np.arange(len(ARCHETYPES)), customers_by_archetype(customers))
    joined = _join_days(rng, archetype, busyness)
    order = rng.permutation(customers)
    order = order[np.argsort(joined[order], kind="stable")]
    return People(
        archetype=archetype[order],
        joined=joined[order],
        gender=pick(cumulative(np.array(GENDER_SHARES)), rng.random(customers)),
        home=pick(cumulative(populations()), rng.random(customers)),
        city_known=rng.random(customers) >= WITHOUT_CITY,
        accepts_marketing=rng.random(customers) < ACCEPTS_MARKETING,
    )


def make_habits(
    rng: np.random.Generator, people: People, transactions: int, last_day: int
) -> Habits:
    """Draws how each customer shops; the transactions add up to exactly `transactions`."""
    archetype = people.archetype
    noise = rng.standard_normal((3, len(people)))
    burn_start, shop_start, trip_start = rng.random((3, len(people)))
    idle = _idle_days(archetype, noise[0])
    rate = column("burn_rate")[archetype] + column("burn_rate_spread")[archetype] * noise[1]
    return Habits(
        transactions=_share_out(transactions, archetype, noise[2]),
        last_claim=_last_claims(people.joined, idle, last_day),
        burn_rate=np.clip(rate, 0.01, 0.99),
        merchants=_between(rng, bounds("merchants")[archetype], 0.5),
        cities=_between(rng, bounds("cities")[archetype], 0.2),
        burn_start=burn_start,
        shop_start=shop_start,
        trip_start=trip_start,
    )


def _join_days(rng: np.random.Generator, archetype: Ints, busyness: Floats) -> Ints:
    last_day = len(busyness) - 1
    shortest, longest = bounds("tenure_days")[archetype].T
    first = np.maximum(last_day - longest, 0)
    last = last_day - shortest
    return pick_between(cumulative(busyness), first, last, rng.random(len(archetype)))


def _share_out(transactions: int, archetype: Ints, noise: Floats) -> Ints:
    typical = column("transactions")[archetype]
    active = typical > 0
    wanted = typical * np.exp(column("frequency_spread")[archetype] * noise)
    # Each active customer has one transaction for certain; habits decide about the others.
    further = apportion(transactions - int(active.sum()), np.maximum(wanted - 1, 0))
    counts: Ints = active + further
    return counts


def _idle_days(archetype: Ints, noise: Floats) -> Floats:
    """Days between the last claim and the end.

    Who still comes is as likely to come on any day (exponential), so that the record does not run
    dry towards its end; who has gone, went around a certain time (lognormal).
    """
    typical = column("idle_days")[archetype]
    gone = typical * np.exp(column("idle_spread")[archetype] * noise)
    still_coming = typical * -np.log2(ndtr(noise))
    return np.where(column("idle_spread")[archetype] > 0, gone, still_coming)


def _last_claims(joined: Ints, idle: Floats, last_day: int) -> Ints:
    """The day that leaves everybody `idle` days, but time to be a customer before that."""
    earliest = joined + SHORTEST_STAY * (last_day - joined)
    return np.ceil(np.maximum(last_day - idle, earliest)).astype(np.int64)


def _between(rng: np.random.Generator, limits: Ints, lean: float) -> Ints:
    """Whole numbers between two limits: near the lower for a `lean` near 0, the upper near 1."""
    lowest, highest = limits.T
    drawn: Ints = lowest + rng.binomial(highest - lowest, lean)
    return drawn
