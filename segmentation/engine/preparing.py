"""From features in their units to the numbers that are clustered: transformed, scaled, weighted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from segmentation.engine.bad_settings import BadSettings, check_known
from segmentation.engine.features import Features
from segmentation.engine.scaling import SCALINGS, Scale, learn_scale
from segmentation.engine.transforms import (
    TRANSFORMS,
    choose_transform,
    learn_quantiles,
    skewness,
    to_normal,
)

AUTO = "auto"
MOST_WEIGHT = 10
GENDER = "gender_"  # how the names of the indicators of a customer's gender begin


@dataclass(frozen=True)
class PreparationSettings:
    """How features are made comparable."""

    transform: str = "none"  # or "auto": by each feature's skewness
    transforms: Mapping[str, str] = field(default_factory=dict)  # of single features, instead
    scaling: str = "standard"
    weights: Mapping[str, float] = field(default_factory=dict)  # above 0 to 10; others weigh 1


@dataclass(frozen=True, eq=False)
class Preparation:
    """What was learned from the customers of a run, to treat other customers alike."""

    names: tuple[str, ...]  # (p,)
    transforms: dict[str, str]  # of every feature
    quantiles: dict[str, np.ndarray]  # of the features with the transform "quantile"
    common: Scale  # standardised
    scale: Scale  # as asked for
    weights: np.ndarray  # (p,)

    def apply(self, features: Features) -> tuple[np.ndarray, np.ndarray]:
        """(m, p) values and common of other customers, as in Prepared.

        Raises InvalidFeatures when a feature of the run is not there.
        """
        chosen = features if features.names == self.names else features.select(self.names)
        return self._scaled(_transformed(chosen, self.transforms, self.quantiles))

    def to_dict(self) -> dict[str, Any]:
        """Plain texts, lists, dicts and arrays."""
        return {
            "names": list(self.names),
            "transforms": dict(self.transforms),
            "quantiles": dict(self.quantiles),
            "common": {"center": self.common.center, "spread": self.common.spread},
            "scale": {"center": self.scale.center, "spread": self.scale.spread},
            "weights": self.weights,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Preparation":
        """What to_dict wrote."""
        return cls(
            names=tuple(stored["names"]),
            transforms=dict(stored["transforms"]),
            quantiles=dict(stored["quantiles"]),
            common=Scale(**stored["common"]),
            scale=Scale(**stored["scale"]),
            weights=stored["weights"],
        )

    def _scaled(self, transformed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        common = self.common.apply(transformed)
        if self._is_common:
            return common, common
        values = self.scale.apply(transformed)
        values *= self.weights
        return values, common

    @property
    def _is_common(self) -> bool:
        return (
            np.array_equal(self.scale.center, self.common.center)
            and np.array_equal(self.scale.spread, self.common.spread)
            and bool((self.weights == 1).all())
        )


@dataclass(frozen=True, eq=False)
class Prepared:
    """The customers as the numbers that are clustered."""

    names: tuple[str, ...]  # (p,)
    values: np.ndarray  # (n, p): transformed, scaled and weighted
    # (n, p): transformed and standardised, the space that all candidates are compared in. The
    # same array as `values` where that is what was asked for.
    common: np.ndarray
    transforms: dict[str, str]  # of every feature
    skews: dict[str, float]  # of the numeric features, before they were transformed
    preparation: Preparation


def prepare(features: Features, settings: PreparationSettings | None = None) -> Prepared:
    """Transform, scale and weigh the features.

    Indicators are neither transformed nor scaled. A weight multiplies the scaled feature, so that
    its differences between customers count that many times as much. Without transforms, weights
    and another scaling, `values` and `common` are standardise(features).
    Raises BadSettings for settings that make no sense, or not for these features.
    """
    wanted = settings or PreparationSettings()
    check_preparation(wanted)
    transforms = {name: _transform(features, name, wanted) for name in features.names}
    quantiles = {
        name: learn_quantiles(features.column(name))
        for name, transform in transforms.items()
        if transform == "quantile"
    }
    transformed = _transformed(features, transforms, quantiles)
    numeric = [name not in features.indicators for name in features.names]
    common = learn_scale(transformed, numeric, "standard")
    is_standard = wanted.scaling == "standard"
    preparation = Preparation(
        features.names,
        transforms,
        quantiles,
        common,
        common if is_standard else learn_scale(transformed, numeric, wanted.scaling),
        np.array([float(wanted.weights.get(name, 1)) for name in features.names]),
    )
    values, shared = preparation._scaled(transformed)
    return Prepared(features.names, values, shared, transforms, _skews(features), preparation)


def check_preparation(settings: PreparationSettings) -> None:
    """Raise BadSettings, with one sentence, at the first setting that makes no sense."""
    check_known("transform", settings.transform, ("none", AUTO))
    for transform in settings.transforms.values():
        check_known("transform", transform, TRANSFORMS)
    check_known("scaling", settings.scaling, SCALINGS)
    for name, weight in settings.weights.items():
        if not 0 < weight <= MOST_WEIGHT:
            raise BadSettings(
                f"The weight of “{name}” is {weight:g}. Give a number above 0 and at most"
                f" {MOST_WEIGHT}; to leave a feature out, do not choose it."
            )


def blocks(names: Iterable[str]) -> list[tuple[int, ...]]:
    """The columns that say one thing together, such as both of gender: they move together."""
    found: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        found.setdefault(GENDER if name.startswith(GENDER) else name, []).append(place)
    return [tuple(places) for places in found.values()]


def _transform(features: Features, name: str, settings: PreparationSettings) -> str:
    """The transform of one feature. Raises BadSettings where it can't be done."""
    asked = settings.transforms.get(name)
    if name in features.indicators:
        if asked in (None, "none"):
            return "none"
        raise BadSettings(f"“{name}” is a yes/no feature and can't be transformed.")
    if asked is None:
        is_auto = settings.transform == AUTO
        return choose_transform(features.column(name)) if is_auto else "none"
    if asked == "log" and features.column(name).min() < 0:
        raise BadSettings(
            f"“{name}” has values below 0, which have no logarithm. Choose quantile or none for it."
        )
    return asked


def _transformed(
    features: Features, transforms: Mapping[str, str], quantiles: Mapping[str, np.ndarray]
) -> np.ndarray:
    """(n, p) in rows; the features' own array where nothing is transformed."""
    bent = {name: transform for name, transform in transforms.items() if transform != "none"}
    if not bent:
        return np.ascontiguousarray(features.values)
    table = np.array(features.values, order="C")
    for name, transform in bent.items():
        column = table[:, features.names.index(name)]
        # Another customer may have less than any of those the transform was chosen for.
        log = transform == "log"
        column[:] = np.log1p(column.clip(min=0)) if log else to_normal(column, quantiles[name])
    return table


def _skews(features: Features) -> dict[str, float]:
    return {
        name: skewness(features.column(name))
        for name in features.names
        if name not in features.indicators
    }
