"""DBSCAN: customers with enough others close by form clusters; those far from all are noise."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from scipy.spatial import cKDTree
from sklearn.cluster import DBSCAN

from segmentation.engine.algorithms.clustering import ROUNDING, Clustering, joined_by_nearest
from segmentation.engine.knees import knee
from segmentation.engine.parameters import Parameter, checked

DRAWN = 200  # points of the k-distance curve

PARAMETERS = (
    Parameter(
        name="eps",
        label="Distance",
        help="How close customers have to be to count as neighbours; left out, it is proposed.",
        kind="number",
        default=None,
        lowest=0,
        above=True,
    ),
    Parameter(
        name="min_samples",
        label="Neighbours",
        help="How many customers, oneself included, have to be close by to begin a segment.",
        kind="whole",
        default=10,
        lowest=1,
        highest=1_000,
    ),
)


def fit(
    values: np.ndarray, *, clusters: tuple[int, ...], parameters: Mapping[str, Any], seed: int
) -> Iterator[Clustering]:
    """Cluster (n, d) values by density (Ester et al. 1996): any number of clusters, also none.

    Without eps the knee of the k-distance curve is taken, as they propose. No lots are drawn.
    Raises BadSettings.
    """
    used = checked(PARAMETERS, parameters)
    distances = k_distances(values, used["min_samples"])
    used["eps"] = used["eps"] or propose_eps(distances)
    labels = DBSCAN(eps=used["eps"], min_samples=used["min_samples"]).fit_predict(values)
    curve = {"distances": _drawn(distances).tolist(), **used}
    yield joined_by_nearest(values, labels, used, {"k_distance": curve})


def k_distances(values: np.ndarray, k: int, of: np.ndarray | None = None) -> np.ndarray:
    """Descending: how far the k-th nearest of (n, d) values is, oneself counted as the first.

    (n,) for all of them or (m,) for those (m, d) `of` them.
    """
    asked = values if of is None else of
    distances, _ = cKDTree(values).query(asked, k=[min(k, len(values))], workers=2)
    return np.sort(distances.ravel())[::-1]


def thinned(
    parameters: Mapping[str, Any],
    values: np.ndarray,
    fewer: np.ndarray,
    *,
    is_anew: bool = False,
) -> Mapping[str, Any]:
    """The parameters that suit (m, d) `fewer` of the (n, d) values as these suit all of them.

    The fewer customers there are, the farther apart they stand: the distance grows so that as
    many of them as before, as a share, have enough neighbours within it. In a space of their own it
    may also shrink.
    """
    eps, k = parameters["eps"], parameters["min_samples"]
    if eps is None:
        return parameters
    before, after = k_distances(values, k, of=None if is_anew else fewer), k_distances(fewer, k)
    within = float((before <= eps).mean())
    was, becomes = np.quantile(before, within), np.quantile(after, within)
    grown = eps * becomes / was if was > 0 else max(eps, becomes)
    return {**parameters, "eps": float(grown) if is_anew else max(float(grown), eps)}


def propose_eps(distances: np.ndarray) -> float:
    """The distance at the knee of (n,) descending k-distances; above 0 in any case."""
    curve = _drawn(distances)
    position = knee(np.arange(len(curve)), curve, curve="convex", direction="decreasing")
    found = float(np.median(curve)) if position is None else float(curve[int(position)])
    # Half of the customers and more may be doubles of each other.
    return max(found, ROUNDING)


def _drawn(distances: np.ndarray) -> np.ndarray:
    """At most 200 of them, evenly spaced, the first and the last included."""
    positions = np.linspace(0, len(distances) - 1, min(DRAWN, len(distances)))
    drawn: np.ndarray = distances[positions.round().astype(int)]
    return drawn
