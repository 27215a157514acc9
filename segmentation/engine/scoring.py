"""Judging the candidates of one space together, so that they share what is costly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.algorithms.clustering import NOISE, Clustering, as_they_are
from segmentation.engine.preparing import Prepared, blocks
from segmentation.engine.reductions import Reduced, reduce
from segmentation.engine.resampling import Model, Structure, stabilities, structures
from segmentation.engine.sampling import sample_rows
from segmentation.engine.scores import (
    Silhouette,
    calinski_harabasz,
    davies_bouldin,
    silhouettes,
)
from segmentation.engine.trials import Trial

RESAMPLED = 1_000  # customers that stability and structure are measured on


@dataclass(frozen=True)
class Scores:
    """How good one candidate is."""

    own: Silhouette  # in the space that was clustered
    common: Silhouette  # in the standardised space that all candidates share
    calinski_harabasz: float | None  # both in the common space
    davies_bouldin: float | None
    noise_share: float  # 0 to 1
    smallest_share: float | None  # of all customers; None without clusters
    largest_share: float | None
    stability: float | None  # mean adjusted Rand index over bootstrap resamples
    structure: Structure | None  # against data without structure


def score(
    prepared: Prepared,
    reduced: Reduced,
    fits: Sequence[tuple[Trial, Clustering]],
    *,
    seed: int,
    tell: Callable[[float], object],
) -> list[Scores]:
    """Judge all candidates of a space: scores in the order of the fits. `tell` may raise."""
    labelings = [clustering.labels for _, clustering in fits]
    common = silhouettes(prepared.common, labelings, seed=seed)
    is_common = reduced.values is prepared.common
    own = common if is_common else silhouettes(reduced.values, labelings, seed=seed)
    tell(0.3)
    rows = sample_rows(len(prepared.values), RESAMPLED, seed)
    models = [model_of(*fit, prepared, reduced, rows, seed=seed) for fit in fits]
    values, shared = prepared.values[rows], prepared.common[rows]
    stable = stabilities(values, models, seed=seed)
    tell(0.6)
    columns = blocks(prepared.names)
    structured: Sequence[Structure | None] = [None] * len(models)
    if len(columns) > 1:  # one feature has nothing to be shuffled against
        structured = structures(values, shared, columns, models, seed=seed)
    tell(0.95)
    found = zip(labelings, own, common, stable, structured, strict=True)
    return [_scores(prepared.common, *one) for one in found]


def model_of(
    trial: Trial,
    clustering: Clustering,
    prepared: Prepared,
    reduced: Reduced,
    rows: np.ndarray,
    *,
    seed: int,
) -> Model:
    """What is fitted again to some rows of the customers to judge a clustering of all.

    What the algorithm found from the data is found anew; what a person gave for all customers is
    made to suit the fewer ones, who have a t-SNE map of their own.
    """
    algorithm = ALGORITHMS[trial.algorithm]
    number = len(clustering.centers) if algorithm.takes_clusters else None
    is_anew = trial.space.reduction == "tsne" and algorithm.thinned is not as_they_are
    fewer = reduced.values[rows]
    if is_anew:
        fewer = reduce(trial.space, prepared.values[rows], seed=seed).values
    suited = algorithm.thinned(trial.parameters, reduced.values, fewer, is_anew=is_anew)
    return Model(trial.algorithm, trial.space, number, suited)


def _scores(
    common_values: np.ndarray,
    labels: np.ndarray,
    own: Silhouette,
    common: Silhouette,
    stability: float | None,
    structure: Structure | None,
) -> Scores:
    sizes = np.bincount(labels[labels != NOISE]) / len(labels)
    return Scores(
        own=own,
        common=common,
        calinski_harabasz=calinski_harabasz(common_values, labels),
        davies_bouldin=davies_bouldin(common_values, labels),
        noise_share=float((labels == NOISE).mean()),
        smallest_share=float(sizes.min()) if len(sizes) else None,
        largest_share=float(sizes.max()) if len(sizes) else None,
        stability=stability,
        structure=None if common.value is None else structure,
    )
