"""Clustering more customers than an algorithm can take: some are fitted, the others assigned."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import repeat
from typing import Any

import numpy as np
from scipy.spatial import cKDTree
from sklearn.metrics import adjusted_rand_score

from segmentation.engine.algorithms import Algorithm
from segmentation.engine.algorithms.clustering import (
    Clustering,
    NotFittable,
    means,
    numbering,
)
from segmentation.engine.parameters import checked
from segmentation.engine.sampling import sample_rows

MEASURED = 5_000  # customers that an approximation is compared with the exact result on
PART = 5  # one in so many of them is fitted there

THREADS = 2

NEAREST = "joins the segment of the nearest of them"
PREDICTED = "joins the segment that the model finds for it"


@dataclass(frozen=True)
class Approximation:
    """What stands in for the exact result, and how well."""

    what: str  # a sentence
    fitted_on: int  # customers
    # Adjusted Rand index with the exact result, 1 = the same segments; None where a fifth of the
    # customers measured has too few different ones to be fitted.
    agreement: float | None
    measured_on: int  # customers

    def to_json(self) -> dict[str, Any]:
        """This as a plain dict that json can write."""
        return asdict(self)


def fit_any(
    algorithm: Algorithm,
    values: np.ndarray,
    *,
    clusters: tuple[int, ...],
    parameters: Mapping[str, Any],
    seed: int,
    most: int | None = None,
) -> Iterator[tuple[Clustering, Approximation | None]]:
    """Cluster (n, d) values exactly, or by a sample where they are more than can be fitted.

    Exact, with None, up to the algorithm's own limit and `most` customers. Beyond that so many
    are drawn by the seed and fitted, with parameters that suit fewer, and all n get labels. How
    well that agrees with the exact result is measured the same way on at most 5,000 of them.
    Raises what the algorithm raises.
    """
    given = checked(algorithm.parameters, parameters)
    fit = partial(algorithm.fit, clusters=clusters, seed=seed)
    limit = min(size for size in (algorithm.exact_up_to, most, len(values)) if size is not None)
    if limit == len(values):
        yield from ((clustering, None) for clustering in fit(values, parameters=given))
        return
    rows = sample_rows(len(values), limit, seed)
    suited = algorithm.thinned(given, values, values[rows])
    note = _suited(algorithm, given, suited)
    agreements = _agreements(algorithm, fit, values[rows], suited, seed)
    found = _approximate(fit, values, rows, suited)
    for clustering, agreement in zip(found, agreements, strict=False):
        what = _what(clustering, limit, len(values), note)
        yield clustering, Approximation(what, limit, agreement, min(limit, MEASURED))


def _what(clustering: Clustering, fitted: int, customers: int, note: str) -> str:
    joins = NEAREST if clustering.predictor.is_nearest else PREDICTED
    return (
        f"Fitted on {fitted:,} of {customers:,} customers drawn by the seed{note}; each of the "
        f"others {joins}."
    )


def _suited(algorithm: Algorithm, given: Mapping[str, Any], suited: Mapping[str, Any]) -> str:
    """, with distance 1.02 instead of 0.65 because they are fewer"""
    changed = [
        f"{parameter.label.lower()} {suited[parameter.name]:.3g} instead of "
        f"{given[parameter.name]:.3g}"
        for parameter in algorithm.parameters
        if suited[parameter.name] != given[parameter.name]
    ]
    return f", with {' and '.join(changed)} because they are fewer" if changed else ""


def _agreements(
    algorithm: Algorithm,
    fit: Callable[..., Iterator[Clustering]],
    values: np.ndarray,
    parameters: Mapping[str, Any],
    seed: int,
) -> Iterator[float | None]:
    """How well a fifth of at most 5,000 customers stands for them: one per clustering, then None.

    The adjusted Rand index (Hubert and Arabie 1985) with the exact result.
    """
    measured = values[sample_rows(len(values), MEASURED, seed)]
    whole = algorithm.thinned(parameters, values, measured)
    rows = sample_rows(len(measured), max(len(measured) // PART, 1), seed)
    part = algorithm.thinned(whole, measured, measured[rows])
    exact = fit(measured, parameters=whole)
    yield from _alike(exact, _approximate(fit, measured, rows, part))


def agreements_on(
    algorithm: Algorithm,
    values: np.ndarray,
    maps: tuple[np.ndarray, np.ndarray],
    *,
    clusters: tuple[int, ...],
    parameters: Mapping[str, Any],
    seed: int,
) -> Iterator[float | None]:
    """How alike the clusters of the same customers are on two maps: one per clustering, then None.

    The adjusted Rand index (Hubert and Arabie 1985). The maps are (m, d), the (n, d) values are
    those that the parameters were given for.
    """
    given = checked(algorithm.parameters, parameters)
    both = (
        algorithm.fit(
            mapped,
            clusters=clusters,
            parameters=algorithm.thinned(given, values, mapped, is_anew=True),
            seed=seed,
        )
        for mapped in maps
    )
    yield from _alike(*both)


def _alike(
    exact: Iterator[Clustering], approximate: Iterator[Clustering]
) -> Iterator[float | None]:
    try:
        for one, other in zip(exact, approximate, strict=True):
            yield float(adjusted_rand_score(one.labels, other.labels))
    except NotFittable:
        pass
    yield from repeat(None)


def _approximate(
    fit: Callable[..., Iterator[Clustering]],
    values: np.ndarray,
    rows: np.ndarray,
    parameters: Mapping[str, Any],
) -> Iterator[Clustering]:
    """Clusterings of all (n, d) values that were fitted on some rows of them."""
    nearest = None
    for clustering in fit(values[rows], parameters=parameters):
        if not clustering.predictor.is_nearest:
            labels = clustering.predictor.predict(values)
        else:
            if nearest is None:
                _, nearest = cKDTree(values[rows]).query(values, workers=THREADS)
            labels = clustering.labels[nearest]
        # The nearest of a fitted customer may be its double in another cluster.
        labels[rows] = clustering.labels
        yield _with_all(clustering, values, labels)


def _with_all(clustering: Clustering, values: np.ndarray, labels: np.ndarray) -> Clustering:
    """The clustering with labels for all (n, d) values, numbered anew by size."""
    centers = means(values, labels, len(clustering.centers))
    numbers = numbering(labels, centers)
    labels, centers = numbers[labels], centers[np.argsort(numbers[:-1])]
    return replace(
        clustering,
        labels=labels,
        centers=centers,
        predictor=replace(clustering.predictor, numbers=numbers[clustering.predictor.numbers]),
        inertia=None if clustering.inertia is None else _inertia(values, labels, centers),
    )


def _inertia(values: np.ndarray, labels: np.ndarray, centers: np.ndarray) -> float:
    return float(((values - centers[labels]) ** 2).sum())
