"""Bringing features measured in different units onto one scale."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.preprocessing import StandardScaler

from segmentation.engine.features import Features

SCALINGS = {
    "standard": "Standard: mean and standard deviation",
    "robust": "Robust: median and quartiles, which extreme customers hardly move",
    "none": "As they are, each in its own unit",
}
# Standard deviations in the interquartile range of a normal distribution (Hoaglin et al., 1983).
NORMAL_RANGE = 1.3489795003921634


@dataclass(frozen=True, eq=False)
class Scale:
    """Takes each feature to (x - center) / spread; indicators have center 0 and spread 1."""

    center: np.ndarray  # (p,)
    spread: np.ndarray  # (p,), above 0

    def apply(self, values: np.ndarray) -> np.ndarray:
        """(n, p) values on this scale, in a new array."""
        scaled: np.ndarray = values - self.center
        scaled /= self.spread
        return scaled


def standardise(features: Features) -> np.ndarray:
    """Return (n, p): each feature as (x - mean) / standard deviation, without unit.

    The standard deviation is that of the population (ddof 0); a feature equal for everybody
    becomes 0. Indicators stay 0 and 1.
    """
    numeric = [name not in features.indicators for name in features.names]
    # Row by row: sums in another order would differ in their last digits.
    values = np.ascontiguousarray(features.values)
    return learn_scale(values, numeric, "standard").apply(values)


def learn_scale(values: np.ndarray, numeric: Sequence[bool], scaling: str) -> Scale:
    """The scale of (n, p) values: "standard", "robust" or "none"; `numeric` is False at indicators.

    Robust takes the median and the interquartile range over 1.349, which equals the standard
    deviation where values are normal; where half the customers have one value, it takes the
    standard deviation, since their range is 0.
    """
    center, spread = np.zeros(values.shape[1]), np.ones(values.shape[1])
    if any(numeric) and scaling != "none":
        learn = _robust if scaling == "robust" else _standard
        center[numeric], spread[numeric] = learn(values[:, numeric])
    return Scale(center, spread)


def _standard(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scaler = StandardScaler().fit(values)
    return scaler.mean_, scaler.scale_


def _robust(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75), axis=0)
    _, deviation = _standard(values)
    return middle, np.where(high > low, (high - low) / NORMAL_RANGE, deviation)
