"""Why a customer is in a segment, and what would move them to another."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from segmentation.engine.explain import NOTICEABLE
from segmentation.engine.features import Features
from segmentation.engine.naming import GENDERS

# Nobody changes these; time does it.
FIXED = frozenset({*GENDERS, "tenure_days"})
# Counts and sums of the past: a customer adds to them and takes nothing back.
GROWING = frozenset(
    {
        "transaction_frequency",
        "merchant_frequency",
        "city_frequency",
        "branch_frequency",
        "amount_total",
    }
)
GRID_STEPS = 40
PAIR_STEPS = 8  # values per feature where two change at once


@dataclass(frozen=True)
class Reason:
    """A feature in which a customer is like their segment and unlike everybody."""

    feature: str
    value: float  # of the customer, in the feature's unit
    mean: float  # of the segment
    base: float  # mean of all customers
    strength: float  # how much nearer to the segment than to everybody, in squared deviations


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


def why_here(
    names: Sequence[str],
    values: np.ndarray,
    means: np.ndarray,
    base: np.ndarray,
    deviations: np.ndarray,
) -> list[Reason]:
    """Say why a customer with these (p,) values belongs to a segment with these (p,) means.

    `base` and `deviations` are the means and standard deviations of all customers. A reason is a
    feature in which segment and customer are noticeably to the same side of everybody and the
    customer is nearer to the segment; strongest first. The strength is the difference of the
    squared standardised distances to everybody and to the segment, so it is the feature's part in
    what a nearest-mean rule decides by. Gender is never a reason.
    """
    scale = np.where(deviations > 0, deviations, np.inf)
    effects, positions = (means - base) / scale, (values - base) / scale
    strengths = positions**2 - (positions - effects) ** 2
    same_side = np.minimum(np.abs(effects), np.abs(positions)) >= NOTICEABLE
    reasons = [
        Reason(name, *map(float, numbers))
        for name, is_reason, *numbers in zip(
            names, same_side & (strengths > 0), values, means, base, strengths, strict=True
        )
        if is_reason and name not in GENDERS
    ]
    return sorted(reasons, key=lambda reason: -reason.strength)


def value_grid(features: Features, labels: np.ndarray) -> dict[str, list[float]]:
    """Values to try for each feature, ascending, each one observed, so whole numbers stay whole.

    They are 41 quantiles of all customers, from the first percent to the last, because nobody is
    to become a rarity, and the median of each segment of (n,) labels, for the sake of small ones.
    """
    quantiles = [_observed(features.values, np.linspace(0.01, 0.99, GRID_STEPS + 1))]
    quantiles += [
        _observed(features.values[labels == label], np.array([0.5]))
        for label in np.unique(labels[labels >= 0])
    ]
    columns = np.concatenate(quantiles).T
    return {
        name: np.unique(column).tolist()
        for name, column in zip(features.names, columns, strict=True)
    }


def _observed(values: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Quantiles (shares, p) that are values of somebody, not between two of them."""
    quantiles: np.ndarray = np.quantile(values, shares, axis=0, method="closest_observation")
    return quantiles


def what_would_move(
    names: Sequence[str],
    values: np.ndarray,
    others: Collection[int],
    *,
    predict: Callable[[np.ndarray], np.ndarray],
    grid: Mapping[str, Sequence[float]],
    deviations: np.ndarray,
    changeable: Collection[str] | None = None,
    growing: Collection[str] = GROWING,
) -> list[Move]:
    """Find the smallest change that puts a customer with these (p,) values into each other segment.

    `others` are the labels of the segments they are not in; `predict` takes (m, p) rows in the
    features' units to (m,) labels and is called at most twice. One feature is set to each value of
    the `grid`, or two at once where no single one leads to a segment. Only `changeable` features
    change (all but gender and tenure when None), and `growing` ones only upwards. Returns the
    nearest segment first, without those that no such change leads to.
    """
    allowed = set(names) - FIXED if changeable is None else set(changeable)
    options = {
        name: _options(name, float(value), grid.get(name, ()), grows=name in growing)
        for name, value in zip(names, values, strict=True)
        if name in allowed
    }
    scale = dict(zip(names, deviations, strict=True))
    singles = [(change,) for changes in options.values() for change in changes]
    moves = _smallest(singles, names, values, predict, scale)
    if not set(others) <= set(moves):
        moves = _smallest(_pairs(options), names, values, predict, scale) | moves
    wanted = [move for move in moves.values() if move.segment in others]
    return sorted(wanted, key=lambda move: (move.size, move.segment))


def _options(name: str, value: float, others: Sequence[float], *, grows: bool) -> list[Change]:
    return [
        Change(name, value, float(other))
        for other in others
        if other > value or (other < value and not grows)
    ]


def _pairs(options: Mapping[str, Sequence[Change]]) -> list[tuple[Change, ...]]:
    """Two features changed at once, each over fewer values, so that they stay few thousand."""
    thinned = {name: _thinned(changes) for name, changes in options.items()}
    return [
        pair
        for first, second in combinations(thinned, 2)
        for pair in product(thinned[first], thinned[second])
    ]


def _thinned(changes: Sequence[Change]) -> list[Change]:
    if len(changes) <= PAIR_STEPS:
        return list(changes)
    places = np.linspace(0, len(changes) - 1, PAIR_STEPS).round().astype(int)
    return [changes[place] for place in places]


def _smallest(
    attempts: Sequence[tuple[Change, ...]],
    names: Sequence[str],
    values: np.ndarray,
    predict: Callable[[np.ndarray], np.ndarray],
    scale: Mapping[str, float],
) -> dict[int, Move]:
    """The smallest of the attempts that leads to each label; the first one of equal ones."""
    if not attempts:
        return {}
    columns = {name: column for column, name in enumerate(names)}
    rows = np.tile(values.astype(np.float64), (len(attempts), 1))
    for row, changes in zip(rows, attempts, strict=True):
        for change in changes:
            row[columns[change.feature]] = change.after
    smallest: dict[int, Move] = {}
    for label, changes in zip(predict(rows).tolist(), attempts, strict=True):
        move = Move(label, changes, _size(changes, scale))
        if label not in smallest or move.size < smallest[label].size:
            smallest[label] = move
    return smallest


def _size(changes: Sequence[Change], scale: Mapping[str, float]) -> float:
    return float(sum(abs(c.after - c.before) / scale[c.feature] for c in changes))
