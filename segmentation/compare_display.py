"""Two models of a run side by side, ready to be shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from segmentation.candidate_scores import SCORES, Score
from segmentation.display import IN_NO_SEGMENT
from segmentation.engine.matching import NO_SEGMENT
from segmentation.models import Candidate, Segment
from segmentation.operations.comparing import Comparison
from segmentation.parameter_words import parameters_in_words


@dataclass(frozen=True)
class Side:
    """One of the two models, and what its segments are called."""

    letter: str
    candidate: Candidate
    names: dict[int, str]  # by label; those of the recommended model, others are numbered

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
        # What is written alike is no difference.
        if first is not None and second is not None and cells[0] != cells[1]:
            better = _better(first < second, score.is_low_good)
        cells = _with_interval(score, one, cells[0]), _with_interval(score, other, cells[1])
        pairs.append(ScorePair(score.label, score.meaning, cells, better))
    return pairs


def _better(is_first_lower: bool, is_low_good: bool | None) -> str:
    """Which of the two is better; empty where neither is."""
    if is_low_good is None:
        return ""
    return "A" if is_first_lower == is_low_good else "B"


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
