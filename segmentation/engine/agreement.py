"""How far two groupings of the same customers agree, from how many share which groups."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from segmentation.engine.matching import NO_SEGMENT


def adjusted_rand_index(counts: np.ndarray) -> float:
    """Hubert and Arabie (1985) from counts (a, b): 1 = the same groups, 0 = by chance."""
    together = _pairs(counts).sum()
    rows, columns = _pairs(counts.sum(axis=1)).sum(), _pairs(counts.sum(axis=0)).sum()
    all_pairs = _pairs(counts.sum())
    expected = rows * columns / all_pairs if all_pairs else 0.0
    most = (rows + columns) / 2
    return 1.0 if most == expected else float((together - expected) / (most - expected))


def best_pairs(
    counts: np.ndarray, rows: Sequence[int], columns: Sequence[int]
) -> list[tuple[int, int]]:
    """The one-to-one pairs (row, column) of labels that the most customers share (Kuhn 1955).

    `counts` is (a, b), with a row and a column for each label. Being in no segment (-1) is the
    same on both sides and never pairs with a segment; pairs that nobody shares are left out.
    """
    shared = np.array(counts, dtype=np.float64)
    for row, label in enumerate(rows):
        for column, other in enumerate(columns):
            if (label == NO_SEGMENT) != (other == NO_SEGMENT):
                shared[row, column] = 0
    found = zip(*linear_sum_assignment(shared, maximize=True), strict=True)
    return [(rows[row], columns[column]) for row, column in found if shared[row, column] > 0]


def _pairs(counts: np.ndarray) -> np.ndarray:
    """How many pairs can be made of so many customers."""
    many = np.asarray(counts, dtype=np.float64)
    pairs: np.ndarray = many * (many - 1) / 2
    return pairs
