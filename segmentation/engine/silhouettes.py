"""Silhouette widths: how much nearer customers are to their own cluster than to the next one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

BLOCK = 1_000  # rows and columns of distances held at a time: 8 MB


@dataclass(frozen=True)
class Silhouette:
    """Mean silhouette width, from -1 (wrong cluster) to 1 (far apart)."""

    value: float | None  # None with fewer than two clusters
    low: float | None  # 95 % interval of an estimate; None where it is exact
    high: float | None
    customers: int  # how many it was measured on, noise left out
    exact: bool  # measured on all customers rather than on a sample


def exact_silhouettes(values: np.ndarray, labelings: Sequence[np.ndarray]) -> list[Silhouette]:
    """Mean silhouette width (Rousseeuw 1987) of each labeling of the same (n, d) values.

    A labeling is (n,) cluster numbers with -1 for noise, which is left out. Time grows with the
    square of n.

    All labelings share one pass over the distances. On 20,000 x 7 and two cores scikit-learn's
    silhouette_score takes 2.2 to 3.8 s for every labeling, so some 50 s for nine candidates in
    two spaces; one pass for nine takes 1.5 s, so 3 s for both spaces.
    """
    if not labelings:
        return []
    memberships = [_membership(labels) for labels in labelings]
    sums = _distance_sums(values, np.concatenate(memberships, axis=1))
    ends = np.cumsum([membership.shape[1] for membership in memberships])
    return [
        _exact(part, membership)
        for part, membership in zip(np.split(sums, ends[:-1], axis=1), memberships, strict=True)
    ]


def widths(sums: np.ndarray, own: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """s(i) = (b - a) / max(a, b) of each customer; 0 for one who is alone in a cluster.

    sums (n, k) are of the distances from a customer to the members of each cluster, own (n,) the
    column of the customer's cluster, sizes (k,) the members of each cluster; at least 2 clusters.
    """
    customers = np.arange(len(sums))
    within = sums[customers, own] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes
    means[customers, own] = np.inf
    nearest = means.min(axis=1)
    larger = np.maximum(within, nearest)
    result = np.zeros(len(sums))
    np.divide(nearest - within, larger, out=result, where=(sizes[own] > 1) & (larger > 0))
    return result


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


def _exact(sums: np.ndarray, membership: np.ndarray) -> Silhouette:
    clustered = membership.any(axis=1)
    customers = int(clustered.sum())
    if membership.shape[1] < 2:
        return Silhouette(None, None, None, customers, exact=True)
    own = membership[clustered].argmax(axis=1)
    value = widths(sums[clustered], own, membership.sum(axis=0)).mean()
    return Silhouette(float(value), None, None, customers, exact=True)
