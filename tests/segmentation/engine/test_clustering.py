import numpy as np
import pytest

from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.algorithms.clustering import Predictor, joined_by_nearest, means
from tests.segmentation.engine.builders import blobs
from tests.segmentation.engine.fitting import fit_one

ASKED = [(name, (3,) if found.takes_clusters else ()) for name, found in ALGORITHMS.items()]


@pytest.mark.parametrize(("name", "clusters"), ASKED)
def test_every_algorithm_finds_groups_that_are_far_apart(
    name: str, clusters: tuple[int, ...]
) -> None:
    clustering = fit_one(name, blobs(size=60), *clusters)
    sizes = np.bincount(clustering.labels[clustering.labels >= 0])
    assert len(sizes) == len(clustering.centers) == 3
    assert (np.diff(sizes) <= 0).all()
    assert (clustering.labels >= 0).mean() > 0.9


@pytest.mark.parametrize(("name", "clusters"), ASKED)
def test_every_algorithm_knows_its_own_customers_again(
    name: str, clusters: tuple[int, ...]
) -> None:
    values = np.random.default_rng(3).normal(size=(150, 3))
    clustering = fit_one(name, values, *clusters)
    np.testing.assert_array_equal(clustering.predictor.predict(values), clustering.labels)
    assert clustering.labels.dtype == clustering.predictor.predict(values).dtype == np.int64


@pytest.mark.parametrize(("name", "clusters"), ASKED)
def test_the_centers_are_the_means_of_the_members(name: str, clusters: tuple[int, ...]) -> None:
    values = blobs(size=60)
    clustering = fit_one(name, values, *clusters)
    for label, center in enumerate(clustering.centers):
        assert center == pytest.approx(values[clustering.labels == label].mean(axis=0))


@pytest.mark.parametrize(("name", "clusters"), ASKED)
def test_the_same_seed_gives_the_same_groups(name: str, clusters: tuple[int, ...]) -> None:
    values = np.random.default_rng(3).normal(size=(150, 3))
    first, second = (fit_one(name, values, *clusters, seed=9) for _ in range(2))
    np.testing.assert_array_equal(first.labels, second.labels)


@pytest.mark.parametrize(("name", "clusters"), ASKED)
def test_a_constant_added_to_a_feature_changes_nothing(
    name: str, clusters: tuple[int, ...]
) -> None:
    values = blobs(size=60)
    moved = values + np.array([0, 64, 0])
    here, there = (fit_one(name, table, *clusters) for table in (values, moved))
    np.testing.assert_array_equal(here.labels, there.labels)


def test_other_customers_join_the_nearest_and_share_its_noise() -> None:
    values = np.array([[0.0], [1], [20], [21], [22], [90]])
    clustering = joined_by_nearest(values, np.array([0, 0, 1, 1, 1, -1]), {}, {})
    assert clustering.labels.tolist() == [1, 1, 0, 0, 0, -1]
    assert clustering.centers.tolist() == [[21], [0.5]]
    assert clustering.predictor.is_nearest
    assert clustering.predictor.predict(np.array([[-5.0], [15], [99]])).tolist() == [1, 0, -1]


def test_without_a_cluster_everybody_is_noise() -> None:
    clustering = joined_by_nearest(np.array([[0.0], [1]]), np.array([-1, -1]), {}, {})
    assert clustering.labels.tolist() == [-1, -1]
    assert clustering.centers.shape == (0, 1)
    assert clustering.predictor.predict(np.array([[7.0]])).tolist() == [-1]


def test_a_predictor_survives_being_taken_apart() -> None:
    predictor = fit_one("kmeans", blobs(), 3).predictor
    again = Predictor.from_dict(predictor.to_dict())
    np.testing.assert_array_equal(again.predict(blobs()), predictor.predict(blobs()))


def test_nobody_new_is_no_fault() -> None:
    predictor = fit_one("kmeans", blobs(), 3).predictor
    assert predictor.predict(np.empty((0, 3))).shape == (0,)


def test_means_leave_noise_out() -> None:
    values = np.array([[1.0, 2], [3, 4], [5, 5], [99, 99]])
    assert means(values, np.array([0, 0, 1, -1]), 2).tolist() == [[2, 3], [5, 5]]
