"""What a person can ask a segmentation for: presets, and the settings behind them."""

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from customers.facts.catalogue import CATALOGUE, DEFAULT_FEATURES
from segmentation.engine.checking import check_settings
from segmentation.engine.preparing import PreparationSettings
from segmentation.engine.settings import (
    AUTO,
    AUTO_CLUSTERS,
    BadSettings,
    ClusteringSettings,
)

DEFAULT_SEED, LARGEST_SEED = 7, 2**31 - 1
FOUND_NUMBERS = tuple(range(2, 11))  # what is tried where the number is to be found
BY_SKEW = PreparationSettings(transform="auto")


@dataclass(frozen=True)
class RunSettings:
    """Everything that decides the outcome of a run, together with the facts."""

    preset: str
    clustering: ClusteringSettings
    features: tuple[str, ...] = DEFAULT_FEATURES
    as_of: date | None = None  # None: the last day with activity
    seed: int = DEFAULT_SEED

    def check(self) -> None:
        """Raises BadSettings with one sentence for the first thing that can't be done."""
        _check_features(self.features)
        for what in (self.clustering.preparation.transforms, self.clustering.preparation.weights):
            if others := sorted(set(what) - set(self.features)):
                raise BadSettings(
                    f"{others[0]!r} has a transform or a weight but is not among the features."
                    " Add it to the features, or leave these out."
                )
        if not 0 <= self.seed <= LARGEST_SEED:
            raise BadSettings(f"The seed is a whole number from 0 to {LARGEST_SEED:,}.")
        check_settings(self.clustering)

    def to_json(self) -> dict[str, Any]:
        """Without the preset and the seed, which a run stores in columns of their own."""
        return {
            "clustering": self.clustering.to_json(),
            "features": list(self.features),
            "as_of": self.as_of.isoformat() if self.as_of else None,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any], *, preset: str, seed: int) -> "RunSettings":
        return cls(
            preset=preset,
            clustering=ClusteringSettings.from_json(values["clustering"]),
            features=tuple(values["features"]),
            as_of=date.fromisoformat(values["as_of"]) if values["as_of"] else None,
            seed=seed,
        )


@dataclass(frozen=True)
class Preset:
    label: str
    meaning: str
    clustering: ClusteringSettings


PRESETS = {
    "auto": Preset(
        "Find the best groups",
        "Tries every way of grouping customers, compares them fairly, and recommends the one whose"
        " groups are clear, stable and large enough to work with.",
        ClusteringSettings(
            algorithm=AUTO, reduction=AUTO, clusters=AUTO_CLUSTERS, preparation=BY_SKEW
        ),
    ),
    "natural": Preset(
        "As many groups as there are",
        "Tries 2 to 10 groups on all features and keeps the number that sets customers apart best.",
        ClusteringSettings(reduction="none", clusters=FOUND_NUMBERS, preparation=BY_SKEW),
    ),
    "reference": Preset(
        "Five groups",
        "Five groups on the two directions in which customers differ most. Good when the team"
        " wants a small, fixed number of segments.",
        ClusteringSettings(reduction="pca", components=2, clusters=(5,)),
    ),
}
DEFAULT_PRESET = "auto"


def preset_settings(name: str, **changes: Any) -> RunSettings:
    """The settings of a preset, with `changes` to as_of, features, seed or the clustering's own.

    Another algorithm brings its own parameters; the automatic one tries several spaces and numbers
    unless these are given. Raises BadSettings when there is no such preset.
    """
    if name not in PRESETS:
        raise BadSettings(f"There is no preset {name!r}. Choose from {', '.join(PRESETS)}.")
    known = {field.name for field in fields(ClusteringSettings)}
    clustering = {key: value for key, value in changes.items() if key in known}
    others = {key: value for key, value in changes.items() if key not in known}
    return RunSettings(name, _changed(PRESETS[name].clustering, clustering), **others)


def _changed(preset: ClusteringSettings, changes: dict[str, Any]) -> ClusteringSettings:
    algorithm = changes.get("algorithm", preset.algorithm)
    defaults: dict[str, Any] = {}
    if algorithm != preset.algorithm:
        defaults["parameters"] = {}
        if algorithm == AUTO:
            defaults |= {"reduction": AUTO, "clusters": AUTO_CLUSTERS}
        elif preset.is_automatic:
            defaults |= {"reduction": "none", "clusters": FOUND_NUMBERS}
    return replace(preset, **defaults | changes)


def _check_features(features: tuple[str, ...]) -> None:
    unknown = [name for name in features if name not in CATALOGUE]
    if unknown:
        raise BadSettings(
            f"There is no feature {unknown[0]!r}. Choose from {', '.join(CATALOGUE)}."
        )
    if not features:
        raise BadSettings("Choose at least one feature.")
    if len(set(features)) < len(features):
        raise BadSettings("Choose each feature only once.")
