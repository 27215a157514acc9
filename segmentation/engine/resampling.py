"""Whether a model finds the same again in other customers, and nothing where there is nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from segmentation.engine.algorithms.clustering import Clustering
from segmentation.engine.reductions import Reduced, Space, reduce
from segmentation.engine.refits import Model, refit, spaces_of
from segmentation.engine.silhouettes import exact_silhouettes

__all__ = ["Model", "Structure", "above_chance", "stabilities", "structures"]

MAPS = 3  # t-SNE maps of chance; each takes some 3 s
LEAST_DEVIATION = 0.005  # of silhouettes; smaller differences matter to nobody, however sure


@dataclass(frozen=True)
class Structure:
    """The silhouette of a model in the common space, against that on shuffled customers.

    Noise counts as width 0: a few small clusters in a sea of noise would otherwise pass for
    structure, and shuffled customers often have such.
    """

    observed: float
    shuffled_mean: float
    shuffled_deviation: float  # standard deviation between shuffles (ddof 1)
    z: float  # how many of these it is above chance, each taken as at least 0.005


def stabilities(
    values: np.ndarray, models: Sequence[Model], *, seed: int, resamples: int = 10
) -> list[float | None]:
    """How alike the clusters of each model are when other customers are drawn; 1 = the same.

    The mean adjusted Rand index (Hubert and Arabie 1985), -0.5 to 1 with 0 for chance, between
    the model fitted on the (m, p) values and on m rows drawn from them with replacement
    (Efron 1979), each telling the cluster of all m rows; noise counts as one more cluster. The
    space is reduced anew for each draw, but a t-SNE map, which has no place for others, is kept.

    K-means is fitted from at most 3 random starts and a mixture from 1, so a model with more is a
    little more stable than is said here. A draw with too few different customers is passed over.
    None where all were, or where everybody is in one cluster, in which nothing could change.

    This and structures() together take 9 to 11 s of processor time for 60 models of 1,000 x 7
    values: five algorithms in three spaces.
    """
    with threadpool_limits(1):
        spaces = {space: reduce(space, values, seed=seed) for space in spaces_of(models)}
        whole = {space: reduced.values for space, reduced in spaces.items()}
        references = refit(models, whole, seed=seed)
        rng = np.random.default_rng(seed)
        draws = [rng.integers(0, len(values), len(values)) for _ in range(resamples)]
        labels = [_labels_by(rows, values, spaces, models, seed) for rows in draws]
    by_model = zip(references, zip(*labels, strict=True), strict=True)
    return [_stability(reference, redrawn) for reference, redrawn in by_model]


def structures(
    values: np.ndarray,
    common: np.ndarray,
    blocks: Sequence[Sequence[int]],
    models: Sequence[Model],
    *,
    seed: int,
    shuffles: int = 10,
) -> list[Structure | None]:
    """How far the silhouette of each model is above chance, in standard deviations.

    The model is fitted on the (m, p) values, and on as many customers who have the same values of
    each feature but in an order shuffled by the seed, so that features say nothing about each
    other. Columns of one block move together, a column in no block on its own. Silhouettes are
    measured in the common space, (m, p) with a column for each of the values, shuffled alike, and
    noise counts as width 0; so does everybody where a model finds fewer than two clusters.

    Models are refitted as in stabilities(). Shuffles with too few different customers are passed
    over, and on t-SNE maps only 3 are measured. None where all were passed over.
    """
    rng = np.random.default_rng(seed)
    orders = [_orders(blocks, values.shape, rng) for _ in range(shuffles)]
    by_chance = ((reordered(values, order), reordered(common, order)) for order in orders)
    return above_chance(values, common, by_chance, models, seed=seed)


def above_chance(
    values: np.ndarray,
    common: np.ndarray,
    by_chance: Iterable[tuple[np.ndarray, np.ndarray]],
    models: Sequence[Model],
    *,
    seed: int,
) -> list[Structure | None]:
    """As structures(), against any (values, common) that were made by chance."""
    with threadpool_limits(1):
        observed = _silhouettes(values, common, models, seed)
        made = [
            _silhouettes(*one, models, seed, maps=number < MAPS)
            for number, one in enumerate(by_chance)
        ]
    chances = zip(*made, strict=True)
    return [_structure(one, chance) for one, chance in zip(observed, chances, strict=True)]


def _labels_by(
    rows: np.ndarray,
    values: np.ndarray,
    spaces: Mapping[Space, Reduced],
    models: Sequence[Model],
    seed: int,
) -> list[np.ndarray | None]:
    """The clusters of all (m, p) values by each model fitted on some rows, a few of them twice."""
    redrawn = {space: _redraw(space, one, values, rows, seed) for space, one in spaces.items()}
    fitted = refit(models, {space: drawn for space, (drawn, _) in redrawn.items()}, seed=seed)
    return [
        None if clustering is None else clustering.predictor.predict(redrawn[model.space][1])
        for model, clustering in zip(models, fitted, strict=True)
    ]


def _redraw(
    space: Space, whole: Reduced, values: np.ndarray, rows: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """The drawn customers and all customers, in the space as it looks to the drawn ones."""
    if whole.model is None:
        return whole.values[rows], whole.values
    drawn = reduce(space, values[rows], seed=seed)
    return drawn.values, drawn.model.transform(values)


def _stability(reference: Clustering | None, redrawn: Sequence[np.ndarray | None]) -> float | None:
    if reference is None or np.ptp(reference.labels) == 0:
        return None
    found = [adjusted_rand_score(reference.labels, one) for one in redrawn if one is not None]
    return float(np.mean(found)) if found else None


def _orders(
    blocks: Sequence[Sequence[int]], shape: tuple[int, ...], rng: np.random.Generator
) -> np.ndarray:
    """(m, p): the row each value is taken from, the same for all columns of a block."""
    rows, columns = shape
    orders = np.column_stack([rng.permutation(rows) for _ in range(columns)])
    for block in blocks:
        orders[:, list(block)] = orders[:, [block[0]]]
    return orders


def reordered(values: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """(m, p): each value replaced by the one of its column in the row that (m, p) orders name."""
    return np.take_along_axis(values, orders, axis=0)


def _silhouettes(
    values: np.ndarray,
    common: np.ndarray,
    models: Sequence[Model],
    seed: int,
    *,
    maps: bool = True,
) -> list[float | None]:
    """The silhouette in the common space of each model, noise as 0; None where it wasn't fitted."""
    wanted = [space for space in spaces_of(models) if maps or space.reduction != "tsne"]
    spaces = {space: reduce(space, values, seed=seed).values for space in wanted}
    fitted = refit(models, spaces, seed=seed)
    measured = exact_silhouettes(common, [one.labels for one in fitted if one is not None])
    found = iter((one.value or 0.0) * one.customers / len(values) for one in measured)
    return [None if one is None else next(found) for one in fitted]


def _structure(observed: float | None, by_chance: Sequence[float | None]) -> Structure | None:
    known = [silhouette for silhouette in by_chance if silhouette is not None]
    if observed is None or not known:
        return None
    mean = float(np.mean(known))
    deviation = float(np.std(known, ddof=1)) if len(known) > 1 else 0.0
    return Structure(observed, mean, deviation, (observed - mean) / max(deviation, LEAST_DEVIATION))
