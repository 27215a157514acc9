"""Gaussian mixture: customers come from k overlapping clouds, each of its own shape."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.mixture import GaussianMixture

from segmentation.engine.algorithms.clustering import (
    Clustering,
    Predictor,
    means,
    numbering,
    require_customers,
)
from segmentation.engine.parameters import Parameter, checked

# Added to each variance, as a share of the largest one, so that customers who are all alike
# (or a pair of columns that always add up to one) leave no cloud without width.
WIDTH = 1e-6

PARAMETERS = (
    Parameter(
        name="covariance",
        label="Shape of the segments",
        help="Freer shapes follow the customers more closely and need more of them.",
        kind="choice",
        default="full",
        choices=(
            ("full", "Each segment has its own shape, at any angle"),
            ("tied", "All segments share one shape"),
            ("diag", "Each segment has its own width in each feature"),
            ("spherical", "Each segment is round"),
        ),
    ),
    Parameter(
        name="starts",
        label="Random starts",
        help="How often each number of segments is tried from other beginnings; the best counts.",
        kind="whole",
        default=3,
        lowest=1,
        highest=100,
    ),
)


def fit(
    values: np.ndarray, *, clusters: tuple[int, ...], parameters: Mapping[str, Any], seed: int
) -> Iterator[Clustering]:
    """Fit Gaussian mixtures to (n, d) values by expectation-maximisation (Dempster et al. 1977).

    A customer belongs to the component most likely to have brought it forth; a component that is
    nobody's most likely one is no cluster. BIC (Schwarz 1978) and AIC (Akaike 1974) judge the
    mixture, lower is better. Raises BadSettings and TooFewCustomers.
    """
    used = checked(PARAMETERS, parameters)
    for number in clusters:
        yield _fit(values, number, used, seed)


def _fit(values: np.ndarray, clusters: int, parameters: dict[str, Any], seed: int) -> Clustering:
    require_customers(values, max(clusters, 2))
    model = GaussianMixture(
        clusters,
        covariance_type=parameters["covariance"],
        n_init=parameters["starts"],
        reg_covar=WIDTH * float(values.var(axis=0).max()),
        random_state=seed,
    )
    raw = model.fit_predict(values)
    taken = np.unique(raw)
    compact = np.searchsorted(taken, raw)
    centers = means(values, compact, len(taken))
    numbers = numbering(compact, centers)
    return Clustering(
        labels=numbers[compact],
        centers=centers[np.argsort(numbers[:-1])],
        predictor=Predictor(model, numbers[_nearest_taken(model.means_, taken)]),
        bic=float(model.bic(values)),
        aic=float(model.aic(values)),
        parameters=parameters,
    )


def _nearest_taken(component_means: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """(components + 1,): the position in `taken` of each component or of the nearest one.

    Other customers may be most likely in a component that none of the fitted ones was in.
    """
    nearest = cdist(component_means, component_means[taken]).argmin(axis=1)
    nearest[taken] = np.arange(len(taken))
    return np.append(nearest, -1)
