"""Bringing features measured in different units onto one scale."""

import numpy as np
from sklearn.preprocessing import StandardScaler

from segmentation.engine.features import Features

SCALINGS = ("standard", "none")


def standardise(features: Features) -> np.ndarray:
    """Return (n, p): each feature as (x - mean) / standard deviation, without unit.

    The standard deviation is that of the population (ddof 0); a feature equal for everybody
    becomes 0. Indicators stay 0 and 1.
    """
    scaled = features.values.copy()
    numeric = [name not in features.indicators for name in features.names]
    if any(numeric):
        scaled[:, numeric] = StandardScaler().fit_transform(scaled[:, numeric])
    return scaled
