"""Segments as rules a person can check: a shallow tree, its conditions and how far they hold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from segmentation.engine.features import Features
from segmentation.engine.sampling import sample_rows
from segmentation.engine.trees import Bound, Tree, grow

Kind = Literal["above", "below", "between", "yes", "no"]

MOST_CUSTOMERS = 50_000  # the tree is fitted on; more move no threshold that can be read
MOST_MEMBERS = 5_000  # of a segment that the tree of all segments did not find
FOLDS = 5
GOOD_RULE = 0.8  # F-score below which a tree for one segment alone is tried
SHORTER = 0.01  # what the F-score of a rule may lose for each condition left out

EVERYBODY = "Every customer"
NO_RULE = "No short rule tells them from the others"


@dataclass(frozen=True)
class FeatureWords:
    """How conditions on a feature are said."""

    label: str
    written: Callable[[float], str]  # a value: 40%, 200 days ago
    counted: Callable[[float], str] | None = None  # 2 cities, where the label is what is counted
    none: str = ""  # said of a value of 0: last active today, no outstanding coupons


Wording = Mapping[str, FeatureWords]  # by feature


@dataclass(frozen=True)
class Condition:
    """What a rule asks of one feature, in the feature's unit."""

    feature: str
    kind: Kind  # "yes" and "no" for indicators
    low: float | None = None  # the value is larger; "above" and "between"
    high: float | None = None  # the value is at most this; "below" and "between"
    whole: bool = False  # the feature counts in whole numbers


@dataclass(frozen=True)
class SegmentRule:
    """The conditions, all of which hold for most of a segment and for few others."""

    conditions: tuple[Condition, ...]  # none where no condition helps
    covers: float  # share of the segment's customers for whom it holds, 0 to 1
    purity: float  # share of the customers for whom it holds who are in the segment, 0 to 1


@dataclass(frozen=True)
class Rules:
    """How a shallow tree tells the segments apart."""

    fidelity: float  # share of customers put where the segmentation has them, 0 to 1
    customers: int  # how many the tree was fitted on
    segments: dict[int, SegmentRule]  # by label; noise has no rule


def decision_rules(features: Features, labels: np.ndarray, *, seed: int) -> Rules:
    """Describe each segment of (n,) labels by a rule in the units of the features.

    The rule of a segment is the leaf that fits it best in a tree of depth 4 (CART, Breiman et al.
    1984), without the conditions it does as well without (Quinlan 1987). A segment that has no
    good leaf there gets a tree of its own. Noise (-1) counts as one more group, without a rule.
    The fidelity is cross-validated; the tree sees at most 50,000 customers, drawn by the seed, and
    each rule is measured on all. The order of the customers does not matter.
    """
    # Lots are drawn by row, so the rows need an order that does not depend on who read them.
    order = np.argsort(features.customer_ids)
    rows = order[sample_rows(len(order), MOST_CUSTOMERS, seed)]
    values, drawn = features.values[rows], labels[rows]
    tree = grow(values, drawn, seed=seed)
    segments = {}
    for label in map(int, np.unique(labels[labels >= 0])):
        bounds = _best_leaf(tree, label, values, drawn)
        if _f_score(_holds(values, bounds), drawn == label) < GOOD_RULE:
            own = _own_leaf(features.values, rows, order[labels[order] == label], seed)
            bounds = _better(own, bounds, values, drawn == label)
        segments[label] = _rule(features, labels == label, bounds)
    return Rules(_fidelity(values, drawn, seed), len(rows), segments)


def rule_from_dict(stored: Mapping[str, Any]) -> SegmentRule:
    """The rule that `dataclasses.asdict` was stored of, as JSON or not."""
    conditions = tuple(Condition(**condition) for condition in stored["conditions"])
    return SegmentRule(conditions, stored["covers"], stored["purity"])


def rule_in_words(rule: SegmentRule, wording: Wording) -> str:
    """Say a rule: "Last active more than 200 days ago, and burn rate at most 40%".

    A feature without wording is called by its name.
    """
    if not rule.conditions:
        return EVERYBODY if rule.purity == 1 else NO_RULE
    first, *others = (_condition_in_words(condition, wording) for condition in rule.conditions)
    phrases = [_capital(first), *map(_small, others)]
    return ", and ".join([", ".join(phrases[:-1]), phrases[-1]] if others else phrases)


def _fidelity(values: np.ndarray, labels: np.ndarray, seed: int) -> float:
    """Share of customers put into their group by a tree that has not seen them."""
    if len(np.unique(labels)) == 1:
        return 1.0
    folds = np.random.default_rng(seed).permutation(len(labels)) % FOLDS
    placed = 0
    for fold in np.unique(folds):
        held_out = folds == fold
        tree = grow(values[~held_out], labels[~held_out], seed=seed)
        placed += int((tree.predict(values[held_out]) == labels[held_out]).sum())
    return placed / len(labels)


def _own_leaf(
    values: np.ndarray, rows: np.ndarray, members: np.ndarray, seed: int
) -> tuple[Bound, ...]:
    """The bounds of a segment in a tree that only has to tell its members from the others."""
    others = rows[~np.isin(rows, members)]
    drawn = members[sample_rows(len(members), MOST_MEMBERS, seed)]
    both = values[np.concatenate([others, drawn])]
    labels = np.repeat([0, 1], [len(others), len(drawn)])
    return _best_leaf(grow(both, labels, seed=seed, balanced=True), 1, both, labels)


def _best_leaf(tree: Tree, label: int, values: np.ndarray, labels: np.ndarray) -> tuple[Bound, ...]:
    """The bounds of the label's leaf with the largest F-score; none where it has no leaf."""
    leaves = [bounds for found, bounds in tree.leaves() if found == label]
    members = labels == label
    return max(leaves, key=lambda bounds: _f_score(_holds(values, bounds), members), default=())


def _better(
    first: tuple[Bound, ...], second: tuple[Bound, ...], values: np.ndarray, members: np.ndarray
) -> tuple[Bound, ...]:
    """Whichever bounds fit the members better; the first when equal."""
    return max(first, second, key=lambda bounds: _f_score(_holds(values, bounds), members))


def _rule(features: Features, members: np.ndarray, bounds: tuple[Bound, ...]) -> SegmentRule:
    kept = _without_needless(features.values, members, bounds)
    holds = _holds(features.values, kept)
    both = (holds & members).sum()
    covers, purity = both / members.sum(), both / max(holds.sum(), 1)
    return SegmentRule(_conditions(features, kept), float(covers), float(purity))


def _without_needless(
    values: np.ndarray, members: np.ndarray, bounds: tuple[Bound, ...]
) -> tuple[Bound, ...]:
    """Leave out bounds, the most needless first, while the rule says nearly as much."""
    holds = {bound: _holds(values, (bound,)) for bound in bounds}
    everybody = np.ones(len(values), dtype=bool)

    def score(kept: tuple[Bound, ...]) -> float:
        return _f_score(
            np.logical_and.reduce([everybody, *(holds[bound] for bound in kept)]), members
        )

    while bounds:
        shorter = [tuple(b for b in bounds if b != bound) for bound in bounds]
        best = max(shorter, key=score)
        if score(best) < score(bounds) - SHORTER:
            break
        bounds = best
    return bounds


def _holds(values: np.ndarray, bounds: Iterable[Bound]) -> np.ndarray:
    """For which rows (n,) all bounds hold."""
    holds = np.ones(len(values), dtype=bool)
    for bound in bounds:
        low = values[:, bound.column] <= bound.threshold
        holds &= ~low if bound.above else low
    return holds


def _f_score(holds: np.ndarray, members: np.ndarray) -> float:
    """Harmonic mean of coverage and purity of a rule, 0 to 1 (van Rijsbergen 1979)."""
    return float(2 * (holds & members).sum() / max(holds.sum() + members.sum(), 1))


def _conditions(features: Features, bounds: tuple[Bound, ...]) -> tuple[Condition, ...]:
    """One condition per feature, in the order the tree asks for them."""
    by_column: dict[int, list[Bound]] = {}
    for bound in bounds:
        by_column.setdefault(bound.column, []).append(bound)
    return tuple(
        _condition(features.names[column], of_column, features.indicators)
        for column, of_column in by_column.items()
    )


def _condition(name: str, bounds: list[Bound], indicators: frozenset[str]) -> Condition:
    low = max((bound.threshold for bound in bounds if bound.above), default=None)
    high = min((bound.threshold for bound in bounds if not bound.above), default=None)
    if name in indicators:
        return Condition(name, "no" if low is None else "yes")
    kind: Kind = "between" if None not in (low, high) else "below" if low is None else "above"
    return Condition(name, kind, low, high, bounds[0].whole)


def _condition_in_words(condition: Condition, wording: Wording) -> str:
    name = condition.feature
    unknown = FeatureWords(name.replace("_", " "), lambda value: f"{value:g}")
    words = wording.get(name, unknown)
    if condition.kind in ("yes", "no"):
        return words.label if condition.kind == "yes" else f"not {_small(words.label)}"
    if words.none and condition.kind == "below" and condition.high == 0:
        return words.none
    span = _span(condition, words)
    return span if words.counted else f"{words.label} {span}"


def _span(condition: Condition, words: FeatureWords) -> str:
    """more than 200 days ago, between 3 and 5 cities"""
    said = words.counted or words.written
    match condition:
        case Condition(kind="above", low=0, whole=True) if words.none:
            return f"at least {said(1)}"
        case Condition(kind="above", low=float() | int() as low):
            return f"more than {said(low)}"
        case Condition(kind="between", low=float() | int() as low, high=float() | int() as high):
            lowest = low + 1 if condition.whole else low
            span = "exactly" if lowest == high else f"between {words.written(lowest)} and"
            return f"{span} {said(high)}"
    return f"at most {said(condition.high or 0)}"


def _small(words: str) -> str:
    return words[0].lower() + words[1:]


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
