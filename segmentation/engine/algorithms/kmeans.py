"""K-means: customers go to the nearest of k centers."""

from functools import partial

import numpy as np
from sklearn.cluster import KMeans

from segmentation.engine.algorithms.clustering import (
    Attempt,
    Clustering,
    by_size,
    require_customers,
)
from segmentation.engine.settings import ClusteringSettings


def attempts(settings: ClusteringSettings) -> list[Attempt]:
    """One attempt for each number of clusters in the settings."""
    return [partial(fit, clusters=k, starts=settings.starts) for k in settings.clusters]


def fit(values: np.ndarray, clusters: int, seed: int, starts: int) -> Clustering:
    """Cluster (n, d) values by Lloyd's algorithm (Lloyd 1982) from k-means++ starts.

    Starts are drawn as by Arthur and Vassilvitskii (2007); of `starts` of them the one with the
    least inertia is kept. The same values, in the same order, and seed give the same clusters.
    Raises TooFewCustomers.
    """
    require_customers(values, clusters)
    model = KMeans(n_clusters=clusters, n_init=starts, random_state=seed).fit(values)
    labels, centers = by_size(model.labels_, model.cluster_centers_)
    return Clustering(labels, centers, float(model.inertia_))
