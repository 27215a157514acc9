"""Which candidate is recommended, by rules that are stated."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.reductions import Space
from segmentation.engine.scoring import Scores

SAME_CLARITY = 0.01  # of the silhouette: less is no difference
SAME_STABILITY = 0.10  # of the adjusted Rand index
LEAST_STABILITY = 0.5
MOST_NOISE = 0.20  # share of customers whom nobody could aim at
SMALLEST = 0.02  # share of customers that is still worth a campaign of its own
LARGEST = 0.80  # a segment of nearly everybody tells nobody apart
RULES = (
    "A model is usable when it finds at least two segments, leaves out at most"
    f" {MOST_NOISE:.0%} of the customers, its smallest segment holds at least {SMALLEST:.0%} and"
    f" its largest at most {LARGEST:.0%} of them, and its stability is at least {LEAST_STABILITY}.",
    "Of the usable ones the one with the largest common silhouette is best; those within"
    f" {SAME_CLARITY} of it are equally clear.",
    f"Of these, those whose stability is within {SAME_STABILITY} of the best are equally stable.",
    "Of these, the simplest one is recommended: the simpler algorithm, then the features as they"
    " are before principal components, then fewer segments.",
)


class Rated(Protocol):
    """A candidate with its scores."""

    @property
    def algorithm(self) -> str: ...

    @property
    def space(self) -> Space: ...

    @property
    def clusters(self) -> int: ...

    @property
    def scores(self) -> Scores: ...


@dataclass(frozen=True)
class Recommendation:
    """Which candidate is recommended and why."""

    chosen: int  # position among the candidates
    runner_up: int | None  # None where nothing else found two segments
    is_usable: bool  # False: no candidate keeps the rules, and this one comes closest
    reasons: tuple[str, ...]  # why it, not the runner-up, in sentences


def recommend(candidates: Sequence[Rated]) -> Recommendation:
    """Recommend one of at least one candidates, see RULES; equal ones in the order tried."""
    everybody = range(len(candidates))
    chosen = _best(candidates, everybody)
    others = [n for n in everybody if n != chosen and candidates[n].clusters > 1]
    runner_up = _best(candidates, others) if others else None
    faults = faults_of(candidates[chosen])
    reasons = _reasons(candidates, chosen, runner_up)
    return Recommendation(chosen, runner_up, not faults, reasons)


@dataclass(frozen=True)
class Fault:
    """A rule that a candidate does not keep."""

    of_model: str  # it leaves 99% of the customers without a segment
    of_segments: str  # 99% of the customers are in none of them


def faults_of(candidate: Rated) -> list[Fault]:
    """Why a marketer could not work with the segments of a candidate; empty: they could."""
    if candidate.clusters < 2:
        return [Fault("it finds fewer than two segments", "there are fewer than two of them")]
    scores, faults = candidate.scores, []
    smallest, largest = scores.smallest_share or 0.0, scores.largest_share or 0.0
    if (share := scores.noise_share) > MOST_NOISE:
        without = f"it leaves {share:.0%} of the customers without a segment"
        faults.append(Fault(without, f"{share:.0%} of the customers are in none of them"))
    if smallest < SMALLEST:
        share_of_smallest = f"smallest segment holds only {smallest:.1%}"
        faults.append(Fault(f"its {share_of_smallest}", f"the {share_of_smallest} of all"))
    if largest > LARGEST:
        share_of_largest = f"largest segment holds {largest:.0%}"
        faults.append(Fault(f"its {share_of_largest}", f"the {share_of_largest} of all"))
    if scores.stability is not None and scores.stability < LEAST_STABILITY:
        anew = "its segments come out differently when customers are drawn anew"
        faults.append(Fault(anew, "other customers would have given other ones"))
    return faults


def _best(candidates: Sequence[Rated], positions: Sequence[int]) -> int:
    left = [n for n in positions if not faults_of(candidates[n])]
    left = left or [n for n in positions if candidates[n].clusters > 1] or list(positions)
    left = _near_best(left, [_clarity(candidates[n]) for n in left], SAME_CLARITY)
    left = _near_best(left, [_stability(candidates[n]) for n in left], SAME_STABILITY)
    return min(left, key=lambda n: (*_simplicity(candidates[n]), -_clarity(candidates[n]), n))


def _near_best(positions: list[int], values: list[float], within: float) -> list[int]:
    best = max(values)
    return [n for n, value in zip(positions, values, strict=True) if value >= best - within]


def _clarity(candidate: Rated) -> float:
    value = candidate.scores.common.value
    return -1.0 if value is None else value


def _stability(candidate: Rated) -> float:
    value = candidate.scores.stability
    return 0.0 if value is None else value


def _simplicity(candidate: Rated) -> tuple[int, bool, int]:
    """Smaller is simpler."""
    reduced = candidate.space.reduction != "none"
    return ALGORITHMS[candidate.algorithm].simplicity, reduced, candidate.clusters


def _reasons(candidates: Sequence[Rated], chosen: int, runner_up: int | None) -> tuple[str, ...]:
    if faults := faults_of(candidates[chosen]):
        return (f"No model keeps all rules; this one comes closest, though {faults[0].of_model}.",)
    if len(candidates) == 1:
        return ("It is the only model that was asked for.",)
    if runner_up is None:
        return ("It is the only model that found segments.",)
    one, other = candidates[chosen], candidates[runner_up]
    if faults := faults_of(other):
        said = ", and ".join(fault.of_model for fault in faults)
        return (f"The runner-up is not usable: {said}.",)
    return _comparison(one, other)


def _comparison(one: Rated, other: Rated) -> tuple[str, ...]:
    reasons = []
    clearer, stabler = _clarity(one) - _clarity(other), _stability(one) - _stability(other)
    values = f"silhouette {_clarity(one):.2f} against {_clarity(other):.2f}"
    if clearer > SAME_CLARITY:
        reasons.append(f"Its segments are more clearly apart ({values}).")
    else:
        reasons.append(f"Its segments are as clearly apart ({values}).")
    values = f"stability {_stability(one):.2f} against {_stability(other):.2f}"
    if stabler > SAME_STABILITY:
        reasons.append(f"They are more stable ({values}).")
    if _simplicity(one) < _simplicity(other) and clearer <= SAME_CLARITY:
        reasons.append(f"It is simpler: {_simpler(one, other)}.")
    return tuple(reasons)


def _simpler(one: Rated, other: Rated) -> str:
    if ALGORITHMS[one.algorithm].simplicity != ALGORITHMS[other.algorithm].simplicity:
        names = ALGORITHMS[one.algorithm].label, ALGORITHMS[other.algorithm].label
        return f"{names[0]} is easier to follow than {names[1]}"
    if one.space.reduction != other.space.reduction:
        return "it works on the features as they are"
    return f"{one.clusters} segments instead of {other.clusters}"
