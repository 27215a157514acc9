"""What a segmentation is asked to try."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


class BadSettings(ValueError):
    """The settings ask for something that cannot be done."""


@dataclass(frozen=True)
class ClusteringSettings:
    """One algorithm in one space, tried with each number of clusters."""

    algorithm: str = "kmeans"
    reduction: str = "none"
    components: int = 2  # dimensions kept by the reduction; at most one per feature
    clusters: tuple[int, ...] = (5,)  # the numbers of clusters tried, in this order
    starts: int = 10  # random starts per number of clusters; the best one counts
    scaling: str = "standard"

    def to_json(self) -> dict[str, Any]:
        """These settings as a plain dict that json can write."""
        return asdict(self) | {"clusters": list(self.clusters)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ClusteringSettings":
        """The settings that to_json wrote; a missing key takes its default.

        Raises BadSettings for keys that are no settings. Values are left to check_settings().
        """
        unknown = sorted(set(stored) - {field.name for field in fields(cls)})
        if unknown:
            raise BadSettings(f"These settings are not known: {', '.join(unknown)}.")
        values = dict(stored)
        if "clusters" in values:
            values["clusters"] = tuple(values["clusters"])
        return cls(**values)
