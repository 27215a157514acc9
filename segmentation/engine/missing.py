"""What counts for customers who have no value of a feature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

NO_VALUE = "No customer has a value."


@dataclass(frozen=True)
class Filling:
    """What stands in for the missing values of one feature."""

    customers: int  # how many had none
    value: float  # in the feature's unit


@dataclass(frozen=True, eq=False)
class Filled:
    """Numbers without a gap."""

    values: np.ndarray  # (n, p) float64, of the features that are left
    names: tuple[str, ...]  # (p,)
    fillings: dict[str, Filling]  # of each feature with a rule, also where nobody lacks a value
    left_out: dict[str, str]  # {feature: reason}


def fill_missing(values: np.ndarray, names: Sequence[str], rules: Mapping[str, str]) -> Filled:
    """Give a value to the customers whose value of a feature is NaN, by the feature's rule.

    `rules` has "median" (of the customers who have a value) or "zero" by name; features without a
    rule stay as they are. A feature of which no (n, p) row has a value is left out. The values
    handed in are not changed.
    """
    gaps = {name: np.isnan(values[:, names.index(name)]) for name in names if name in rules}
    left_out = {name: NO_VALUE for name, gap in gaps.items() if gap.all()}
    kept = [place for place, name in enumerate(names) if name not in left_out]
    fillings = {
        name: Filling(int(gap.sum()), _value(rules[name], values[~gap, names.index(name)]))
        for name, gap in gaps.items()
        if name not in left_out
    }
    left = tuple(names[place] for place in kept)
    shown = values[:, kept] if left_out else values
    filled = fill_with(shown, left, {name: one.value for name, one in fillings.items()})
    return Filled(filled, left, fillings, left_out)


def fill_with(
    values: np.ndarray, names: Sequence[str], replacements: Mapping[str, float]
) -> np.ndarray:
    """Put each feature's replacement where its (n, p) values are NaN, for other customers too."""
    gaps = np.isnan(values)
    if not gaps.any():
        return values
    constants = np.array([replacements.get(name, np.nan) for name in names])
    filled: np.ndarray = np.where(gaps, constants, values)
    return filled


def _value(rule: str, present: np.ndarray) -> float:
    return 0.0 if rule == "zero" else float(np.median(present))
