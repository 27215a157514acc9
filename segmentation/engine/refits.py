"""Fitting many models to the same few customers, without doing the same work twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.algorithms.clustering import Clustering, NotFittable
from segmentation.engine.reductions import Space

# Random starts of a refit, where the model itself has more. A mixture with one takes as long as
# K-means with thirty; its start is itself the result of K-means.
STARTS = {"gaussian_mixture": 1}
MOST_STARTS = 3


@dataclass(frozen=True)
class Model:
    """What is fitted again and again."""

    algorithm: str
    space: Space
    clusters: int | None  # None where the algorithm finds the number
    parameters: Mapping[str, Any]  # those used, the ones found from the data filled in


@dataclass(frozen=True)
class _Family:
    """Models that differ in nothing but the number of clusters: one call fits them all."""

    algorithm: str
    space: Space
    parameters: tuple[tuple[str, Any], ...]


def spaces_of(models: Sequence[Model]) -> list[Space]:
    """The different spaces, in the order of the models."""
    return list(dict.fromkeys(model.space for model in models))


def refit(
    models: Sequence[Model], spaces: Mapping[Space, np.ndarray], *, seed: int
) -> list[Clustering | None]:
    """Fit each model to the (m, d) customers in its space.

    None where they are too few for it, and where its space is not among those given.

    K-means uses at most 3 random starts and a mixture 1, as hundreds of fits would otherwise take
    minutes.
    """
    found: list[Clustering | None] = [None] * len(models)
    for family, positions in _families(models).items():
        if family.space not in spaces:
            continue
        numbers = [models[position].clusters for position in positions]
        clusters = tuple(number for number in numbers if number is not None)
        by_number = _fit_family(family, clusters, spaces[family.space], seed)
        for position, number in zip(positions, numbers, strict=True):
            found[position] = by_number[number]
    return found


def _families(models: Sequence[Model]) -> dict[_Family, list[int]]:
    """The positions of the models of each family."""
    found: dict[_Family, list[int]] = {}
    for position, model in enumerate(models):
        family = _Family(model.algorithm, model.space, tuple(_fewer_starts(model).items()))
        found.setdefault(family, []).append(position)
    return found


def _fewer_starts(model: Model) -> dict[str, Any]:
    parameters = dict(model.parameters)
    if "starts" in parameters:
        most = STARTS.get(model.algorithm, MOST_STARTS)
        parameters["starts"] = min(parameters["starts"], most)
    return parameters


def _fit_family(
    family: _Family, clusters: tuple[int, ...], values: np.ndarray, seed: int
) -> dict[int | None, Clustering | None]:
    """The clustering of each number of clusters, or of None where () asks for any number."""
    fit = ALGORITHMS[family.algorithm].fit
    numbers: tuple[int | None, ...] = clusters or (None,)
    try:
        found = fit(values, clusters=clusters, parameters=dict(family.parameters), seed=seed)
        return dict(zip(numbers, found, strict=True))
    except NotFittable:
        if len(clusters) < 2:
            return dict.fromkeys(numbers)
    # There may be enough customers for the smaller numbers.
    return {n: one for k in clusters for n, one in _fit_family(family, (k,), values, seed).items()}
