import numpy as np
import pytest

from segmentation.engine.algorithms import ALGORITHMS, TooFewCustomers
from segmentation.engine.algorithms.clustering import by_size
from segmentation.engine.algorithms.kmeans import fit
from segmentation.engine.settings import ClusteringSettings
from tests.segmentation.engine.builders import blobs

LINE = np.array([[0.0], [2], [10], [12]])


def test_two_clusters_on_paper() -> None:
    clustering = fit(LINE, clusters=2, seed=0, starts=3)
    assert clustering.labels.tolist() == [0, 0, 1, 1]
    assert clustering.centers.tolist() == [[1], [11]]
    assert clustering.inertia == pytest.approx(4)


def test_one_cluster_on_paper() -> None:
    # Around the mean of 6: 36 + 16 + 16 + 36.
    assert fit(LINE, clusters=1, seed=0, starts=1).inertia == pytest.approx(104)


def test_clusters_are_numbered_from_the_largest_down() -> None:
    clustering = fit(np.array([[0.0], [50], [51], [52]]), clusters=2, seed=0, starts=3)
    assert clustering.labels.tolist() == [1, 0, 0, 0]
    assert clustering.centers.ravel() == pytest.approx([51, 0])


def test_equal_sizes_are_numbered_in_the_order_of_their_centers() -> None:
    labels, centers = by_size(np.array([0, 1, 2]), np.array([[3.0, 1], [2, 9], [3, 0]]))
    assert centers.tolist() == [[2, 9], [3, 0], [3, 1]]
    assert labels.tolist() == [2, 0, 1]


def test_noise_stays_noise() -> None:
    labels, _ = by_size(np.array([-1, 0, 1, 1, -1]), np.array([[0.0], [1]]))
    assert labels.tolist() == [-1, 1, 0, 0, -1]


def test_the_same_seed_gives_the_same_groups() -> None:
    values = np.random.default_rng(0).normal(size=(200, 3))
    first, second = (fit(values, clusters=5, seed=7, starts=2) for _ in range(2))
    np.testing.assert_array_equal(first.labels, second.labels)
    np.testing.assert_allclose(first.centers, second.centers)


def test_groups_that_are_far_apart_are_found() -> None:
    clustering = fit(blobs(groups=4), clusters=4, seed=0, starts=10)
    assert np.bincount(clustering.labels).tolist() == [29, 26, 23, 20]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            [[1.0], [2], [3]],
            r"5 segments need at least 5 customers who differ in the chosen features; "
            r"there are only 3\. Choose fewer segments or more features\.",
        ),
        ([[1.0]] * 9, "there is only 1"),
        ([[1.0], [1 + 1e-13], [2]], "there are only 2"),
    ],
    ids=["few", "identical", "equal but for rounding"],
)
def test_too_few_different_customers_are_refused(values: list[list[float]], sentence: str) -> None:
    with pytest.raises(TooFewCustomers, match=sentence):
        fit(np.array(values), clusters=5, seed=0, starts=1)


def test_as_many_clusters_as_different_customers_leave_no_inertia() -> None:
    clustering = fit(np.array([[1.0], [2], [2], [3]]), clusters=3, seed=0, starts=1)
    assert clustering.inertia == pytest.approx(0)


def test_each_number_of_clusters_is_one_attempt() -> None:
    attempts = ALGORITHMS["kmeans"].attempts(ClusteringSettings(clusters=(4, 2)))
    assert [len(attempt(blobs(), seed=0).centers) for attempt in attempts] == [4, 2]
