"""Fewer dimensions before clustering. A new reduction is one function and one entry here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import openTSNE
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.neighbors import KNeighborsRegressor
from threadpoolctl import threadpool_limits

from segmentation.engine.algorithms.clustering import TooFewCustomers
from segmentation.engine.sampling import sample_rows

MAPPED = 10_000  # customers on a t-SNE map; the others are placed among them
# The method that finds near customers by cutting the map into cells knows no fourth.
MOST_DIRECTIONS = 3
FEWEST_MAPPED = 4  # t-SNE needs three others per customer at its lowest perplexity
PLACED_AMONG = 5  # nearest customers on the map
COMPARED = 3_000  # customers who are mapped twice, to see what placing changes
PART = 5  # one in so many of them is on the second map
TRUSTED_ON = 2_000  # customers; trustworthiness compares each with each
NEIGHBOURS = 5  # that have to be kept, scikit-learn's own choice
# Of several threads the order in which they end would round sums otherwise, and a map does not
# forget that. They also wait for each other some thousand times, on a busy machine for minutes.
MAP_THREADS = 1


@dataclass(frozen=True)
class Space:
    """Where customers are clustered."""

    reduction: str = "none"
    components: int = 2  # at most one per feature; three on a t-SNE map
    explained: float | None = None  # PCA: as many components as keep that share of the variance
    perplexity: float = 30.0  # t-SNE: about how many neighbours each customer minds

    @property
    def label(self) -> str:
        """What a title says: "2 principal components", "t-SNE map"; empty for the features."""
        return REDUCTIONS[self.reduction].label(self)


@dataclass(frozen=True, eq=False)
class Reduced:
    """The customers in the space that is clustered."""

    values: np.ndarray  # (n, components)
    components: int
    explained_variance: float | None = None  # PCA: share of the variance kept, 0 to 1
    trustworthiness: float | None = None  # t-SNE: 0 to 1, 1 = all neighbours on the map are real
    model: Any = None  # the fitted transformer; None where there is no rule for other customers
    mapped: int | None = None  # customers on a t-SNE map among whom the others are placed
    note: str = ""  # that in a sentence


@dataclass(frozen=True)
class Reduction:
    """How a reduction is offered to people, and what does it."""

    choice: str  # what a form says
    label: Callable[[Space], str]
    reduce: Callable[[Space, np.ndarray, int], Reduced]  # the last is the seed


def reduce(space: Space, values: np.ndarray, *, seed: int) -> Reduced:
    """Take (n, p) values to the space. The same values and seed give the same coordinates.

    Raises TooFewCustomers for a t-SNE map of fewer than 4 customers.
    """
    return REDUCTIONS[space.reduction].reduce(space, values, seed)


def pca(values: np.ndarray, components: float) -> Reduced:
    """Project (n, p) values on the directions of largest variance (Hotelling 1933).

    A whole number of components is lowered to min(n, p); a share (0 to 1) keeps as many as
    explain it. No lots are drawn, and the sign of each component is the one that makes its
    largest loading positive, so equal values give equal coordinates.
    """
    # Exact, and ten times faster than the full decomposition at a million customers.
    model = PCA(n_components=min(components, *values.shape), svd_solver="covariance_eigh")
    reduced = model.fit_transform(values)
    explained = float(model.explained_variance_ratio_.sum())
    return Reduced(reduced, reduced.shape[1], explained_variance=explained, model=model)


def tsne(values: np.ndarray, *, components: int, perplexity: float, seed: int) -> Reduced:
    """Place (n, p) values on a map that keeps neighbours together (van der Maaten, Hinton 2008).

    Beyond 10,000 customers so many of them, drawn by the seed, are on the map and each of the
    others is placed among its nearest. The perplexity is lowered to (n - 1) / 3 where it is more.
    The map is judged by its trustworthiness (Venna and Kaski 2001). Raises TooFewCustomers.
    """
    customers = len(values)
    if customers < FEWEST_MAPPED:
        raise TooFewCustomers(
            f"A t-SNE map needs at least {FEWEST_MAPPED} customers; there "
            f"{'is' if customers == 1 else 'are'} only {customers}. Choose another reduction."
        )
    kept = min(components, MOST_DIRECTIONS, values.shape[1])
    fewer = min(perplexity, (customers - 1) / 3)
    mapped, note = None, ""
    with threadpool_limits(MAP_THREADS):
        if customers <= MAPPED:
            places = _map(values, kept, fewer, seed)
        else:
            rows = sample_rows(customers, MAPPED, seed)
            places, mapped = _map_among(rows, values, kept, fewer, seed), len(rows)
            note = (
                f"The map shows {mapped:,} of {customers:,} customers drawn by the seed; each of "
                f"the others stands among the {PLACED_AMONG} of them who are most like it."
            )
    trust = _trust(values, places, seed)
    return Reduced(places, kept, trustworthiness=trust, mapped=mapped, note=note)


def _map(values: np.ndarray, components: int, perplexity: float, seed: int) -> np.ndarray:
    model = TSNE(components, init="pca", perplexity=perplexity, random_state=seed)
    mapped: np.ndarray = model.fit_transform(values)
    return mapped.astype(np.float64)


def maps_to_compare(
    space: Space, values: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """How a map of a sample is tried: at most 3,000 of the (n, p) values, mapped in two ways.

    The (m, components) map of all of them, and the one on which a fifth of them is and the others
    are placed. None where the reduction leaves nobody out.
    """
    if space.reduction != "tsne" or len(values) <= MAPPED:
        return None
    some = values[sample_rows(len(values), COMPARED, seed)]
    kept = min(space.components, MOST_DIRECTIONS, values.shape[1])
    rows = sample_rows(len(some), len(some) // PART, seed)
    with threadpool_limits(MAP_THREADS):
        whole = _map(some, kept, space.perplexity, seed)
        return whole, _map_among(rows, some, kept, space.perplexity, seed)


def _map_among(
    rows: np.ndarray, values: np.ndarray, components: int, perplexity: float, seed: int
) -> np.ndarray:
    """A map of some rows, with everybody else placed among them."""
    model = openTSNE.TSNE(
        n_components=components,
        perplexity=perplexity,
        random_state=seed,
        n_jobs=MAP_THREADS,
        # The faster method knows no third direction.
        negative_gradient_method="bh" if components > 2 else "auto",
    )
    mapped = np.asarray(model.fit(values[rows]))
    nearest = KNeighborsRegressor(PLACED_AMONG, weights="distance", n_jobs=2)
    placed: np.ndarray = nearest.fit(values[rows], mapped).predict(values)
    return placed


def _trust(values: np.ndarray, mapped: np.ndarray, seed: int) -> float:
    rows = sample_rows(len(values), TRUSTED_ON, seed)
    neighbours = min(NEIGHBOURS, (len(rows) - 1) // 2)
    return float(trustworthiness(values[rows], mapped[rows], n_neighbors=neighbours))


def _none(space: Space, values: np.ndarray, seed: int) -> Reduced:
    return Reduced(values, values.shape[1])


def _pca(space: Space, values: np.ndarray, seed: int) -> Reduced:
    return pca(values, space.explained or space.components)


def _tsne(space: Space, values: np.ndarray, seed: int) -> Reduced:
    return tsne(values, components=space.components, perplexity=space.perplexity, seed=seed)


def _components_label(space: Space) -> str:
    if space.explained is not None:
        return f"principal components that explain {space.explained:.0%}"
    return f"{space.components} principal component{'s' if space.components > 1 else ''}"


REDUCTIONS = {
    "none": Reduction("On the features as they are", lambda space: "", _none),
    "pca": Reduction("On their main directions (principal components)", _components_label, _pca),
    "tsne": Reduction(
        "On a map that keeps neighbours together (t-SNE)", lambda space: "t-SNE map", _tsne
    ),
}
