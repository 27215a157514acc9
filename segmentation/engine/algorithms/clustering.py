"""What every clustering algorithm returns, and the rules all of them share."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

NOISE = -1

# Equal customers can differ by rounding once they were scaled and reduced.
ROUNDING = 1e-9


class TooFewCustomers(ValueError):
    """Fewer different customers than requested segments."""


@dataclass(frozen=True, eq=False)
class Clustering:
    """Which cluster each customer belongs to; cluster 0 is the largest."""

    labels: np.ndarray  # (n,) int64, -1 = noise
    centers: np.ndarray  # (clusters, d), in the space that was clustered
    inertia: float | None  # sum of squared distances to the own center; K-means only


class Attempt(Protocol):
    """Cluster (n, d) values in one fixed way; may raise TooFewCustomers."""

    def __call__(self, values: np.ndarray, *, seed: int) -> Clustering: ...


def require_customers(values: np.ndarray, clusters: int) -> None:
    """Raise TooFewCustomers when (n, d) values hold fewer different rows than `clusters`."""
    found = _different_rows(values, clusters)
    if found < clusters:
        raise TooFewCustomers(
            f"{clusters} segments need at least {clusters} customers who differ in the chosen "
            f"features; there {'is' if found == 1 else 'are'} only {found}. "
            "Choose fewer segments or more features."
        )


def by_size(labels: np.ndarray, centers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number clusters from the largest down; equal sizes in the order of their centers.

    Takes and returns (n,) labels in 0..k-1 or -1 and (k, d) centers. Noise stays -1.
    """
    sizes = np.bincount(labels[labels != NOISE], minlength=len(centers))
    order = np.lexsort((*centers.T[::-1], -sizes))
    numbers = np.empty(len(order) + 1, dtype=np.int64)
    numbers[order] = np.arange(len(order))
    numbers[NOISE] = NOISE
    return numbers[labels], centers[order]


def _different_rows(values: np.ndarray, enough: int) -> int:
    """Count different rows, but no further than `enough`: sorting a million rows takes seconds."""
    tolerance = ROUNDING * float(np.abs(values).max(initial=0.0))
    remaining, found = values, 0
    while len(remaining) and found < enough:
        remaining = remaining[(np.abs(remaining - remaining[0]) > tolerance).any(axis=1)]
        found += 1
    return found
