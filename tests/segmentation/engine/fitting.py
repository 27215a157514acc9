"""Fitting one clustering in one line."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from segmentation.engine.algorithms import ALGORITHMS, Clustering


def fit_one(
    name: str, values: ArrayLike, *clusters: int, seed: int = 0, **given: Any
) -> Clustering:
    """The clustering with that number of clusters, or with the number the algorithm finds."""
    table = np.array(values, dtype=np.float64)
    (clustering,) = ALGORITHMS[name].fit(table, clusters=clusters, parameters=given, seed=seed)
    return clustering


def fit_all(name: str, values: ArrayLike, *clusters: int, seed: int = 0) -> list[Clustering]:
    """One clustering for each number of clusters."""
    table = np.array(values, dtype=np.float64)
    return list(ALGORITHMS[name].fit(table, clusters=clusters, parameters={}, seed=seed))
