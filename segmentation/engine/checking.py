"""Whether settings make sense, before any customer is looked at."""

from collections.abc import Iterable

from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.reductions import REDUCTIONS
from segmentation.engine.scaling import SCALINGS
from segmentation.engine.settings import BadSettings, ClusteringSettings


def check_settings(settings: ClusteringSettings) -> None:
    """Raise BadSettings, with one sentence, at the first setting that makes no sense."""
    _check_known("algorithm", settings.algorithm, ALGORITHMS)
    _check_known("reduction", settings.reduction, REDUCTIONS)
    _check_known("scaling", settings.scaling, SCALINGS)
    _check_at_least_one("component", settings.components)
    _check_at_least_one("random start", settings.starts)
    _check_clusters(settings.clusters)


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
