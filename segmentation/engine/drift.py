"""Whether customers still are what they were when the segments were found."""

from typing import Literal

import numpy as np

BINS = 10
LEAST_SHARE = 1e-4  # of customers in a bin: an empty one would make the index infinite

Level = Literal["stable", "shifting", "shifted"]


class NothingToCompare(ValueError):
    """One of the two times has no customers."""


def population_stability_index(expected: np.ndarray, actual: np.ndarray, bins: int = BINS) -> float:
    """How far the (m,) actual values of a feature have shifted from the (n,) expected ones.

    The population stability index (Lewis 1994): the sum over bins of
    (actual share - expected share) x ln(actual share / expected share), 0 when nothing changed.
    Bins are the quantiles of the expected values, deciles by default; a value that fills several
    of them has a bin of its own, so that yes/no features and counts are compared too. Shares are
    floored at 0.0001. Values are finite. Raises NothingToCompare.
    """
    if not len(expected) or not len(actual):
        raise NothingToCompare("There are no customers to compare: one of the two times has none.")
    edges = _edges(expected, bins)
    before, now = _shares(expected, edges), _shares(actual, edges)
    return float(np.sum((now - before) * np.log(now / before)))


def level(index: float) -> Level:
    """A population stability index in a word: below 0.1 stable, below 0.25 shifting."""
    if index < 0.1:
        return "stable"
    return "shifting" if index < 0.25 else "shifted"


def _edges(values: np.ndarray, bins: int) -> np.ndarray:
    """The upper edges of all bins but the last, each belonging to its bin."""
    inner = np.linspace(0, 1, bins + 1)[1:-1]
    edges, times = np.unique(np.quantile(values, inner), return_counts=True)
    # Just below a value that is several quantiles at once ends the bin before it.
    below = np.nextafter(edges[times > 1], -np.inf)
    return np.unique(np.concatenate([edges, below]))


def _shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """(bins,) shares of the values by bin, none below the floor."""
    counts = np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1)
    return np.maximum(counts / len(values), LEAST_SHARE)
