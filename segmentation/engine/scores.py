"""How clearly clusters are apart from each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from segmentation.engine.sampling import sample_rows

SAMPLE = 20_000  # customers; the distances between them grow with the square
BLOCK = 1_000  # rows and columns of distances held at a time: 8 MB


@dataclass(frozen=True)
class Silhouette:
    """Mean silhouette width, from -1 (wrong cluster) to 1 (far apart)."""

    value: float | None  # None with fewer than two clusters
    customers: int  # how many it was measured on, noise left out
    exact: bool  # measured on all customers rather than on a sample


def silhouettes(
    values: np.ndarray, labelings: Sequence[np.ndarray], *, seed: int
) -> list[Silhouette]:
    """Mean silhouette width (Rousseeuw 1987) of each labeling of the same (n, d) values.

    A labeling is (n,) cluster numbers with -1 for noise, which is left out. Up to 20,000 customers
    it is exact, beyond that it is measured on 20,000 of them drawn by the seed.

    All labelings share one pass over the distances. On 20,000 x 7 and two cores scikit-learn's
    silhouette_score takes 2.2 to 3.8 s for every labeling, so some 50 s for nine candidates in
    two spaces; one pass for nine takes 1.5 s, so 3 s for both spaces.
    """
    if not labelings:
        return []
    rows = sample_rows(len(values), SAMPLE, seed)
    memberships = [_membership(labels[rows]) for labels in labelings]
    sums = _distance_sums(values[rows], np.concatenate(memberships, axis=1))
    ends = np.cumsum([membership.shape[1] for membership in memberships])
    exact = len(rows) == len(values)
    return [
        _silhouette(part, membership, exact)
        for part, membership in zip(np.split(sums, ends[:-1], axis=1), memberships, strict=True)
    ]


def _membership(labels: np.ndarray) -> np.ndarray:
    """(n, k) with 1.0 where a customer belongs to a cluster; a row of noise is all 0."""
    clusters = np.unique(labels[labels >= 0])
    member: np.ndarray = labels[:, None] == clusters
    return member.astype(np.float64)


def _distance_sums(points: np.ndarray, membership: np.ndarray) -> np.ndarray:
    """(n, k): the sum of Euclidean distances from each point to the members of each cluster."""
    sums = np.zeros(membership.shape)
    starts = range(0, len(points), BLOCK)
    # A block of distances serves both its rows and, turned over, its columns.
    for first in starts:
        rows = slice(first, first + BLOCK)
        for second in range(first, len(points), BLOCK):
            columns = slice(second, second + BLOCK)
            distances = cdist(points[rows], points[columns])
            sums[rows] += distances @ membership[columns]
            if second > first:
                sums[columns] += distances.T @ membership[rows]
    return sums


def _silhouette(sums: np.ndarray, membership: np.ndarray, exact: bool) -> Silhouette:
    clustered = membership.any(axis=1)
    customers = int(clustered.sum())
    if membership.shape[1] < 2:
        return Silhouette(None, customers, exact)
    widths = _widths(sums[clustered], membership[clustered])
    return Silhouette(float(widths.mean()), customers, exact)


def _widths(sums: np.ndarray, membership: np.ndarray) -> np.ndarray:
    """s(i) = (b - a) / max(a, b) of each customer; 0 for one who is alone in a cluster."""
    sizes = membership.sum(axis=0)
    own_size = membership @ sizes
    within = (sums * membership).sum(axis=1) / np.maximum(own_size - 1, 1)
    nearest = np.where(membership == 1, np.inf, sums / sizes).min(axis=1)
    larger = np.maximum(within, nearest)
    defined = (own_size > 1) & (larger > 0)
    widths = np.zeros(len(sums))
    np.divide(nearest - within, larger, out=widths, where=defined)
    return widths
