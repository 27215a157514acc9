"""Fitting every candidate of a run, judging each and recommending one of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from segmentation.engine.checking import check_settings
from segmentation.engine.features import Features, without_constant
from segmentation.engine.preparing import Prepared, prepare
from segmentation.engine.recommendation import Recommendation, recommend
from segmentation.engine.search import SEARCHED, Candidate, Clock, Search, Tell, part_of
from segmentation.engine.settings import ClusteringSettings
from segmentation.engine.trials import trials


@dataclass(frozen=True, eq=False)
class Outcome:
    """Everything a run tried; rows are in the order of the customers' ids."""

    candidates: tuple[Candidate, ...]  # in the order tried
    recommendation: Recommendation
    features: Features  # those that were used
    left_out: dict[str, str]  # {feature: reason}
    prepared: Prepared

    @property
    def best(self) -> Candidate:
        return self.candidates[self.recommendation.chosen]


def fit_candidates(
    features: Features,
    settings: ClusteringSettings,
    *,
    seed: int,
    tell: Tell | None = None,
    clock: Clock = lambda: 0.0,
    on_finished: Callable[[Sequence[Candidate]], object] | None = None,
) -> Outcome:
    """Fit what the settings ask for, score it in its own and in the common space, recommend one.

    The common space is all used features, transformed and standardised. The same customers,
    settings and seed give the same outcome, in whatever order the customers come. `tell` may raise
    to cancel; the candidates of an algorithm in a space are handed to `on_finished` as soon as they
    are judged. Numbers of segments that are too many for the customers are passed over where
    smaller ones can be found. Raises BadSettings, NoFeatureLeft and NotFittable.
    """
    check_settings(settings)
    told = tell or _tell_nobody
    told("scale", 0.0, "")
    used, left_out = without_constant(_by_customer(features))
    prepared = prepare(used, settings.preparation)
    spaces = trials(settings, len(used.names))
    search = Search(prepared, SEARCHED if settings.is_automatic else None, seed, clock)
    candidates: list[Candidate] = []
    for number, of_space in enumerate(spaces):
        for found in search.candidates(of_space, part_of(told, number, len(spaces))):
            candidates += found
            if on_finished:
                on_finished(found)
    return Outcome(tuple(candidates), recommend(candidates), used, left_out, prepared)


def _tell_nobody(stage: str, done: float, detail: str) -> None:
    pass


def _by_customer(features: Features) -> Features:
    """Lots are drawn by row, so the rows need an order that does not depend on who read them."""
    order = np.argsort(features.customer_ids)
    return replace(
        features, customer_ids=features.customer_ids[order], values=features.values[order]
    )
