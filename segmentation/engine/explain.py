"""What sets each segment apart from all customers."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from segmentation.engine.features import Features

# Cohen (1988) calls 0.2 small, 0.5 medium and 0.8 large; below 0.3 nobody would notice.
NOTICEABLE = 0.3
LARGE = 0.8
CONFIDENCE = 0.95  # of the interval of an effect


@dataclass(frozen=True)
class Driver:
    """One feature of a segment against all customers."""

    feature: str
    mean: float  # of the segment, in the feature's unit
    base: float  # mean of all customers, in the feature's unit
    effect: float  # (mean - base) / standard deviation of all customers
    low: float  # 95 % interval of the effect
    high: float

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
    for a feature equal for everybody. Equal effects keep the order of the features. The interval
    is how far a segment of that size and spread may be off by chance (Student 1908).
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
    values = features.values[members]
    means = values.mean(axis=0)
    effects = _in_deviations(means - base, deviation)
    errors = _in_deviations(_half_widths(values, len(members), deviation), deviation)
    drivers = [
        Driver(name, *map(float, numbers))
        for name, *numbers in zip(
            features.names, means, base, effects, effects - errors, effects + errors, strict=True
        )
    ]
    drivers.sort(key=lambda driver: -abs(driver.effect))
    return Profile(int(label), len(values), len(values) / len(members), tuple(drivers))


def _in_deviations(differences: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    effects: np.ndarray = np.divide(
        differences, deviation, out=np.zeros_like(deviation), where=deviation > 0
    )
    return effects


def _half_widths(values: np.ndarray, customers: int, deviation: np.ndarray) -> np.ndarray:
    """Half of the interval of each mean (p,) of some of the customers, in the features' units.

    Standard error s / sqrt(n) with the finite population correction sqrt((N - n) / (N - 1))
    (Cochran 1977): the mean of everybody is not in doubt. A single member shows no spread of its
    own, so everybody's stands in.
    """
    size = len(values)
    if size == customers:
        return np.zeros_like(deviation)
    spread = _spread(values) if size > 1 else deviation
    freedom = size - 1 if size > 1 else np.inf
    quantile = float(student.ppf((1 + CONFIDENCE) / 2, freedom))
    correction = np.sqrt((customers - size) / (customers - 1))
    half: np.ndarray = quantile * spread / np.sqrt(size) * correction
    return half


def _spread(values: np.ndarray) -> np.ndarray:
    """Sample standard deviation (p,), with n - 1."""
    spread: np.ndarray = _deviation(values) * np.sqrt(len(values) / (len(values) - 1))
    return spread
