"""What a page, a program or a command asks of a run, as settings."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from customers.facts.catalogue import CATALOGUE, DEFAULT_FEATURES, INDICATORS
from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.parameters import checked
from segmentation.engine.preparing import PreparationSettings
from segmentation.engine.reductions import MOST_DIRECTIONS
from segmentation.engine.settings import AUTO, AUTO_CLUSTERS, BadSettings, ClusteringSettings
from segmentation.presets import FOUND_NUMBERS, RunSettings, preset_settings

CLUSTERING = ("algorithm", "reduction", "components", "explained", "perplexity", "parameters")
PREPARATION = ("transform", "transforms", "scaling", "weights")
# What can only be asked for in some spaces, and those.
OF_SPACES = {
    "components": ("The number of components", ("pca", "tsne")),
    "explained": ("The share of the variance to keep", ("pca",)),
    "perplexity": ("The perplexity", ("tsne",)),
}


class RefusedSetting(BadSettings):
    """What is asked for can't be done; the text says why, `field` which wish it is about."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def requested_settings(preset: str, **asked: Any) -> RunSettings:
    """The settings of a preset with what is asked for instead; None follows the preset.

    Asked for may be: algorithm, reduction, components, explained, perplexity, clusters (numbers, or
    "auto": to be found), parameters, features, without_gender, transform, transforms (by feature,
    "auto" too), scaling, weights, as_of and seed. Raises BadSettings.
    """
    given = {name: value for name, value in asked.items() if value is not None}
    changes = {name: given[name] for name in (*CLUSTERING, "as_of", "seed") if name in given}
    found = given.get("clusters") == AUTO
    if "clusters" in given and not found:
        changes["clusters"] = tuple(given["clusters"])
    features = _features(given)
    settings = preset_settings(preset, features=features, **changes)
    clustering = settings.clustering
    _check_together(given, clustering, features)
    if found:
        numbers = AUTO_CLUSTERS if clustering.is_automatic else FOUND_NUMBERS
        clustering = replace(clustering, clusters=numbers)
    preparation = _preparation(given, clustering.preparation, features)
    return replace(settings, clustering=replace(clustering, preparation=preparation))


def _features(given: Mapping[str, Any]) -> tuple[str, ...]:
    """The features asked for, those that are known in the order of the catalogue."""
    order = list(CATALOGUE)
    asked = given.get("features", DEFAULT_FEATURES)
    named = sorted(asked, key=lambda name: order.index(name) if name in order else len(order))
    if not given.get("without_gender"):
        return tuple(named)
    left = tuple(name for name in named if name not in INDICATORS)
    if named and not left:
        raise RefusedSetting(
            "features", "Only gender is chosen, and it is to be left out. Choose another feature."
        )
    return left


def _check_together(
    given: Mapping[str, Any], clustering: ClusteringSettings, features: tuple[str, ...]
) -> None:
    """Raise RefusedSetting for wishes that don't go together."""
    if clustering.reduction == AUTO and not clustering.is_automatic:
        raise RefusedSetting(
            "reduction",
            "Several spaces are compared only where the algorithm is found, too. Choose one space,"
            " or the automatic algorithm.",
        )
    for name, (what, spaces) in OF_SPACES.items():
        if name in given and clustering.reduction not in spaces:
            raise RefusedSetting(
                name, f"{what} belongs to the reduction {' or '.join(spaces)}. Choose that as well."
            )
    if "components" in given and "explained" in given:
        raise RefusedSetting(
            "explained", "Give the number of components or the share to keep, not both."
        )
    _check_components(given, clustering, features)
    _check_parameters(clustering)


def _check_components(
    given: Mapping[str, Any], clustering: ClusteringSettings, features: tuple[str, ...]
) -> None:
    most = len(features)
    if clustering.reduction == "tsne" and given.get("components", 1) > MOST_DIRECTIONS:
        raise RefusedSetting(
            "components", f"A t-SNE map has at most {MOST_DIRECTIONS} components. Choose fewer."
        )
    if features and given.get("components", 1) > most:
        raise RefusedSetting(
            "components",
            f"There {'is' if most == 1 else 'are'} only {most} feature{'s' * (most != 1)}, so at"
            f" most {most} component{'s' * (most != 1)} can be kept. Choose fewer.",
        )


def _check_parameters(clustering: ClusteringSettings) -> None:
    if clustering.algorithm not in ALGORITHMS:
        return
    try:
        checked(ALGORITHMS[clustering.algorithm].parameters, clustering.parameters)
    except BadSettings as error:
        raise RefusedSetting("parameters", str(error)) from error


def _preparation(
    given: Mapping[str, Any], preset: PreparationSettings, features: tuple[str, ...]
) -> PreparationSettings:
    changes = {name: given[name] for name in PREPARATION if name in given}
    preparation = replace(preset, **changes)
    if bent := sorted(INDICATORS.intersection(preparation.transforms)):
        raise RefusedSetting(
            "transforms", f"{CATALOGUE[bent[0]].label!r} is yes or no and can't be transformed."
        )
    return _by_skew(preparation, features)


def _by_skew(settings: PreparationSettings, features: tuple[str, ...]) -> PreparationSettings:
    """With single features by their skew, and the others as they were asked for."""
    single = {name for name, transform in settings.transforms.items() if transform == AUTO}
    if not single:
        return settings
    transforms = {n: transform for n, transform in settings.transforms.items() if n not in single}
    if settings.transform != AUTO:
        others = [name for name in features if name not in single | INDICATORS]
        transforms = dict.fromkeys(others, settings.transform) | transforms
    return replace(settings, transform=AUTO, transforms=transforms)
