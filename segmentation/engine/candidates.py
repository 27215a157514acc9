"""Fitting every candidate of a run, judging each and recommending one of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from threadpoolctl import threadpool_limits

from segmentation.engine.algorithms import ALGORITHMS, TooFewCustomers
from segmentation.engine.algorithms.clustering import Clustering
from segmentation.engine.algorithms.large import Approximation, agreements_on, fit_any
from segmentation.engine.checking import check_settings
from segmentation.engine.features import Features, without_constant
from segmentation.engine.preparing import Prepared, prepare
from segmentation.engine.recommendation import Recommendation, recommend
from segmentation.engine.reductions import Reduced, Space, maps_to_compare, reduce
from segmentation.engine.scoring import Scores, score
from segmentation.engine.settings import ClusteringSettings
from segmentation.engine.trials import Trial, trials

# Customers that automatic mode fits its models on; the others are assigned.
SEARCHED = 10_000

# Told a stage ("scale", "reduce", "cluster", "score"), the share of all work that is done, 0 to 1,
# and what is being done in a few words.
Tell = Callable[[str, float, str], object]
Clock = Callable[[], float]  # seconds, from any beginning


@dataclass(frozen=True, eq=False)
class Candidate:
    """One model that a run tried."""

    trial: Trial
    reduced: Reduced  # one for all candidates of the space
    clustering: Clustering  # with labels for all customers
    scores: Scores
    approximation: Approximation | None  # None: fitted on all customers
    seconds: float  # that the fit took, by the clock handed in

    @property
    def algorithm(self) -> str:
        return self.trial.algorithm

    @property
    def space(self) -> Space:
        return self.trial.space

    @property
    def clusters(self) -> int:
        """How many were found, noise not counted."""
        return len(self.clustering.centers)

    @property
    def labels(self) -> np.ndarray:
        """(n,), -1 = noise"""
        return self.clustering.labels

    @property
    def title(self) -> str:
        """K-means on 2 principal components, 5 segments"""
        return f"{model_title(self.algorithm, self.space)}, {self.clusters} segments"


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


@dataclass(frozen=True, eq=False)
class _Fit:
    """A model that is fitted and not yet judged."""

    trial: Trial
    clustering: Clustering
    approximation: Approximation | None
    seconds: float


def model_title(algorithm: str, space: Space) -> str:
    """K-means on 2 principal components"""
    label = ALGORITHMS[algorithm].label
    return f"{label} on {space.label}" if space.label else label


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
    to cancel; the candidates of each space are handed to `on_finished` as soon as all of them are
    judged. Numbers of segments that are too many for the customers are passed over where smaller
    ones can be found. Raises BadSettings, NoFeatureLeft and TooFewCustomers.
    """
    check_settings(settings)
    told = tell or _tell_nobody
    told("scale", 0.0, "")
    used, left_out = without_constant(_by_customer(features))
    prepared = prepare(used, settings.preparation)
    spaces = trials(settings, len(used.names))
    search = _Search(prepared, SEARCHED if settings.is_automatic else None, seed, clock)
    candidates: list[Candidate] = []
    for number, of_space in enumerate(spaces):
        found = search.candidates(of_space, _part(told, number, len(spaces)))
        candidates += found
        if on_finished:
            on_finished(found)
    return Outcome(tuple(candidates), recommend(candidates), used, left_out, prepared)


def _of_map(fit: _Fit, reduced: Reduced, agreement: float | None, measured: int) -> Approximation:
    sentences, fitted = [reduced.note], [reduced.mapped or 0]
    if fit.approximation:
        sentences.append(fit.approximation.what)
        fitted.append(fit.approximation.fitted_on)
    return Approximation(" ".join(sentences), min(fitted), agreement, measured)


def _tell_nobody(stage: str, done: float, detail: str) -> None:
    pass


def _part(tell: Tell, number: int, parts: int) -> Tell:
    """Tells what share of the whole is done when a share of this part is."""
    return lambda stage, done, detail: tell(stage, (number + done) / parts, detail)


def _by_customer(features: Features) -> Features:
    """Lots are drawn by row, so the rows need an order that does not depend on who read them."""
    order = np.argsort(features.customer_ids)
    return replace(
        features, customer_ids=features.customer_ids[order], values=features.values[order]
    )


@dataclass(frozen=True, eq=False)
class _Search:
    """What is the same for all spaces."""

    prepared: Prepared
    most: int | None  # customers that a model is fitted on
    seed: int
    clock: Clock

    def candidates(self, of_space: Sequence[Trial], tell: Tell) -> list[Candidate]:
        """All candidates of one space, judged. Raises TooFewCustomers where none can be fitted."""
        space = of_space[0].space
        tell("reduce", 0.0, space.label)
        reduced = reduce(space, self.prepared.values, seed=self.seed)
        fits = self._fits(of_space, reduced.values, tell)
        maps = maps_to_compare(space, self.prepared.values, self.seed)
        if maps is not None:
            fits = list(self._on_a_map(fits, reduced, maps))
        scores = score(
            self.prepared,
            reduced,
            [(fit.trial, fit.clustering) for fit in fits],
            seed=self.seed,
            tell=lambda done: tell("score", 0.55 + 0.45 * done, space.label),
        )
        return [
            Candidate(fit.trial, reduced, fit.clustering, one, fit.approximation, fit.seconds)
            for fit, one in zip(fits, scores, strict=True)
        ]

    def _fits(self, of_space: Sequence[Trial], values: np.ndarray, tell: Tell) -> list[_Fit]:
        fits: list[_Fit] = []
        refusal: TooFewCustomers | None = None
        total = sum(trial.candidates for trial in of_space)
        for trial in of_space:
            title = model_title(trial.algorithm, trial.space)
            tell("cluster", 0.05 + 0.5 * len(fits) / total, title)
            try:
                for fit in self._fits_of(trial, values):
                    fits.append(fit)
                    tell("cluster", 0.05 + 0.5 * len(fits) / total, title)
            except TooFewCustomers as error:
                refusal = error  # the smaller numbers of segments were fitted
        if not fits and refusal is not None:
            raise refusal
        return fits

    def _on_a_map(
        self, fits: Sequence[_Fit], reduced: Reduced, maps: tuple[np.ndarray, np.ndarray]
    ) -> Iterator[_Fit]:
        """The fits with what the map leaves to be guessed, and how much that changes."""
        for trial, of_trial in groupby(fits, lambda fit: fit.trial):
            agreements = agreements_on(
                ALGORITHMS[trial.algorithm],
                reduced.values,
                maps,
                clusters=trial.clusters,
                parameters=trial.parameters,
                seed=self.seed,
            )
            for fit, agreement in zip(of_trial, agreements, strict=False):
                yield replace(fit, approximation=_of_map(fit, reduced, agreement, len(maps[0])))

    def _fits_of(self, trial: Trial, values: np.ndarray) -> Iterator[_Fit]:
        began = self.clock()
        fitted = min(len(values), self.most or len(values))
        # On few customers a second thread waits longer than it works.
        with threadpool_limits(1 if fitted <= SEARCHED else None):
            for clustering, approximation in fit_any(
                ALGORITHMS[trial.algorithm],
                values,
                clusters=trial.clusters,
                parameters=trial.parameters,
                seed=self.seed,
                most=self.most,
            ):
                yield _Fit(trial, clustering, approximation, self.clock() - began)
                began = self.clock()
