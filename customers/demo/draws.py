"""Drawing lots by the million: weighted draws, exact shares, evenly spread positions."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Multiples of it, modulo 1, keep apart for any number of them (Weyl, 1916).
GOLDEN_RATIO = (5**0.5 - 1) / 2


def apportion(total: int, weights: ArrayLike) -> Ints:
    """Whole numbers in proportion to `weights` (not all 0) that add up to exactly `total`.

    Rounds the running sum, so each number is within 1 of its exact share.
    """
    running = np.cumsum(np.asarray(weights, dtype=float))
    edges = np.floor(running / running[-1] * total + 0.5).astype(np.int64)
    shares: Ints = np.diff(edges, prepend=0)
    return shares


def cumulative(weights: Floats) -> Floats:
    """The running shares along the last axis, from a leading 0 to 1: one longer than `weights`."""
    running = np.cumsum(weights, axis=-1)
    shares: Floats = running / running[..., -1:]
    return np.insert(shares, 0, 0.0, axis=-1)


def pick(shares: Floats, position: Floats) -> Ints:
    """The index whose slice of the cumulative `shares` holds each position, from 0 to below 1."""
    index = np.searchsorted(shares, position, side="right") - 1
    return np.minimum(index, len(shares) - 2)


def pick_by_row(shares: Floats, row: Ints, position: Floats) -> Ints:
    """Like `pick`, with one line of `shares` per kind: `row` says which line each position uses."""
    lines, columns = shares.shape[0], shares.shape[1] - 1
    # Lines laid end to end make a single table that one search can answer.
    edges = (shares[:, :-1] + np.arange(lines)[:, None]).ravel()
    index: Ints = np.searchsorted(edges, row + position, side="right") - 1
    column: Ints = index - row * columns
    return column


def pick_between(shares: Floats, first: Ints, last: Ints, position: Floats) -> Ints:
    """Like `pick`, kept to the indexes from `first` to `last`, both included."""
    low, high = shares[first], shares[last + 1]
    return np.clip(pick(shares, low + position * (high - low)), first, last)


def spread_out(start: Floats, step: Ints) -> Floats:
    """The `step`-th of the evenly spread positions that begin at `start`, from 0 to below 1."""
    return (start + step * GOLDEN_RATIO) % 1.0
