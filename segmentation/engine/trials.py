"""Which models a run tries: one algorithm in one space, or all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.parameters import checked
from segmentation.engine.reductions import Space
from segmentation.engine.settings import AUTO, ClusteringSettings

# In automatic mode. t-SNE is left out: distances on its map carry no meaning beyond the nearest
# neighbours, new customers have no place on it, and it takes longer than all the others together.
AUTO_COMPONENTS = (2, 3)


@dataclass(frozen=True)
class Trial:
    """One algorithm in one space; several candidates where it takes a number of clusters."""

    algorithm: str
    space: Space
    clusters: tuple[int, ...]  # () where the algorithm finds the number
    parameters: Mapping[str, Any]

    @property
    def candidates(self) -> int:
        return max(len(self.clusters), 1)

    @property
    def title(self) -> str:
        """K-means on 2 principal components"""
        return model_title(self.algorithm, self.space)

    @property
    def titles(self) -> list[str]:
        """One for each candidate: K-means on 2 principal components, 5 segments"""
        numbers = map(segments_in_words, self.clusters)
        return [f"{self.title}, {number}" for number in numbers] or [self.title]


def segments_in_words(number: int) -> str:
    """1 segment, 5 segments"""
    return f"{number} segment{'' if number == 1 else 's'}"


def model_title(algorithm: str, space: Space) -> str:
    """K-means on 2 principal components"""
    label = ALGORITHMS[algorithm].label
    return f"{label} on {space.label}" if space.label else label


def trials(settings: ClusteringSettings, dimensions: int) -> list[list[Trial]]:
    """What the settings ask for, with `dimensions` features: the trials of each space."""
    names = list(ALGORITHMS) if settings.is_automatic else [settings.algorithm]
    found = [
        _trial(name, space, settings) for space in _spaces(settings, dimensions) for name in names
    ]
    return [list(group) for _, group in groupby(found, key=lambda trial: trial.space)]


def _trial(name: str, space: Space, settings: ClusteringSettings) -> Trial:
    algorithm = ALGORITHMS[name]
    return Trial(
        name,
        space,
        settings.clusters if algorithm.takes_clusters else (),
        checked(algorithm.parameters, settings.parameters),
    )


def _spaces(settings: ClusteringSettings, dimensions: int) -> list[Space]:
    if settings.reduction != AUTO:
        return [
            Space(settings.reduction, settings.components, settings.explained, settings.perplexity)
        ]
    smaller = [Space("pca", components) for components in AUTO_COMPONENTS]
    return [Space(), *(space for space in smaller if space.components < dimensions)]
