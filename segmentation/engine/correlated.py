"""Customers made by chance who keep the features' distributions and how these go together."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm

from segmentation.engine.resampling import Model, Structure, above_chance, reordered

DRAWS = 10


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
    orders = [cloud_orders(values, blocks, rng) for _ in range(draws)]
    made = [(reordered(values, order), reordered(common, order)) for order in orders]
    (structure,) = above_chance(values, common, made, [model], seed=seed)
    return structure


def cloud_orders(
    values: np.ndarray, blocks: Sequence[Sequence[int]], rng: np.random.Generator
) -> np.ndarray:
    """(m, p): from which row each value of the drawn customers comes."""
    leading = [block[0] for block in blocks]
    # Equal values get ranks by lot; in the order of the rows they would look correlated.
    shuffled = rng.permutation(len(values))
    ascending = shuffled[np.argsort(values[shuffled][:, leading], axis=0, kind="stable")]
    scores = norm.ppf((np.argsort(ascending, axis=0) + 0.5) / len(values))
    covariance = np.atleast_2d(np.cov(scores, rowvar=False))
    drawn = rng.multivariate_normal(np.zeros(len(leading)), covariance, len(values), method="eigh")
    rows = np.take_along_axis(ascending, np.argsort(np.argsort(drawn, axis=0), axis=0), axis=0)
    order = np.empty(values.shape, dtype=np.int64)
    for place, block in enumerate(blocks):
        order[:, list(block)] = rows[:, [place]]
    return order
