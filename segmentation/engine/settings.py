"""What a segmentation is asked to try."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from segmentation.engine.reductions import REDUCTIONS
from segmentation.engine.scaling import SCALINGS


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

    def check(self) -> None:
        """Raise BadSettings, with one sentence, at the first setting that makes no sense."""
        # Imported here because every algorithm's module imports these settings.
        from segmentation.engine.algorithms import ALGORITHMS

        _check_known("algorithm", self.algorithm, ALGORITHMS)
        _check_known("reduction", self.reduction, REDUCTIONS)
        _check_known("scaling", self.scaling, SCALINGS)
        _check_at_least_one("component", self.components)
        _check_at_least_one("random start", self.starts)
        _check_clusters(self.clusters)

    def to_json(self) -> dict[str, Any]:
        """These settings as a plain dict that json can write."""
        return asdict(self) | {"clusters": list(self.clusters)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ClusteringSettings":
        """The settings that to_json wrote; a missing key takes its default.

        Raises BadSettings for keys that are no settings. Values are left to check().
        """
        unknown = sorted(set(stored) - {field.name for field in fields(cls)})
        if unknown:
            raise BadSettings(f"These settings are not known: {', '.join(unknown)}.")
        values = dict(stored)
        if "clusters" in values:
            values["clusters"] = tuple(values["clusters"])
        return cls(**values)


def _check_known(kind: str, name: str, known: Iterable[str]) -> None:
    names = list(known)
    if name not in names:
        raise BadSettings(f"There is no {kind} “{name}”. Known ones: {', '.join(names)}.")


def _check_at_least_one(what: str, number: int) -> None:
    if number < 1:
        raise BadSettings(f"At least 1 {what} is needed, not {number}.")


def _check_clusters(clusters: tuple[int, ...]) -> None:
    if not clusters:
        raise BadSettings("Give at least one number of segments to try.")
    if min(clusters) < 2:
        raise BadSettings(f"At least 2 segments are needed, not {min(clusters)}.")
    if len(set(clusters)) != len(clusters):
        raise BadSettings("Give each number of segments only once.")
