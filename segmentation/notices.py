"""What people should know about the adopted segments before they rely on them."""

import re
from dataclasses import dataclass
from datetime import date

from customers.facts.catalogue import CATALOGUE
from customers.periods import in_words
from segmentation.engine.drift import Level
from segmentation.engine.guard import MODERATE
from segmentation.models import SegmentationRun
from segmentation.operations.upkeep import MUCH_MOVED
from segmentation.over_time import joined

FEWEST_CUSTOMERS = 200  # with less, deciles are a handful of people and shift by chance
WHAT_TO_DO = "Start a new run, and adopt it if its segments fit better."
LEVELS: dict[Level, str] = {
    "stable": "as before",
    "shifting": "is shifting",
    "shifted": "has shifted",
}


@dataclass(frozen=True)
class FeatureDrift:
    """How far one feature's values have shifted since the run."""

    label: str
    index: float  # population stability index
    level: Level

    @property
    def in_words(self) -> str:
        return LEVELS[self.level]


@dataclass(frozen=True)
class Drift:
    """How far the customers have changed since the run."""

    since: date | None
    until: date
    features: list[FeatureDrift]  # most shifted first
    moved: float | None  # share of customers who would be in another segment today, 0 to 1
    customers: int  # in a segment

    @property
    def shifted(self) -> list[str]:
        return [feature.label for feature in self.features if feature.level == "shifted"]

    @property
    def is_large(self) -> bool:
        return bool(self.shifted) or (self.moved or 0) >= MUCH_MOVED

    @property
    def notice(self) -> str:
        """What has changed and what to do; empty while that is little."""
        if not self.is_large:
            return ""
        return " ".join(filter(None, [self._shift, self._moved, WHAT_TO_DO]))

    @property
    def _shift(self) -> str:
        if not self.shifted:
            return ""
        first, *others = self.shifted
        labels = joined([first, *(label[0].lower() + label[1:] for label in others)])
        since = f" since {in_words(self.since)}" if self.since else ""
        return f"{labels} {'have' if others else 'has'} shifted{since}."

    @property
    def _moved(self) -> str:
        if not self.moved:
            return ""
        who = f"{self.moved:.0%} of the customers, about {round(self.moved * self.customers):,},"
        return f"{who} would be in another segment today."


def drift_of(run: SegmentationRun) -> Drift | None:
    """How far customers have changed since; None while that was not looked at, or they are few."""
    stored = run.drift
    if not stored.get("features") or (run.customers or 0) < FEWEST_CUSTOMERS:
        return None
    features = [
        FeatureDrift(CATALOGUE[name].label, found["index"], found["level"])
        for name, found in stored["features"].items()
        if name in CATALOGUE
    ]
    return Drift(
        since=run.as_of,
        until=date.fromisoformat(stored["as_of"]),
        features=sorted(features, key=lambda feature: -feature.index),
        moved=stored["moved"],
        customers=run.customers or 0,
    )


def newcomers(run: SegmentationRun) -> int:
    """How many customers came after the run and were put into its segments."""
    return int(run.drift.get("added", 0))


def guard_notice(run: SegmentationRun) -> str:
    """What gender does to the segments; empty where they do not follow it."""
    return guard_sentence(run) if guard_warns(run) else ""


def guard_warns(run: SegmentationRun) -> bool:
    """Whether a person should look at what gender does to the segments."""
    agreement = run.guard.get("agreement")
    return bool(run.guard.get("segments")) or (agreement is not None and agreement < MODERATE)


def guard_sentence(run: SegmentationRun) -> str:
    """What gender does to the segments, which are called as they are called now."""
    names = dict(run.segments.values_list("position", "name"))
    was = {
        f"“{name}”": f"“{names[int(position)]}”"
        for position, name in run.guard.get("names", {}).items()
        if int(position) in names
    }
    sentence = str(run.guard.get("sentence", ""))
    if not was:
        return sentence
    # In one pass: two segments may have swapped their names.
    return re.sub("|".join(map(re.escape, was)), lambda found: was[found[0]], sentence)
