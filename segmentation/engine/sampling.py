"""Drawing some of the customers where all of them would be too many."""

import numpy as np


def sample_rows(n: int, limit: int, seed: int) -> np.ndarray:
    """Row numbers (min(n, limit),) in ascending order, drawn without replacement.

    All n rows when they are within the limit; otherwise the same seed draws the same rows.
    """
    if n <= limit:
        return np.arange(n)
    drawn = np.random.default_rng(seed).choice(n, limit, replace=False, shuffle=False)
    return np.sort(drawn)
