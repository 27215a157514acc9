"""Fitting every candidate of a run and finding the best of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from segmentation.engine.algorithms import ALGORITHMS, Clustering
from segmentation.engine.checking import check_settings
from segmentation.engine.features import Features, without_constant
from segmentation.engine.reductions import REDUCTIONS, Reduced
from segmentation.engine.scaling import standardise
from segmentation.engine.scores import Silhouette, silhouettes
from segmentation.engine.settings import ClusteringSettings

# Told which stage ("scale", "reduce", "cluster", "score") is how far along, from 0 to 1.
OnStage = Callable[[str, float], None]


@dataclass(frozen=True, eq=False)
class Candidate:
    """One model that a run tried."""

    algorithm: str
    reduction: str
    components: int  # dimensions of the space that was clustered
    clusters: int  # the number found, noise not counted
    inertia: float | None  # K-means only
    silhouette: float | None  # in the space that was clustered
    silhouette_common: float | None  # in the standardised space that all candidates share
    silhouette_customers: int  # how many customers both were measured on
    silhouette_exact: bool  # measured on all of them rather than on a sample
    explained_variance: float | None  # share of the variance kept by the reduction
    labels: np.ndarray  # (n,), -1 = noise
    centers: np.ndarray  # (clusters, components)
    reduced: np.ndarray  # (n, components); one array shared by all candidates


@dataclass(frozen=True, eq=False)
class Outcome:
    """Everything a run tried; rows are in the order of the features handed in."""

    candidates: tuple[Candidate, ...]  # in the order tried
    best: Candidate
    features: Features  # those that were used
    left_out: dict[str, str]  # {feature: reason}
    reduced: Reduced


def fit_candidates(
    features: Features,
    settings: ClusteringSettings,
    *,
    seed: int,
    on_stage: OnStage | None = None,
) -> Outcome:
    """Fit what the settings ask for, score it in its own and in the common space, rank it.

    The best candidate has the largest silhouette in the common space, which is all used features
    standardised; on a tie the one with fewer clusters. The same customers, settings and seed give
    the same outcome, in whatever order the customers come. on_stage may raise to cancel.
    Raises BadSettings, NoFeatureLeft and TooFewCustomers.
    """
    check_settings(settings)
    tell = on_stage or _tell_nobody
    used, left_out = without_constant(features)
    # Lots are drawn by row, so the rows need an order that does not depend on who read them.
    order = np.argsort(used.customer_ids)
    ordered = replace(used, customer_ids=used.customer_ids[order], values=used.values[order])

    common, reduced = _spaces(ordered, settings, seed, tell)
    clusterings = _cluster(reduced.values, settings, seed, tell)
    own_scores, common_scores = _score(reduced.values, common, clusterings, seed, tell)

    as_given = np.argsort(order)
    reduced = replace(reduced, values=reduced.values[as_given])
    candidates = tuple(
        _candidate(
            settings, reduced, replace(clustering, labels=clustering.labels[as_given]), *both
        )
        for clustering, *both in zip(clusterings, own_scores, common_scores, strict=True)
    )
    return Outcome(candidates, max(candidates, key=_rank), used, left_out, reduced)


def _tell_nobody(stage: str, fraction: float) -> None:
    pass


def _spaces(
    features: Features, settings: ClusteringSettings, seed: int, tell: OnStage
) -> tuple[np.ndarray, Reduced]:
    """The space all candidates are compared in, and the one these are clustered in."""
    tell("scale", 0.0)
    common = standardise(features)
    scaled = features.values if settings.scaling == "none" else common
    tell("scale", 1.0)
    tell("reduce", 0.0)
    reduce = REDUCTIONS[settings.reduction].reduce
    reduced = reduce(scaled, components=settings.components, seed=seed)
    tell("reduce", 1.0)
    return common, reduced


def _cluster(
    values: np.ndarray, settings: ClusteringSettings, seed: int, tell: OnStage
) -> list[Clustering]:
    tell("cluster", 0.0)
    attempts = ALGORITHMS[settings.algorithm].attempts(settings)
    clusterings = []
    for done, attempt in enumerate(attempts, start=1):
        clusterings.append(attempt(values, seed=seed))
        tell("cluster", done / len(attempts))
    return clusterings


def _score(
    own: np.ndarray, common: np.ndarray, clusterings: list[Clustering], seed: int, tell: OnStage
) -> tuple[list[Silhouette], list[Silhouette]]:
    tell("score", 0.0)
    labelings = [clustering.labels for clustering in clusterings]
    in_common = silhouettes(common, labelings, seed=seed)
    tell("score", 0.5)
    in_own = in_common if own is common else silhouettes(own, labelings, seed=seed)
    tell("score", 1.0)
    return in_own, in_common


def _candidate(
    settings: ClusteringSettings,
    reduced: Reduced,
    clustering: Clustering,
    own: Silhouette,
    common: Silhouette,
) -> Candidate:
    return Candidate(
        algorithm=settings.algorithm,
        reduction=settings.reduction,
        components=reduced.components,
        clusters=len(clustering.centers),
        inertia=clustering.inertia,
        silhouette=own.value,
        silhouette_common=common.value,
        silhouette_customers=common.customers,
        silhouette_exact=common.exact,
        explained_variance=reduced.explained_variance,
        labels=clustering.labels,
        centers=clustering.centers,
        reduced=reduced.values,
    )


def _rank(candidate: Candidate) -> tuple[float, int]:
    """Larger is better; a candidate without a silhouette comes last."""
    score = candidate.silhouette_common
    return (-np.inf if score is None else score), -candidate.clusters
