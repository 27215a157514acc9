"""What the measured structure means for the people who use the segments."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["strong", "moderate", "weak", "none"]


@dataclass(frozen=True)
class Verdict:
    """How far the segments can be relied on, in a level and in words."""

    level: Level
    sentence: str


STRONG = Verdict(
    "strong",
    "The segments are clearly apart: treat them as different kinds of customers and plan a "
    "campaign for each.",
)
MODERATE = Verdict(
    "moderate",
    "The segments are easy to tell apart but touch at the edges: target them with confidence, "
    "and expect customers near a border to change segment now and then.",
)
WEAK = Verdict(
    "weak",
    "The segments overlap: they are usable as working groups for different coupons, but try each "
    "campaign on a part of a segment before building on it.",
)
NONE = Verdict(
    "none",
    "Customers differ only by degrees here, so the borders between the segments are a choice: "
    "keep offers simple, and try them on a part of a segment first.",
)
NOTHING_TO_COMPARE = Verdict(
    "none",
    "Fewer than two segments were found, so there is nothing to tell apart: ask for more segments "
    "or include other features.",
)

THRESHOLDS = ((0.70, STRONG), (0.50, MODERATE), (0.25, WEAK))


def verdict(silhouette_common: float | None) -> Verdict:
    """Judge a mean silhouette width (-1 to 1) measured in the common standardised space.

    Above 0.70 the structure is strong, above 0.50 moderate, above 0.25 weak, otherwise there is
    none (Kaufman and Rousseeuw 1990). None stands for fewer than two segments.
    """
    if silhouette_common is None:
        return NOTHING_TO_COMPARE
    for threshold, judgement in THRESHOLDS:
        if silhouette_common > threshold:
            return judgement
    return NONE
