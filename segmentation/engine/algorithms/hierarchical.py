"""Hierarchical clustering: the two nearest groups are merged until all customers are one."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import dendrogram, fcluster, linkage

from segmentation.engine.algorithms.clustering import (
    Clustering,
    joined_by_nearest,
    require_customers,
)
from segmentation.engine.parameters import Parameter, checked

DRAWN = 30  # merges of the dendrogram

PARAMETERS = (
    Parameter(
        name="linkage",
        label="Distance between groups",
        help="What is compared when the two nearest groups are merged.",
        kind="choice",
        default="ward",
        choices=(
            ("ward", "How much wider the merged group gets (Ward)"),
            ("average", "The mean distance between their customers"),
            ("complete", "The distance between their farthest customers"),
        ),
    ),
)


def fit(
    values: np.ndarray, *, clusters: tuple[int, ...], parameters: Mapping[str, Any], seed: int
) -> Iterator[Clustering]:
    """Merge (n, d) values by Ward's (1963), average or complete linkage, and cut the tree.

    One tree serves all numbers of clusters. It needs the distance of each customer to each other,
    twice: 0.8 GB for 10,000. No lots are drawn. Raises BadSettings and TooFewCustomers.
    """
    used = checked(PARAMETERS, parameters)
    require_customers(values, 2)
    merges = linkage(values, method=used["linkage"])
    curves = {"dendrogram": _drawn(merges)}
    for number in clusters:
        require_customers(values, number)
        yield joined_by_nearest(values, cut(merges, number), used, curves)


def cut(merges: np.ndarray, clusters: int) -> np.ndarray:
    """(n,) labels of exactly `clusters` clusters from (n - 1, 4) merges as scipy gives them."""
    # By height alone merges of equal height could only be undone together.
    in_order = merges.copy()
    in_order[:, 2] = np.arange(1, len(merges) + 1)
    merged = len(merges) + 1 - clusters
    labels: np.ndarray = fcluster(in_order, merged, criterion="distance")
    return labels - 1


def _drawn(merges: np.ndarray) -> dict[str, Any]:
    """The last 30 merges, each as four corners of a bracket, and how many customers are below.

    The leaf at position i stands at x = 10 i + 5; y is the distance at which two groups merge.
    """
    drawn = dendrogram(merges, p=DRAWN + 1, truncate_mode="lastp", no_plot=True)
    brackets = zip(drawn["icoord"], drawn["dcoord"], strict=True)
    sizes = _sizes(merges)
    return {
        "merges": [{"x": list(map(float, x)), "y": list(map(float, y))} for x, y in brackets],
        "leaves": [int(sizes[leaf]) for leaf in drawn["leaves"]],
    }


def _sizes(merges: np.ndarray) -> np.ndarray:
    """How many customers are in each node: the customers themselves, then the merges."""
    return np.concatenate([np.ones(len(merges) + 1), merges[:, 3]])
