"""What a person can ask a segmentation for: presets, and the settings behind them."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from customers.facts.catalogue import CATALOGUE
from segmentation.engine.checking import check_settings
from segmentation.engine.settings import BadSettings, ClusteringSettings

DEFAULT_FEATURES = tuple(CATALOGUE)
DEFAULT_SEED = 7


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
        check_settings(self.clustering)
        unknown = [name for name in self.features if name not in CATALOGUE]
        if unknown:
            raise BadSettings(
                f"There is no feature {unknown[0]!r}. Choose from {', '.join(CATALOGUE)}."
            )
        if not self.features:
            raise BadSettings("Choose at least one feature.")
        if len(set(self.features)) < len(self.features):
            raise BadSettings("Choose each feature only once.")

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
    "natural": Preset(
        "As many groups as there are",
        "Tries 2 to 10 groups on all features and keeps the number that sets customers apart best.",
        ClusteringSettings(reduction="none", clusters=tuple(range(2, 11))),
    ),
    "reference": Preset(
        "Five groups",
        "Five groups on the two directions in which customers differ most (K-means on 2 principal"
        " components). Good when the team wants a small, fixed number of segments.",
        ClusteringSettings(reduction="pca", components=2, clusters=(5,)),
    ),
}
DEFAULT_PRESET = "natural"


def preset_settings(name: str, **changes: Any) -> RunSettings:
    """The settings of a preset, with `changes` to as_of, features, seed or the clustering's own.

    Raises BadSettings when there is no such preset.
    """
    if name not in PRESETS:
        raise BadSettings(f"There is no preset {name!r}. Choose from {', '.join(PRESETS)}.")
    known = set(asdict(PRESETS[name].clustering))
    clustering = {key: value for key, value in changes.items() if key in known}
    others = {key: value for key, value in changes.items() if key not in known}
    return RunSettings(name, replace(PRESETS[name].clustering, **clustering), **others)
