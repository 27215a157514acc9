"""Small customers, segments and spaces for the engine's tests."""

from collections.abc import Sequence

import numpy as np

from segmentation.engine.explain import Driver, Profile
from segmentation.engine.features import Features


def make_features(
    values: object, names: Sequence[str] | None = None, indicators: Sequence[str] = ()
) -> Features:
    table = np.array(values, dtype=np.float64)
    if names is None:
        names = [f"feature_{number}" for number in range(table.shape[1])]
    return Features(np.arange(len(table)), tuple(names), table, frozenset(indicators))


def blobs(seed: int = 0, groups: int = 3, size: int = 20, dimensions: int = 3) -> np.ndarray:
    """Groups of different sizes, far apart."""
    rng = np.random.default_rng(seed)
    centers = rng.permutation(groups)[:, None] * 20 + rng.normal(size=(groups, dimensions))
    sizes = [size + 3 * number for number in range(groups)]
    return np.vstack(
        [rng.normal(c, 1, (n, dimensions)) for c, n in zip(centers, sizes, strict=True)]
    )


def make_profile(
    *, label: int = 0, means: dict[str, float] | None = None, **effects: float
) -> Profile:
    """A segment with these effects; the mean of a feature matters only where it is given."""
    drivers = [
        Driver(name, (means or {}).get(name, 5.0), 5.0, effect, effect - 0.1, effect + 0.1)
        for name, effect in effects.items()
    ]
    drivers.sort(key=lambda driver: -abs(driver.effect))
    return Profile(label, 100, 0.2, tuple(drivers))
