"""Customers made by chance who keep the features' distributions and how these go together."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm, rankdata

from segmentation.engine.resampling import Model, Structure, above_chance, reordered

DRAWS = 20
STEPS, TRIED = 10, 10_000  # how often the cloud is corrected, and on how many of its customers
STEP = 0.5  # a power: whole corrections go too far where correlations are high
LEAST_CORRELATION = 0.05  # below it a ratio of two correlations is noise
MOST_CORRELATION = 0.999


def against_one_cloud(
    values: np.ndarray,
    common: np.ndarray,
    blocks: Sequence[Sequence[int]],
    model: Model,
    *,
    seed: int,
    draws: int = DRAWS,
) -> Structure | None:
    """How far the silhouette of a model is above that in one cloud without groups.

    Shuffled columns only prove that features go together; so they do in one long cloud of
    customers, which any model cuts into pieces. Here (m, p) values and the common space are drawn
    anew from a Gaussian copula (Sklar 1959) with the rank correlations of the customers: each
    feature keeps its values, each pair its correlation, and no group is put in. Columns of one
    block stay together. None as in structures().
    """
    rng = np.random.default_rng(seed)
    latent = latent_correlations(values[:, [block[0] for block in blocks]], rng)
    orders = [cloud_orders(values, blocks, latent, rng) for _ in range(draws)]
    made = [(reordered(values, order), reordered(common, order)) for order in orders]
    (structure,) = above_chance(values, common, made, [model], seed=seed)
    return structure


def latent_correlations(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The (k, k) correlations of normal variables that give (m, k) values theirs by rank.

    Features with few values, such as counts, lose some of the correlation when the normal
    variables are cut into these; so the cloud is tried and corrected by what was lost, as in
    NORTA (Cario and Nelson 1997).
    """
    wanted = _rank_correlations(values)
    ascending = np.sort(values, axis=0)
    latent, alone = _nearest(wanted), rng.normal(size=(TRIED, len(wanted)))
    for _ in range(STEPS):
        ranks = norm.cdf(_together(alone, latent))
        places = np.minimum((ranks * len(values)).astype(np.int64), len(values) - 1)
        found = _rank_correlations(np.take_along_axis(ascending, places, axis=0))
        known = np.abs(found) > LEAST_CORRELATION
        ratio = np.divide(wanted, found, out=np.ones_like(found), where=known)
        latent = _nearest(latent * np.maximum(ratio, 0) ** STEP)
    return latent


def cloud_orders(
    values: np.ndarray,
    blocks: Sequence[Sequence[int]],
    latent: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """(m, p): from which row each value of the drawn customers comes."""
    leading = [block[0] for block in blocks]
    ascending = np.argsort(values[:, leading], axis=0, kind="stable")
    drawn = _together(rng.normal(size=(len(values), len(blocks))), latent)
    rows = np.take_along_axis(ascending, np.argsort(np.argsort(drawn, axis=0), axis=0), axis=0)
    order = np.empty(values.shape, dtype=np.int64)
    for place, block in enumerate(blocks):
        order[:, list(block)] = rows[:, [place]]
    return order


def _together(alone: np.ndarray, correlations: np.ndarray) -> np.ndarray:
    """(m, k) independent normal variables, with (k, k) correlations."""
    lengths, directions = np.linalg.eigh(correlations)
    together: np.ndarray = alone @ (directions * np.sqrt(np.maximum(lengths, 0))).T
    return together


def _rank_correlations(values: np.ndarray) -> np.ndarray:
    """(k, k) Spearman's correlations; 0 for a feature that is the same for everybody."""
    ranks = np.asarray(rankdata(values, axis=0))
    ranks -= ranks.mean(axis=0)
    lengths = np.sqrt((ranks**2).sum(axis=0))
    products = np.outer(lengths, lengths)
    found: np.ndarray = np.zeros_like(products)
    np.divide(ranks.T @ ranks, products, out=found, where=products > 0)
    np.fill_diagonal(found, 1)
    return found


def _nearest(wanted: np.ndarray) -> np.ndarray:
    """Correlations that can be, near (k, k) ones that need not go together."""
    bounded = np.clip(wanted, -MOST_CORRELATION, MOST_CORRELATION)
    np.fill_diagonal(bounded, 1)
    lengths, directions = np.linalg.eigh(bounded)
    possible: np.ndarray = (directions * np.maximum(lengths, 0)) @ directions.T
    scale = np.sqrt(np.diag(possible))
    possible /= np.outer(scale, scale)
    return possible
