"""Two models of a run side by side: how far they agree, and who is where in each."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from segmentation.engine.agreement import adjusted_rand_index, best_pairs
from segmentation.models import Candidate, SegmentationRun
from segmentation.operations.labels import count_pairs, customers_apart

LISTED = 50  # customers who differ that a page shows


@dataclass(frozen=True, eq=False)
class Comparison:
    """Where two models put the same customers."""

    rows: list[int]  # labels of the one, ascending; -1 = in no segment
    columns: list[int]  # labels of the other
    counts: np.ndarray  # (rows, columns) customers
    agreement: float  # adjusted Rand index; customers in no segment count as one group
    pairs: list[tuple[int, int]]  # which segment of the other goes with which of the one

    @property
    def customers(self) -> int:
        return int(self.counts.sum())

    @property
    def differ(self) -> int:
        """How many customers are not in the matching segment."""
        same = (self.counts[self.rows.index(a), self.columns.index(b)] for a, b in self.pairs)
        return self.customers - int(sum(same))


def compare(run: SegmentationRun, one: Candidate, other: Candidate) -> Comparison:
    """Compare where two models of the run put its customers. Raises LabelsGone."""
    rows, columns, counts = count_pairs(run, one, other)
    return Comparison(
        rows, columns, counts, adjusted_rand_index(counts), best_pairs(counts, rows, columns)
    )


def who_differs(
    run: SegmentationRun,
    one: Candidate,
    other: Candidate,
    comparison: Comparison,
    *,
    most: int | None = None,
) -> Iterator[tuple[str, int, int]]:
    """External id and both labels of the customers who are not in the matching segment."""
    return customers_apart(run, one, other, comparison.pairs, most=most)
