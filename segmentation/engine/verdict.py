"""What the measured structure means for the people who use the segments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from segmentation.engine.resampling import Structure
from segmentation.engine.scoring import Scores

Level = Literal["strong", "moderate", "weak", "none"]

# Standard deviations above data without structure from which it is not chance.
BEYOND_CHANCE = 3.0
STRONG_SILHOUETTE, STRONG_STABILITY = 0.50, 0.90
MODERATE_SILHOUETTE, MODERATE_STABILITY = 0.30, 0.75

SENTENCES: dict[Level, str] = {
    "strong": "The segments are clearly apart: treat them as different kinds of customers and plan"
    " a campaign for each.",
    "moderate": "The segments are easy to tell apart but touch at the edges: target them with"
    " confidence, and expect customers near a border to change segment now and then.",
    "weak": "The segments overlap: they are usable as working groups for different coupons, but try"
    " each campaign on a part of a segment before building on it.",
    "none": "Customers differ only by degrees here, so the borders between the segments are a"
    " choice: keep offers simple, and try them on a part of a segment first.",
}
# Below it, other customers than those a sample happened to hold would have given other segments.
LEAST_AGREEMENT = 0.80
MOST_IN_NONE = 0.50  # share of customers; beyond it there are no groups to speak of
DRAWN_FROM_A_SAMPLE = (
    "The borders between these segments depend on which customers the run happened to look at: use"
    " them as working groups, and try each campaign on a part of a segment before building on it."
)
HARD_TO_USE = (
    "These segments are hard to work with, because {faults}: start a run with other settings before"
    " you plan campaigns for them."
)
NOTHING_TO_COMPARE = (
    "Fewer than two segments were found, so there is nothing to tell apart: ask for more segments "
    "or include other features."
)


@dataclass(frozen=True)
class Verdict:
    """How far the segments can be relied on, in a level and in words."""

    level: Level
    sentence: str  # what it means and what to do, for a marketer
    reasons: tuple[str, ...]  # the evidence with its numbers, for an analyst


def verdict(
    scores: Scores,
    correlated: Structure | None,
    *,
    faults: Sequence[str] = (),
    agreement: float | None = None,
) -> Verdict:
    """Judge the scores of a candidate.

    Four questions: are the segments apart (common silhouette), above what shuffled columns give,
    above what correlation alone gives (`correlated`: against one cloud of customers with the same
    correlations; None where it was not measured), and do they come out again (stability)? The
    structure is strong from a silhouette of 0.50 and a stability of 0.90, moderate from 0.30 and
    0.75, weak below. Without proof against both kinds of chance it is none or at most weak.
    0.50 is the bound of Kaufman and Rousseeuw (1990); their 0.25 for weak structure is for the
    silhouette alone.

    It is weak at most where an approximation agrees with the exact result by less than 0.80 (the
    adjusted Rand index; None: exact or unknown), and where marketers could not work with the
    segments: `faults`, as "99% of the customers are in none of them".
    """
    if scores.common.value is None:
        return Verdict("none", NOTHING_TO_COMPARE, ())
    level, reasons = _level(scores, correlated), _reasons(scores, correlated)
    sentence = SENTENCES[level]
    if agreement is not None and agreement < LEAST_AGREEMENT:
        reasons.append(f"The approximation agrees with the exact result by {agreement:.2f} only.")
        level, sentence = _capped(level), DRAWN_FROM_A_SAMPLE
    if faults:
        level, sentence = _capped(level), HARD_TO_USE.format(faults=", and ".join(faults))
    if scores.noise_share > MOST_IN_NONE:
        level = "none"
    return Verdict(level, sentence, tuple(reasons))


def _capped(level: Level) -> Level:
    return "none" if level == "none" else "weak"


def _level(scores: Scores, correlated: Structure | None) -> Level:
    silhouette, stability = scores.common.value or 0.0, scores.stability or 0.0
    if scores.structure is not None and scores.structure.z < BEYOND_CHANCE:
        return "none"
    # What was not measured is not proven.
    if scores.structure is None or correlated is None or correlated.z < BEYOND_CHANCE:
        return "weak"
    if silhouette >= STRONG_SILHOUETTE and stability >= STRONG_STABILITY:
        return "strong"
    if silhouette >= MODERATE_SILHOUETTE and stability >= MODERATE_STABILITY:
        return "moderate"
    return "weak"


def _reasons(scores: Scores, correlated: Structure | None) -> list[str]:
    value = scores.common.value or 0.0
    reasons = [f"The silhouette in the common space is {value:.2f}, from −1 to 1."]
    if scores.stability is not None:
        reasons.append(
            f"On customers drawn anew the same segments come out with a stability of"
            f" {scores.stability:.2f}; 1 is the same, 0 is chance."
        )
    if scores.structure is not None:
        reasons.append(_against(scores.structure, "columns are shuffled"))
    if correlated is not None:
        reasons.append(_against(correlated, "only the correlations between the features are kept"))
    if scores.structure is None or correlated is None:
        reasons.append(
            "Whether that is more than chance could not be measured, so it counts as weak at most."
        )
    return reasons


def _against(structure: Structure, how: str) -> str:
    return (
        f"Where {how}, the same model reaches {structure.shuffled_mean:.2f}; the customers reach"
        f" {structure.observed:.2f}, which is {abs(structure.z):.1f} standard deviations"
        f" {'above' if structure.z >= 0 else 'below'}."
    )
