"""The engine's fits beside the plain scikit-learn calls they stand on, on the same arrays."""

from collections.abc import Callable

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture

from benchmarks.measure import Result, seconds
from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.algorithms.gaussian_mixture import WIDTH
from segmentation.engine.reductions import Space, reduce

CLUSTERS, STARTS, SEED, LIMIT = 5, 10, 7, 1.15


def measure(customers: int) -> list[Result]:
    """K-means, principal components and a mixture of the same (customers, 7) values."""
    values = _values(customers)
    plane = reduce(Space("pca", 2), values, seed=SEED).values
    pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "K-means, 5 clusters": (
            lambda: _product("kmeans", plane, starts=STARTS),
            lambda: KMeans(CLUSTERS, n_init=STARTS, random_state=SEED).fit(plane),
        ),
        "2 principal components": (
            lambda: reduce(Space("pca", 2), values, seed=SEED),
            lambda: PCA(2, svd_solver="covariance_eigh").fit_transform(values),
        ),
        "Gaussian mixture, 5 components": (
            lambda: _product("gaussian_mixture", plane, starts=1),
            lambda: _mixture(plane),
        ),
    }
    return [
        Result(
            name=name,
            size=f"{customers:,} customers",
            baseline="scikit-learn",
            product_seconds=seconds(product),
            baseline_seconds=seconds(baseline),
            limit=LIMIT,
        )
        for name, (product, baseline) in pairs.items()
    ]


def _product(algorithm: str, values: np.ndarray, **parameters: int) -> None:
    fit = ALGORITHMS[algorithm].fit
    list(fit(values, clusters=(CLUSTERS,), parameters=parameters, seed=SEED))


def _mixture(values: np.ndarray) -> None:
    """What a person would ask of it: the groups, and both criteria."""
    width = WIDTH * float(values.var(axis=0).max())
    model = GaussianMixture(CLUSTERS, reg_covar=width, random_state=SEED)
    model.fit_predict(values)
    model.bic(values)
    model.aic(values)


def _values(customers: int) -> np.ndarray:
    """Five groups of customers in seven features."""
    random = np.random.default_rng(SEED)
    centers = random.normal(scale=3, size=(CLUSTERS, 7))
    values = centers[random.integers(CLUSTERS, size=customers)]
    standard: np.ndarray = values + random.normal(size=values.shape)
    return standard
