"""What sets each segment apart from all customers."""

from dataclasses import dataclass

import numpy as np

from segmentation.engine.features import Features

# Cohen (1988) calls 0.2 small, 0.5 medium and 0.8 large; below 0.3 nobody would notice.
NOTICEABLE = 0.3
LARGE = 0.8


@dataclass(frozen=True)
class Driver:
    """One feature of a segment against all customers."""

    feature: str
    mean: float  # of the segment, in the feature's unit
    base: float  # mean of all customers, in the feature's unit
    effect: float  # (mean - base) / standard deviation of all customers

    @property
    def noticeable(self) -> bool:
        """Whether the difference is worth a word."""
        return abs(self.effect) >= NOTICEABLE

    @property
    def large(self) -> bool:
        """Whether the difference is worth a strong word."""
        return abs(self.effect) >= LARGE


@dataclass(frozen=True)
class Profile:
    """Who is in a segment."""

    label: int
    size: int  # customers
    share: float  # of all customers, noise included; 0 to 1
    drivers: tuple[Driver, ...]  # every feature, largest effect first

    def driver(self, feature: str) -> Driver | None:
        """The driver of one feature; None when it was not measured."""
        return next((driver for driver in self.drivers if driver.feature == feature), None)


def profiles(features: Features, labels: np.ndarray) -> list[Profile]:
    """Describe each segment of (n,) labels, in the order of its label; noise (-1) gets no profile.

    The effect is the standardised mean difference (Cohen 1988) between the segment and all
    customers, noise included: (segment mean - base mean) / base standard deviation (ddof 0), and 0
    for a feature equal for everybody. Equal effects keep the order of the features.
    """
    base, deviation = features.values.mean(axis=0), _deviation(features.values)
    return [
        _profile(features, label, labels == label, base, deviation)
        for label in np.unique(labels[labels >= 0])
    ]


def _deviation(values: np.ndarray) -> np.ndarray:
    """Population standard deviation (p,), exactly 0 where every value is the same."""
    constant = values.min(axis=0) == values.max(axis=0)
    return np.where(constant, 0.0, values.std(axis=0))


def _profile(
    features: Features, label: int, members: np.ndarray, base: np.ndarray, deviation: np.ndarray
) -> Profile:
    means = features.values[members].mean(axis=0)
    effects = np.divide(means - base, deviation, out=np.zeros_like(base), where=deviation > 0)
    drivers = [
        Driver(name, float(mean), float(overall), float(effect))
        for name, mean, overall, effect in zip(features.names, means, base, effects, strict=True)
    ]
    drivers.sort(key=lambda driver: -abs(driver.effect))
    size = int(members.sum())
    return Profile(int(label), size, size / len(members), tuple(drivers))
