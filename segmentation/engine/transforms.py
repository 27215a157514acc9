"""Bending features that a few extreme customers pull out of shape."""

import numpy as np
from scipy.stats import norm

TRANSFORMS = {
    "none": "As it is",
    "log": "Logarithm: the large values move together",
    "quantile": "Ranks: only who is before whom counts",
}
# Up to a half a distribution is called symmetric, beyond 1 highly skewed (Bulmer, 1979).
SYMMETRIC, SKEWED = 0.5, 1.0
# More than an exponential distribution has; a logarithm that leaves it helps too little.
EXPONENTIAL = 2.0
MOST_QUANTILES = 1000


def skewness(column: np.ndarray) -> float:
    """Fisher–Pearson coefficient g1 = m3 / m2^1.5 of (n,) values; 0 where all are the same.

    Above 0 a few values are much larger than the others, below 0 much smaller.
    """
    if column.min() == column.max():
        return 0.0
    distances = column - column.mean()
    squares = distances * distances
    variance = squares.mean()
    squares *= distances
    return float(squares.mean() / variance**1.5) if variance else 0.0


def choose_transform(column: np.ndarray) -> str:
    """The transform for a numeric feature, by its skewness.

    None up to 0.5, and for shares, with all values from 0 to 1. Else log where no value is below
    0 and it lowers the skewness, to 2 at most; else quantile beyond 1.
    """
    skew = abs(skewness(column))
    if skew <= SYMMETRIC or (column.min() >= 0 and column.max() <= 1):
        return "none"
    if column.min() >= 0 and abs(skewness(np.log1p(column))) < min(skew, EXPONENTIAL):
        return "log"
    return "quantile" if skew > SKEWED else "none"


def learn_quantiles(column: np.ndarray) -> np.ndarray:
    """At most 1,000 values that cut the customers into groups of one size, in ascending order."""
    shares = np.linspace(0, 1, min(MOST_QUANTILES, len(column)))
    quantiles: np.ndarray = np.quantile(column, shares)
    return quantiles


def to_normal(column: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Normal scores of (n,) values: the standard normal value of the same rank (Hazen, 1914).

    Equal values share the middle of their ranks. scikit-learn's QuantileTransformer puts all who
    share the lowest value, such as 0, at -5.2, as if they were a group of their own.
    """
    count = len(quantiles)
    ranks = (np.arange(count) + 0.5) / count
    highest = np.interp(column, quantiles, ranks)
    lowest = -np.interp(-column, -quantiles[::-1], -ranks[::-1])
    scores: np.ndarray = norm.ppf((highest + lowest) / 2)
    return scores
