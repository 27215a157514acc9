"""What gender has to do with the segments."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
from sklearn.metrics import adjusted_rand_score

from segmentation.engine.explain import LARGE
from segmentation.engine.features import Features
from segmentation.engine.naming import GENDERS

# Agreement with the truth that Steinley (2004) calls good, and moderate.
GOOD, MODERATE = 0.80, 0.65
# Standard deviations of chance; several genders are looked at in each of several segments.
BEYOND_CHANCE = 3.0

MOST_TOLD = 3  # gendered segments that the sentence speaks of

UNKNOWN = "customers of unknown gender"
NOTHING_TO_DO = "No segment follows gender, so nothing needs changing."
CHECK_REACH = "A coupon for such a segment hardly reaches anybody else: make sure that is meant."


@dataclass(frozen=True)
class Gendered:
    """A segment that is largely the customers of one gender."""

    label: int
    gender: str  # "women", "men" …
    share: float  # of the segment, 0 to 1
    base: float  # share of all customers, 0 to 1
    effect: float  # (share - base) / standard deviation of all customers


@dataclass(frozen=True)
class Guard:
    """How far the segments follow gender."""

    # Adjusted Rand index of the segments with and without gender: 1 the same, 0 as by chance;
    # None where gender was not used, or there is nothing to compare with.
    agreement: float | None
    gendered: tuple[Gendered, ...]  # largest effect first
    sentence: str  # what it means and what to do, for a marketer


def gender_guard(
    labels: np.ndarray,
    labels_without: np.ndarray | None,
    features: Features,
    *,
    genders: Mapping[str, np.ndarray] | None = None,
    names: Mapping[int, str] | None = None,
) -> Guard:
    """Compare (n,) labels with those of the same model without gender, and find gendered segments.

    `labels_without` is None where gender was not used, is all there is or cannot be left out.
    `genders` are (n,) indicators by feature name, read where the features have none; without any,
    no segment is gendered. `names` of the segments are used in the sentence. A segment is gendered
    where the share of one gender is 0.8 standard deviations (large, Cohen 1988) above everybody's
    and above chance. The agreement is the adjusted Rand index (Hubert & Arabie 1985).
    """
    used = [name for name in features.names if name in GENDERS]
    agreement = None
    if used and labels_without is not None:
        agreement = float(adjusted_rand_score(labels, labels_without))
    indicators = {name: features.column(name) for name in used} or dict(genders or {})
    gendered = _gendered(labels, _by_gender(indicators))
    meaning, advice = _part_of_gender(features, agreement, bool(indicators), bool(gendered))
    shares = _shares_in_words(gendered, names or {})
    return Guard(agreement, gendered, " ".join([meaning, *shares, advice]))


def _by_gender(indicators: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Indicators (n,) by whom they count; customers whom none counts are one more group."""
    by_gender = {GENDERS[name]: indicator for name, indicator in indicators.items()}
    if not by_gender:
        return {}
    others = 1 - np.sum(list(by_gender.values()), axis=0)
    if len(by_gender) == len(GENDERS):
        return by_gender | {UNKNOWN: others}
    return by_gender | {f"customers who are not {' or '.join(by_gender)}": others}


def _gendered(labels: np.ndarray, by_gender: Mapping[str, np.ndarray]) -> tuple[Gendered, ...]:
    found = [
        one
        for gender, indicator in by_gender.items()
        if 0 < indicator.mean() < 1
        for one in _above_base(labels, gender, indicator)
    ]
    return tuple(sorted(found, key=lambda one: (-one.effect, one.label)))


def _above_base(labels: np.ndarray, gender: str, indicator: np.ndarray) -> Iterator[Gendered]:
    """The segments with many more of a gender than there are among all customers."""
    members = labels >= 0
    sizes = np.bincount(labels[members])
    counts = np.bincount(labels[members], weights=indicator[members])
    base = float(indicator.mean())
    for label in np.flatnonzero(sizes):
        share = float(counts[label] / sizes[label])
        effect = (share - base) / sqrt(base * (1 - base))
        if effect >= LARGE and effect * sqrt(sizes[label]) >= BEYOND_CHANCE:
            yield Gendered(int(label), gender, share, base, effect)


def _part_of_gender(
    features: Features, agreement: float | None, known: bool, gendered: bool
) -> tuple[str, str]:
    """What the part of gender means, and what to do about it."""
    used = len(GENDERS.keys() & set(features.names))
    follow_up = CHECK_REACH if gendered else NOTHING_TO_DO
    if not used:
        meaning = "Gender was not used to make the segments."
        return meaning, follow_up if known else "It was not looked at either."
    if agreement is None:
        return _not_compared(alone=used == len(features.names))
    return _compared(agreement, follow_up)


def _not_compared(*, alone: bool) -> tuple[str, str]:
    if alone:
        return "The segments rest on gender alone.", "Include what customers do, and run it again."
    return (
        "The same segments could not be looked for without gender.",
        "Run it without gender to see whether they stay.",
    )


def _compared(agreement: float, follow_up: str) -> tuple[str, str]:
    if agreement >= GOOD:
        return "Without gender the segments stay much the same.", follow_up
    if agreement >= MODERATE:
        return (
            "Without gender some customers would be in another segment.",
            "Compare with a run without gender before you choose coupons by segment.",
        )
    return (
        "Without gender the segments would be other ones.",
        "Run it without gender, unless the offers themselves are for women or for men.",
    )


def _shares_in_words(gendered: tuple[Gendered, ...], names: Mapping[int, str]) -> list[str]:
    words = [
        f"“{names.get(one.label, f'Segment {one.label + 1}')}” is {one.share:.0%} {one.gender},"
        f" all customers {one.base:.0%}."
        for one in gendered[:MOST_TOLD]
    ]
    more = len({one.label for one in gendered[MOST_TOLD:]})
    if more:
        words.append(f"{more} more {'follow' if more > 1 else 'follows'} gender as much.")
    return words
