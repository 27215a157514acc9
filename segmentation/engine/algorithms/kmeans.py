"""K-means: customers go to the nearest of k centers."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from sklearn.cluster import KMeans

from segmentation.engine.algorithms.clustering import (
    Clustering,
    Predictor,
    numbering,
    require_customers,
)
from segmentation.engine.parameters import Parameter, checked

PARAMETERS = (
    Parameter(
        name="starts",
        label="Random starts",
        help="How often each number of segments is tried from other beginnings; the best counts.",
        kind="whole",
        default=10,
        lowest=1,
        highest=100,
    ),
)


def fit(
    values: np.ndarray, *, clusters: tuple[int, ...], parameters: Mapping[str, Any], seed: int
) -> Iterator[Clustering]:
    """Cluster (n, d) values by Lloyd's algorithm (Lloyd 1982) from k-means++ starts.

    Starts are drawn as by Arthur and Vassilvitskii (2007); of `starts` of them the one with the
    least inertia is kept. The same values, in the same order, and seed give the same clusters.
    Raises BadSettings and TooFewCustomers.
    """
    used = checked(PARAMETERS, parameters)
    for number in clusters:
        yield _fit(values, number, used, seed)


def _fit(values: np.ndarray, clusters: int, parameters: dict[str, Any], seed: int) -> Clustering:
    require_customers(values, clusters)
    model = KMeans(clusters, n_init=parameters["starts"], random_state=seed).fit(values)
    numbers = numbering(model.labels_, model.cluster_centers_)
    return Clustering(
        labels=numbers[model.labels_],
        centers=model.cluster_centers_[np.argsort(numbers[:-1])],
        predictor=Predictor(model, numbers),
        inertia=float(model.inertia_),
        parameters=parameters,
    )
