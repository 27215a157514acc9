"""Fitting the models of one space and judging them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from threadpoolctl import threadpool_limits

from segmentation.engine.algorithms import ALGORITHMS, NotFittable
from segmentation.engine.algorithms.clustering import Clustering
from segmentation.engine.algorithms.large import Approximation, agreements_on, fit_any
from segmentation.engine.preparing import Prepared
from segmentation.engine.reductions import Reduced, Space, maps_to_compare, reduce
from segmentation.engine.scoring import Scores, score
from segmentation.engine.trials import Trial, segments_in_words

# Customers that automatic mode fits its models on; the others are assigned.
SEARCHED = 10_000
JUDGED_APART = 5_000  # customers
# More of them would round sums in the order in which they end.
MOST_THREADS = 2

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
        return f"{self.trial.title}, {segments_in_words(self.clusters)}"


@dataclass(frozen=True, eq=False)
class _Fit:
    """A model that is fitted and not yet judged."""

    trial: Trial
    clustering: Clustering
    approximation: Approximation | None
    seconds: float


def part_of(tell: Tell, number: int, parts: int) -> Tell:
    """Tells what share of the whole is done when a share of this part is."""
    return lambda stage, done, detail: tell(stage, (number + done) / parts, detail)


@dataclass(frozen=True, eq=False)
class Search:
    """What is the same for all spaces."""

    prepared: Prepared
    most: int | None  # customers that a model is fitted on
    seed: int
    clock: Clock

    def candidates(self, of_space: Sequence[Trial], tell: Tell) -> Iterator[list[Candidate]]:
        """The candidates of one space, handed over as soon as they are judged.

        Algorithm by algorithm up to 5,000 customers; beyond, and on a t-SNE map, all together: they
        share the distances, which would take most of the time, or the maps. Raises NotFittable
        where no model of the space can be fitted.
        """
        space = of_space[0].space
        tell("reduce", 0.0, space.label)
        reduced = reduce(space, self.prepared.values, seed=self.seed)
        maps = maps_to_compare(space, self.prepared.values, self.seed)
        is_together = space.reduction == "tsne" or len(reduced.values) > JUDGED_APART
        parts = [of_space] if is_together else [[trial] for trial in of_space]
        refusals: list[NotFittable] = []
        found = 0
        for number, part in enumerate(parts):
            told = part_of(tell, number, len(parts))
            fits = list(self._fits(part, reduced.values, told, refusals))
            if maps is not None:
                fits = list(self._on_a_map(fits, reduced, maps))
            if fits:
                yield self._judged(fits, reduced, told)
            found += len(fits)
        if refusals and not found:
            raise refusals[-1]

    def _judged(self, fits: Sequence[_Fit], reduced: Reduced, tell: Tell) -> list[Candidate]:
        title = fits[0].trial.title
        scores = score(
            self.prepared,
            reduced,
            [(fit.trial, fit.clustering) for fit in fits],
            seed=self.seed,
            tell=lambda done: tell("score", 0.55 + 0.45 * done, title),
        )
        return [
            Candidate(fit.trial, reduced, fit.clustering, one, fit.approximation, fit.seconds)
            for fit, one in zip(fits, scores, strict=True)
        ]

    def _fits(
        self,
        part: Sequence[Trial],
        values: np.ndarray,
        tell: Tell,
        refusals: list[NotFittable],
    ) -> Iterator[_Fit]:
        """The fitted models; what can't be fitted, after the smaller numbers, is a refusal."""
        done, total = 0, sum(trial.candidates for trial in part)
        for trial in part:
            fits = self._fits_of(trial, values)
            for title in trial.titles:
                tell("cluster", 0.05 + 0.5 * done / total, title)
                try:
                    yield next(fits)
                except NotFittable as error:
                    refusals.append(error)
                    break
                done += 1

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
        with threadpool_limits(1 if fitted <= SEARCHED else MOST_THREADS):
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


def _of_map(fit: _Fit, reduced: Reduced, agreement: float | None, measured: int) -> Approximation:
    sentences, fitted = [reduced.note], [reduced.mapped or 0]
    if fit.approximation:
        sentences.append(fit.approximation.what)
        fitted.append(fit.approximation.fitted_on)
    return Approximation(" ".join(sentences), min(fitted), agreement, measured)
