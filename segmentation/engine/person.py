"""Why a customer is in a segment, and the values to try for what would move them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segmentation.engine.explain import NOTICEABLE
from segmentation.engine.features import Features
from segmentation.engine.naming import GENDERS

GRID_STEPS = 40


@dataclass(frozen=True)
class Reason:
    """A feature in which a customer is like their segment and unlike everybody."""

    feature: str
    value: float  # of the customer, in the feature's unit
    mean: float  # of the segment
    base: float  # mean of all customers
    strength: float  # how much nearer to the segment than to everybody, in squared deviations


def why_here(
    names: Sequence[str],
    values: np.ndarray,
    means: np.ndarray,
    base: np.ndarray,
    deviations: np.ndarray,
) -> list[Reason]:
    """Say why a customer with these (p,) values belongs to a segment with these (p,) means.

    `base` and `deviations` are the means and standard deviations of all customers. A reason is a
    feature in which segment and customer are noticeably to the same side of everybody and the
    customer is nearer to the segment; strongest first. The strength is the difference of the
    squared standardised distances to everybody and to the segment, so it is the feature's part in
    what a nearest-mean rule decides by. Gender is never a reason.
    """
    scale = np.where(deviations > 0, deviations, np.inf)
    effects, positions = (means - base) / scale, (values - base) / scale
    strengths = positions**2 - (positions - effects) ** 2
    same_side = np.minimum(np.abs(effects), np.abs(positions)) >= NOTICEABLE
    reasons = [
        Reason(name, *map(float, numbers))
        for name, is_reason, *numbers in zip(
            names, same_side & (strengths > 0), values, means, base, strengths, strict=True
        )
        if is_reason and name not in GENDERS
    ]
    return sorted(reasons, key=lambda reason: -reason.strength)


def value_grid(features: Features, labels: np.ndarray) -> dict[str, list[float]]:
    """Values to try for each feature, ascending, each one observed, so whole numbers stay whole.

    They are 41 quantiles of all customers, from the first percent to the last, because nobody is
    to become a rarity, and the median of each segment of (n,) labels, for the sake of small ones.
    """
    quantiles = [_observed(features.values, np.linspace(0.01, 0.99, GRID_STEPS + 1))]
    quantiles += [
        _observed(features.values[labels == label], np.array([0.5]))
        for label in np.unique(labels[labels >= 0])
    ]
    columns = np.concatenate(quantiles).T
    return {
        name: np.unique(column).tolist()
        for name, column in zip(features.names, columns, strict=True)
    }


def _observed(values: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Quantiles (shares, p) that are values of somebody, not between two of them."""
    quantiles: np.ndarray = np.quantile(values, shares, axis=0, method="closest_observation")
    return quantiles
