import numpy as np
import pytest

from segmentation.engine.algorithms import TooFewCustomers
from tests.segmentation.engine.builders import blobs
from tests.segmentation.engine.fitting import fit_one


def crowded_and_sparse() -> np.ndarray:
    rng = np.random.default_rng(0)
    groups = [rng.normal(0, 0.1, (120, 2)), rng.normal(12, 1.5, (90, 2))]
    return np.vstack([*groups, [[60.0, 60], [-50, 40]]])


def test_crowded_and_sparse_groups_are_both_found() -> None:
    labels = fit_one("hdbscan", crowded_and_sparse(), min_cluster_size=10).labels
    assert (labels[:120] == 0).mean() > 0.9
    assert (labels[120:210] == 1).mean() > 0.9
    assert labels[210:].tolist() == [-1, -1]


def test_the_smallest_segment_is_a_share_of_the_customers() -> None:
    values = blobs(groups=3, size=60)  # 60, 63 and 66 of 189: 32 to 35 percent
    assert len(fit_one("hdbscan", values, min_cluster_size=30).centers) == 3
    assert len(fit_one("hdbscan", values, min_cluster_size=34).centers) < 3


def test_nothing_dense_leaves_only_noise() -> None:
    clustering = fit_one("hdbscan", np.arange(12.0)[:, None] ** 2, min_cluster_size=50)
    assert set(clustering.labels.tolist()) == {-1}
    assert clustering.centers.shape == (0, 1)


def test_two_customers_are_enough_to_ask() -> None:
    clustering = fit_one("hdbscan", [[0.0], [1.0]])
    assert len(clustering.labels) == 2


@pytest.mark.parametrize("customers", [1, 9])
def test_customers_without_a_difference_are_refused(customers: int) -> None:
    with pytest.raises(TooFewCustomers, match="there is only 1"):
        fit_one("hdbscan", np.ones((customers, 2)))


def test_doubles_do_no_harm() -> None:
    clustering = fit_one("hdbscan", np.repeat([[0.0, 0], [5, 5], [9, 0]], 30, axis=0))
    assert np.bincount(clustering.labels).tolist() == [30, 30, 30]


def test_the_parameters_used_are_told() -> None:
    used = fit_one("hdbscan", blobs(), min_samples="7").parameters
    assert used == {"min_cluster_size": 2.0, "min_samples": 7}
