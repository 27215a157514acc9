import numpy as np
import pytest
from sklearn.cluster import KMeans

from segmentation.engine.algorithms import TooFewCustomers
from segmentation.engine.algorithms.clustering import by_size
from tests.segmentation.engine.builders import blobs
from tests.segmentation.engine.fitting import fit_all, fit_one

LINE = np.array([[0.0], [2], [10], [12]])


def test_two_clusters_on_paper() -> None:
    clustering = fit_one("kmeans", LINE, 2, starts=3)
    assert clustering.labels.tolist() == [0, 0, 1, 1]
    assert clustering.centers.tolist() == [[1], [11]]
    assert clustering.inertia == pytest.approx(4)


def test_one_cluster_on_paper() -> None:
    # Around the mean of 6: 36 + 16 + 16 + 36.
    assert fit_one("kmeans", LINE, 1, starts=1).inertia == pytest.approx(104)


def test_clusters_are_numbered_from_the_largest_down() -> None:
    clustering = fit_one("kmeans", [[0], [50], [51], [52]], 2, starts=3)
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
    first, second = (fit_one("kmeans", values, 5, seed=7, starts=2) for _ in range(2))
    np.testing.assert_array_equal(first.labels, second.labels)
    np.testing.assert_allclose(first.centers, second.centers)


def test_the_groups_are_those_of_scikit_learn_but_for_their_numbers() -> None:
    values = np.random.default_rng(0).normal(size=(300, 4))
    plain = KMeans(6, n_init=3, random_state=7).fit(values)
    clustering = fit_one("kmeans", values, 6, seed=7, starts=3)
    pairs = set(zip(plain.labels_.tolist(), clustering.labels.tolist(), strict=True))
    assert len(pairs) == 6
    assert clustering.inertia == plain.inertia_


def test_groups_that_are_far_apart_are_found() -> None:
    clustering = fit_one("kmeans", blobs(groups=4), 4)
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
        ([[1.0]] * 1_500 + [[2.0], [3]], "there are only 3"),
    ],
    ids=["few", "identical", "equal but for rounding", "many"],
)
def test_too_few_different_customers_are_refused(values: list[list[float]], sentence: str) -> None:
    with pytest.raises(TooFewCustomers, match=sentence):
        fit_one("kmeans", values, 5, starts=1)


def test_different_customers_far_down_the_list_count() -> None:
    clustering = fit_one("kmeans", [[1.0]] * 1_500 + [[2.0], [3]], 3)
    assert np.bincount(clustering.labels).tolist() == [1_500, 1, 1]


def test_as_many_clusters_as_different_customers_leave_no_inertia() -> None:
    clustering = fit_one("kmeans", [[1], [2], [2], [3]], 3, starts=1)
    assert clustering.inertia == pytest.approx(0)


def test_each_number_of_clusters_is_one_clustering() -> None:
    assert [len(found.centers) for found in fit_all("kmeans", blobs(), 4, 2)] == [4, 2]


def test_new_customers_join_the_nearest_center() -> None:
    clustering = fit_one("kmeans", [[0], [50], [51], [52]], 2)
    assert clustering.predictor.predict(np.array([[-9.0], [26], [24]])).tolist() == [1, 0, 1]
    assert clustering.parameters == {"starts": 10}
