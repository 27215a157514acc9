"""What would move a customer to another segment."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from segmentation.engine.naming import GENDERS

COUPONS, BURN_RATE = "transaction_frequency", "burn_rate"
PLACES = ("merchant_frequency", "city_frequency", "branch_frequency")  # at most one per coupon
# Nobody changes these; time does it.
FIXED = frozenset({*GENDERS, "tenure_days"})
# Counts and sums of the past: a customer adds to them and takes nothing back.
GROWING = frozenset({COUPONS, *PLACES, "amount_total"})
PAIR_STEPS = 8  # values per feature where two change at once
FINER_STEPS = 32  # values between two of the grid

Predict = Callable[[np.ndarray], np.ndarray]  # (m, p) rows in the features' units to (m,) labels


@dataclass(frozen=True)
class Change:
    """One feature set to another value, in the feature's unit."""

    feature: str
    before: float
    after: float


@dataclass(frozen=True)
class Move:
    """What would put a customer into another segment."""

    segment: int  # label of the other segment
    changes: tuple[Change, ...]  # one, or two that happen together
    size: float  # sum of the changes, each in standard deviations of all customers


@dataclass(frozen=True, eq=False)
class _Customer:
    names: Sequence[str]
    values: np.ndarray  # (p,)
    predict: Predict
    deviations: np.ndarray  # (p,)

    def value(self, name: str) -> float | None:
        return float(self.values[self.names.index(name)]) if name in self.names else None


def what_would_move(
    names: Sequence[str],
    values: np.ndarray,
    others: Collection[int],
    *,
    predict: Predict,
    grid: Mapping[str, Sequence[float]],
    deviations: np.ndarray,
    changeable: Collection[str] | None = None,
    growing: Collection[str] = GROWING,
) -> list[Move]:
    """Find the smallest change that puts a customer with these (p,) values into each other segment.

    `others` are the labels of the segments they are not in; `predict` is called at most three
    times. One feature is set to each value of the `grid`, and then to finer ones, or two at once
    where no single one leads to a segment. Only what can happen is tried: `changeable` features
    change (all but gender and tenure when None), `growing` ones only upwards, a customer has no
    more merchants, cities and branches than coupons, and burns whole coupons. Returns the nearest
    segment first, without those that no such change leads to.
    """
    customer = _Customer(list(names), values, predict, deviations)
    allowed = set(names) - FIXED if changeable is None else set(changeable)
    options = {
        name: _options(customer, name, grid.get(name, ()), grows=name in growing)
        for name in customer.names
        if name in allowed
    }
    moves = _smallest(customer, [(change,) for changes in options.values() for change in changes])
    moves = _smaller(moves, _smallest(customer, _finer(customer, moves, options)))
    if not set(others) <= set(moves):
        moves = _smallest(customer, list(_pairs(customer, options))) | moves
    wanted = [move for move in moves.values() if move.segment in others]
    return sorted(wanted, key=lambda move: (move.size, move.segment))


def _options(
    customer: _Customer, name: str, others: Sequence[float], *, grows: bool
) -> list[Change]:
    """The values that one feature alone could have instead."""
    value, coupons = customer.value(name) or 0.0, customer.value(COUPONS)
    if name == BURN_RATE and coupons:
        others = _rates(round(value * coupons), coupons)
    if name in PLACES and coupons:
        others = [other for other in others if other <= coupons]
    return [
        Change(name, value, float(other))
        for other in others
        if other > value or (other < value and not grows)
    ]


def _rates(burnt: int, coupons: float) -> list[float]:
    """The burn rates that so many coupons can have: what is burnt stays burnt."""
    return [burns / coupons for burns in range(burnt, int(coupons) + 1)]


def _pairs(
    customer: _Customer, options: Mapping[str, Sequence[Change]]
) -> Iterator[tuple[Change, ...]]:
    """Two features changed at once, each over fewer values, so that they stay few thousand."""
    for first, second in combinations(options, 2):
        if {first, second} == {COUPONS, BURN_RATE}:
            yield from _burnt_or_not(customer, options[COUPONS])
        else:
            yield from product(_thinned(options[first]), _thinned(options[second]))


def _burnt_or_not(customer: _Customer, more: Sequence[Change]) -> Iterator[tuple[Change, ...]]:
    """More coupons, of which some are burnt."""
    coupons, rate = customer.value(COUPONS) or 0.0, customer.value(BURN_RATE) or 0.0
    burnt = round(rate * coupons)
    for change in _thinned(more):
        rates = [Change(BURN_RATE, rate, other) for other in _rates(burnt, change.after)]
        yield from ((change, other) for other in _thinned(rates) if other.after != rate)


def _thinned(changes: Sequence[Change]) -> list[Change]:
    if len(changes) <= PAIR_STEPS:
        return list(changes)
    places = np.linspace(0, len(changes) - 1, PAIR_STEPS).round().astype(int)
    return [changes[place] for place in places]


def _finer(
    customer: _Customer, moves: Mapping[int, Move], options: Mapping[str, Sequence[Change]]
) -> list[tuple[Change, ...]]:
    """Values between the one that leads to a segment and the last one before it that does not."""
    finer: list[tuple[Change, ...]] = []
    for move in moves.values():
        (change,) = move.changes
        if change.feature == BURN_RATE and customer.value(COUPONS):
            continue  # every rate that can be was tried
        tried = [change.before, *(other.after for other in options[change.feature])]
        low, high = sorted((change.before, change.after))
        last = min(
            (value for value in tried if low <= value <= high and value != change.after),
            key=lambda value: abs(value - change.after),
        )
        finer += [
            (Change(change.feature, change.before, float(value)),)
            for value in _between(last, change.after, are_whole=_are_whole(tried))
        ]
    return finer


def _between(start: float, end: float, *, are_whole: bool) -> np.ndarray:
    steps = np.linspace(start, end, FINER_STEPS + 1)[1:-1]
    values = np.unique(steps.round()) if are_whole else steps
    between: np.ndarray = values[(values != start) & (values != end)]
    return between


def _are_whole(values: Sequence[float]) -> bool:
    return all(float(value).is_integer() for value in values)


def _smaller(moves: dict[int, Move], finer: Mapping[int, Move]) -> dict[int, Move]:
    return {
        label: min(move, finer.get(label, move), key=lambda one: one.size)
        for label, move in moves.items()
    }


def _smallest(customer: _Customer, attempts: Sequence[tuple[Change, ...]]) -> dict[int, Move]:
    """The smallest of the attempts that leads to each label; the first one of equal ones."""
    if not attempts:
        return {}
    columns = {name: column for column, name in enumerate(customer.names)}
    rows = np.tile(customer.values.astype(np.float64), (len(attempts), 1))
    for row, changes in zip(rows, attempts, strict=True):
        for change in changes:
            row[columns[change.feature]] = change.after
    scale = dict(zip(customer.names, customer.deviations, strict=True))
    smallest: dict[int, Move] = {}
    for label, changes in zip(customer.predict(rows).tolist(), attempts, strict=True):
        size = float(sum(abs(c.after - c.before) / scale[c.feature] for c in changes))
        if label not in smallest or size < smallest[label].size:
            smallest[label] = Move(label, changes, size)
    return smallest
