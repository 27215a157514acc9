"""The engine's reference preset beside the plain scikit-learn calls it stands on."""

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from benchmarks.measure import Result, seconds
from segmentation.engine.algorithms.kmeans import fit
from segmentation.engine.features import Features
from segmentation.engine.reductions import pca
from segmentation.engine.scaling import standardise

CLUSTERS, STARTS, SEED = 5, 10, 7


def measure(customers: int) -> list[Result]:
    features = _features(customers)
    result = Result(
        name="standardise, 2 principal components, K-means with 5 clusters",
        size=f"{customers:,} customers",
        baseline="scikit-learn",
        product_seconds=seconds(lambda: _product(features)),
        baseline_seconds=seconds(lambda: _baseline(features.values)),
    )
    return [result]


def _features(customers: int) -> Features:
    """Five groups of customers in seven features."""
    random = np.random.default_rng(SEED)
    centers = random.normal(scale=3, size=(CLUSTERS, 7))
    values = centers[random.integers(CLUSTERS, size=customers)]
    values = values + random.normal(size=values.shape)
    names = tuple(f"feature_{i}" for i in range(7))
    return Features(np.arange(customers), names, values, frozenset())


def _product(features: Features) -> None:
    reduced = pca(standardise(features), components=2, seed=SEED)
    fit(reduced.values, CLUSTERS, SEED, STARTS)


def _baseline(values: np.ndarray) -> None:
    reduced = PCA(2, svd_solver="covariance_eigh").fit_transform(
        StandardScaler().fit_transform(values)
    )
    KMeans(CLUSTERS, n_init=STARTS, random_state=SEED).fit(reduced)
