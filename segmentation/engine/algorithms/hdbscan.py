"""HDBSCAN: clusters of any density that stay together longest; the others are noise."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from sklearn.cluster import HDBSCAN

from segmentation.engine.algorithms.clustering import (
    Clustering,
    joined_by_nearest,
    require_customers,
)
from segmentation.engine.parameters import Parameter, checked

PARAMETERS = (
    Parameter(
        name="min_cluster_size",
        label="Smallest segment (%)",
        help="The smallest share of all customers, in percent, that may be a segment.",
        kind="number",
        default=2.0,
        lowest=0,
        above=True,
        highest=50,
    ),
    Parameter(
        name="min_samples",
        label="Neighbours",
        help="How many close customers have to agree: more make more customers noise.",
        kind="whole",
        default=5,
        lowest=1,
        highest=1_000,
    ),
)


def fit(
    values: np.ndarray, *, clusters: tuple[int, ...], parameters: Mapping[str, Any], seed: int
) -> Iterator[Clustering]:
    """Cluster (n, d) values by density at every scale (Campello et al. 2013).

    Any number of clusters is found, also none. No lots are drawn. Raises BadSettings and
    TooFewCustomers.
    """
    used = checked(PARAMETERS, parameters)
    require_customers(values, 2)
    smallest = round(len(values) * used["min_cluster_size"] / 100)
    model = HDBSCAN(
        min_cluster_size=max(smallest, 2),
        min_samples=min(used["min_samples"], len(values)),
        copy=True,
    )
    yield joined_by_nearest(values, model.fit_predict(values), used, {})
