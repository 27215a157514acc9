"""Where a curve bends: beyond it, more of the one brings little of the other."""

import warnings
from typing import Literal

import numpy as np
from kneed import KneeLocator
from numpy.typing import ArrayLike


def knee(
    x: ArrayLike,
    y: ArrayLike,
    *,
    curve: Literal["convex", "concave"],
    direction: Literal["increasing", "decreasing"],
) -> float | None:
    """The x at which the curve through (n,) x, ascending, and (n,) y bends most.

    Found by Kneedle (Satopää et al. 2011) with sensitivity 1. None where there is no bend: fewer
    than three points, a straight line, or one that bends the other way.
    """
    across, up = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if len(up) < 3 or np.ptp(up) == 0:
        return None
    with warnings.catch_warnings():
        # Finding none is an answer here.
        warnings.simplefilter("ignore")
        found = KneeLocator(across, up, curve=curve, direction=direction).knee
    # At an end nothing bends: the curve only begins there.
    return None if found is None or found in (across[0], across[-1]) else float(found)
