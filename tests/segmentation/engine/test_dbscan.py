import json

import numpy as np
import pytest

from segmentation.engine.algorithms.clustering import TooManyClusters
from segmentation.engine.algorithms.dbscan import k_distances, propose_eps, thinned
from segmentation.engine.bad_settings import BadSettings
from tests.segmentation.engine.builders import blobs
from tests.segmentation.engine.fitting import fit_one

LINE = [[0.0], [1], [2], [10], [11], [12], [13], [50]]


def test_on_paper() -> None:
    clustering = fit_one("dbscan", LINE, eps=1.5, min_samples=2)
    assert clustering.labels.tolist() == [1, 1, 1, 0, 0, 0, 0, -1]
    assert clustering.centers.tolist() == [[11.5], [1]]


def test_distances_on_paper() -> None:
    # The third nearest, oneself included, of each of 0, 1, 2 and 10.
    assert k_distances(np.array([[0.0], [1], [2], [10]]), 3).tolist() == [9, 2, 2, 1]


def test_with_fewer_customers_than_neighbours_the_farthest_counts() -> None:
    assert k_distances(np.array([[0.0], [1], [4]]), 10).tolist() == [4, 4, 3]


def test_the_proposed_distance_is_where_the_curve_bends() -> None:
    # Falls steeply to 1 at position 20, then hardly.
    steep, flat = np.linspace(11, 1, 21), np.linspace(1, 0.8, 80)
    assert propose_eps(np.concatenate([steep, flat[1:]])) == pytest.approx(1)


def test_the_proposed_distance_finds_groups_that_are_far_apart() -> None:
    clustering = fit_one("dbscan", blobs(size=100))
    assert len(clustering.centers) == 3
    assert (clustering.labels >= 0).mean() > 0.9
    assert 0.5 < clustering.parameters["eps"] < 5


def test_the_found_distance_gives_the_same_again() -> None:
    found = fit_one("dbscan", blobs(size=100))
    given = fit_one("dbscan", blobs(size=100), **found.parameters)
    np.testing.assert_array_equal(found.labels, given.labels)


def test_the_curve_is_ready_for_a_page() -> None:
    clustering = fit_one("dbscan", np.random.default_rng(0).normal(size=(700, 2)), eps=0.4)
    curve = json.loads(json.dumps(clustering.curves))["k_distance"]
    assert (curve["eps"], curve["min_samples"], len(curve["distances"])) == (0.4, 10, 200)
    assert curve["distances"] == sorted(curve["distances"], reverse=True)


@pytest.mark.parametrize(("eps", "grown"), [(1.0, 2), (1.5, 3), (0.5, 1), (None, None)])
def test_half_of_the_customers_on_a_line_need_twice_the_distance(
    eps: float | None, grown: float | None
) -> None:
    line = np.arange(40.0)[:, None]
    assert thinned({"eps": eps, "min_samples": 2}, line, line[::2])["eps"] == grown


def test_on_another_map_the_distance_is_in_its_own_unit() -> None:
    line = np.arange(40.0)[:, None]
    given = {"eps": 1.0, "min_samples": 2}
    assert thinned(given, line, line / 10, is_anew=True)["eps"] == pytest.approx(0.1)


def test_more_segments_than_anybody_can_use_are_refused() -> None:
    pairs = np.repeat(np.arange(501.0), 2)[:, None]
    with pytest.raises(TooManyClusters, match="finds 501 segments"):
        fit_one("dbscan", pairs, eps=0.5, min_samples=2)


def test_doubles_need_no_more_distance() -> None:
    doubles = np.repeat(np.arange(4.0), 20)[:, None]
    assert thinned({"eps": 0.3, "min_samples": 5}, doubles, doubles[::2])["eps"] == 0.3


def test_nobody_close_enough_leaves_only_noise() -> None:
    clustering = fit_one("dbscan", LINE, eps=0.1)
    assert clustering.labels.tolist() == [-1] * 8
    assert clustering.centers.shape == (0, 1)


def test_identical_customers_are_one_segment() -> None:
    clustering = fit_one("dbscan", np.ones((12, 2)))
    assert clustering.labels.tolist() == [0] * 12
    assert clustering.parameters["eps"] > 0


def test_one_customer_is_noise() -> None:
    assert fit_one("dbscan", [[1.0]]).labels.tolist() == [-1]


def test_no_distance_is_refused() -> None:
    with pytest.raises(BadSettings, match=r"Distance: give a number above 0 or leave it out"):
        fit_one("dbscan", LINE, eps=0)
