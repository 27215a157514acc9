"""What a segmentation is asked to try."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from segmentation.engine.bad_settings import BadSettings
from segmentation.engine.preparing import PreparationSettings

__all__ = ["AUTO", "AUTO_CLUSTERS", "BadSettings", "ClusteringSettings"]

AUTO = "auto"
AUTO_CLUSTERS = tuple(range(2, 9))  # what automatic mode tries where a number has to be given


@dataclass(frozen=True)
class ClusteringSettings:
    """One algorithm in one space with some numbers of clusters, or all of them (automatic)."""

    algorithm: str = "kmeans"  # or AUTO: every algorithm
    clusters: tuple[int, ...] = (5,)  # the numbers tried, in this order; ignored where found
    parameters: Mapping[str, Any] = field(default_factory=dict)  # of the one algorithm
    reduction: str = "none"  # or AUTO, with the automatic algorithm: several spaces
    components: int = 2  # dimensions kept by the reduction; at most one per feature
    explained: float | None = None  # share of the variance to keep instead, 0 to 1
    perplexity: float = 30.0  # of a t-SNE map
    preparation: PreparationSettings = field(default_factory=PreparationSettings)

    @property
    def is_automatic(self) -> bool:
        return self.algorithm == AUTO

    def to_json(self) -> dict[str, Any]:
        """These settings as a plain dict that json can write."""
        return asdict(self) | {"clusters": list(self.clusters)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ClusteringSettings":
        """The settings that to_json wrote; a missing key takes its default.

        Raises BadSettings for keys that are no settings. Values are left to check_settings().
        """
        _require_known(stored, cls)
        values = dict(stored)
        if "clusters" in values:
            values["clusters"] = tuple(values["clusters"])
        if "preparation" in values:
            _require_known(values["preparation"], PreparationSettings)
            values["preparation"] = PreparationSettings(**values["preparation"])
        return cls(**values)


def _require_known(stored: Mapping[str, Any], cls: type[Any]) -> None:
    unknown = sorted(set(stored) - {field.name for field in fields(cls)})
    if unknown:
        raise BadSettings(f"These settings are not known: {', '.join(unknown)}.")
