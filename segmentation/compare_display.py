"""Two models of a run side by side, ready to be shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from segmentation.candidate_scores import SCORES, Score
from segmentation.display import IN_NO_SEGMENT
from segmentation.engine.matching import NO_SEGMENT
from segmentation.models import Candidate, Segment
from segmentation.operations.comparing import Comparison
from segmentation.parameter_words import parameters_in_words

LEAST_DIFFERENCE = 0.01  # of two exact scores; less is rounding


@dataclass(frozen=True)
class Side:
    """One of the two models, and what its segments are called."""

    letter: str
    candidate: Candidate
    names: dict[int, str]  # by label; of the recommended model, and what others are called by them

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return parameters_in_words(self.candidate)

    def name(self, label: int) -> str:
        if label == NO_SEGMENT:
            return IN_NO_SEGMENT
        return self.names.get(label, f"Segment {label + 1}")


@dataclass(frozen=True)
class ScorePair:
    label: str
    meaning: str
    cells: tuple[str, str]
    better: str  # the letter of the better one; empty where neither is


@dataclass(frozen=True)
class Cell:
    count: int
    share: str  # of the row
    is_largest: bool
    is_pair: bool


@dataclass(frozen=True)
class AgreementTable:
    """Segments of A by segments of B."""

    columns: list[str]
    rows: list[tuple[str, int, list[Cell]]]


def side(letter: str, candidate: Candidate, segments: Sequence[Segment]) -> Side:
    """Only the recommended model's segments have names, by position from 1."""
    named = segments if candidate.is_best else []
    return Side(
        letter,
        candidate,
        {segment.position - 1: segment.name for segment in named},
    )


def score_pairs(one: Candidate, other: Candidate) -> list[ScorePair]:
    """Every score that at least one of them has."""
    pairs = []
    for score in SCORES:
        first, second = score.value(one), score.value(other)
        if first is None and second is None:
            continue
        cells = score.text(one), score.text(other)
        better = ""
        if first is not None and second is not None and _differ(score, one, other):
            better = _better(first < second, score.is_low_good)
        cells = _with_interval(score, one, cells[0]), _with_interval(score, other, cells[1])
        pairs.append(ScorePair(score.label, score.meaning, cells, better))
    return pairs


def _differ(score: Score, one: Candidate, other: Candidate) -> bool:
    """Whether two models differ in a score by more than its interval or, where it is exact, than
    rounding."""
    first, second = score.value(one) or 0.0, score.value(other) or 0.0
    bounds = [(score.bounds(one), second), (score.bounds(other), first)]
    if any(interval for interval, _ in bounds):
        return all(not (i[0] <= value <= i[1]) for i, value in bounds if i)
    return abs(first - second) >= LEAST_DIFFERENCE and score.text(one) != score.text(other)


def _better(is_first_lower: bool, is_low_good: bool | None) -> str:
    """Which of the two is better; empty where neither is."""
    if is_low_good is None:
        return ""
    return "A" if is_first_lower == is_low_good else "B"


def described(one: Side, other: Side, comparison: Comparison) -> tuple[Side, Side]:
    """The sides, where only one has names with the other's segments told by them:
    "Segment 4, mostly Keen burners"."""
    if one.names and not other.names:
        return one, replace(
            other, names=_mostly(one, comparison.rows, comparison.columns, comparison.counts.T)
        )
    if other.names and not one.names:
        names = _mostly(other, comparison.columns, comparison.rows, comparison.counts)
        return replace(one, names=names), other
    return one, other


def _mostly(
    named: Side, known: Sequence[int], labels: Sequence[int], shared: np.ndarray
) -> dict[int, str]:
    """By label, with the (labels, known) customers that these and the named segments share."""
    return {
        label: f"Segment {label + 1}, mostly {_in_sentence(named.name(known[int(row.argmax())]))}"
        for label, row in zip(labels, shared, strict=True)
        if label != NO_SEGMENT
    }


def _in_sentence(name: str) -> str:
    return name.lower() if name == IN_NO_SEGMENT else name


def agreement_table(one: Side, other: Side, comparison: Comparison) -> AgreementTable:
    """How many customers each pair of segments shares, the largest cell of each row marked."""
    pairs, rows = set(comparison.pairs), []
    for label, counts in zip(comparison.rows, comparison.counts.tolist(), strict=True):
        total, most = sum(counts), max(counts)
        cells = [
            Cell(count, _share(count, total), count == most, (label, column) in pairs)
            for column, count in zip(comparison.columns, counts, strict=True)
        ]
        rows.append((one.name(label), total, cells))
    return AgreementTable([other.name(label) for label in comparison.columns], rows)


def _share(count: int, total: int) -> str:
    """100% only of all, and never 0% of somebody."""
    if count == total:
        return "100%"
    share = f"{100 * count / total:.1f}%"
    return {"0.0%": "under 0.1%", "100.0%": "over 99.9%"}.get(share, share)


def _with_interval(score: Score, candidate: Candidate, text: str) -> str:
    interval = score.interval(candidate)
    return f"{text} ({interval})" if interval else text
