"""How far two groupings agree, from a table of counts."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, confusion_matrix

from segmentation.engine.agreement import adjusted_rand_index, best_pairs


@pytest.mark.parametrize("seed", range(5))
def test_the_index_is_that_of_the_labels(seed: int) -> None:
    lots = np.random.default_rng(seed)
    one = lots.integers(0, 4, 300)
    other = np.where(lots.random(300) < 0.7, one, lots.integers(0, 6, 300))
    counts = confusion_matrix(one, other)
    assert adjusted_rand_index(counts) == pytest.approx(adjusted_rand_score(one, other))


@pytest.mark.parametrize(
    "counts", [[[5, 0], [0, 3]], [[0, 3], [5, 0]], [[8]], [[1]], [[1, 0], [0, 1]]]
)
def test_the_same_groups_agree_whatever_they_are_called(counts: list[list[int]]) -> None:
    assert adjusted_rand_index(np.array(counts)) == 1.0


def test_groups_by_chance_agree_by_nothing() -> None:
    assert adjusted_rand_index(np.full((3, 3), 1000)) == pytest.approx(0.0, abs=0.001)


def test_a_million_customers_do_not_overflow() -> None:
    assert adjusted_rand_index(np.diag([600_000, 400_000])) == 1.0


def test_pairs_share_the_most_customers() -> None:
    counts = np.array([[10, 30], [40, 35]])
    assert best_pairs(counts, [0, 1], [0, 1]) == [(0, 1), (1, 0)]


def test_a_segment_without_a_partner_is_in_no_pair() -> None:
    assert best_pairs(np.array([[9, 0], [3, 0], [0, 5]]), [0, 1, 2], [0, 1]) == [(0, 0), (2, 1)]


def test_being_in_no_segment_is_only_the_same_as_being_in_none() -> None:
    counts = np.array([[2, 90], [50, 1]])
    assert best_pairs(counts, [-1, 0], [-1, 0]) == [(-1, -1), (0, 0)]
    assert best_pairs(np.array([[90], [1]]), [-1, 0], [0]) == [(0, 0)]
