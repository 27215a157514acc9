import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from segmentation.engine.algorithms import TooFewCustomers
from tests.segmentation.engine.builders import blobs
from tests.segmentation.engine.fitting import fit_all, fit_one


def narrow_and_wide() -> np.ndarray:
    """150 customers close together, and 150 spread out beside them."""
    rng = np.random.default_rng(0)
    return np.vstack([rng.normal([at, 0], width, (150, 2)) for at, width in ((0, 0.2), (4, 2))])


def test_two_clouds_on_paper() -> None:
    clustering = fit_one("gaussian_mixture", [[0], [2], [4], [100], [102]], 2)
    assert clustering.labels.tolist() == [0, 0, 0, 1, 1]
    assert clustering.centers.ravel() == pytest.approx([2, 101])
    assert clustering.inertia is None


def test_the_criteria_on_paper() -> None:
    # One cloud on a line: log likelihood -n/2 (log(2 pi variance) + 1), mean and variance free.
    values = np.random.default_rng(0).normal(3, 2, (400, 1))
    likelihood = -200 * (np.log(2 * np.pi * values.var()) + 1)
    one = fit_one("gaussian_mixture", values, 1)
    assert one.bic == pytest.approx(-2 * likelihood + 2 * np.log(400), rel=1e-5)
    assert one.aic == pytest.approx(-2 * likelihood + 4, rel=1e-5)


def test_the_criterion_prefers_the_true_number() -> None:
    bics = [found.bic for found in fit_all("gaussian_mixture", blobs(size=60), 2, 3, 4)]
    assert min(bics) == bics[1]


def test_a_wide_cloud_keeps_the_customers_near_a_narrow_one() -> None:
    values, truth = narrow_and_wide(), np.repeat([0, 1], 150)
    assert adjusted_rand_score(fit_one("gaussian_mixture", values, 2).labels, truth) == 1
    assert adjusted_rand_score(fit_one("kmeans", values, 2).labels, truth) < 0.6


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_every_shape_finds_groups_that_are_far_apart(covariance: str) -> None:
    clustering = fit_one("gaussian_mixture", blobs(), 3, covariance=covariance)
    assert np.bincount(clustering.labels).tolist() == [26, 23, 20]
    assert clustering.parameters == {"covariance": covariance, "starts": 3}


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
@pytest.mark.parametrize("unit", [1e-3, 1, 1e9])
def test_customers_all_alike_in_a_group_leave_it_a_width(covariance: str, unit: float) -> None:
    values = np.repeat([[0.0, 1], [1, 0], [5, 5]], 20, axis=0) * unit
    clustering = fit_one("gaussian_mixture", values, 3, covariance=covariance)
    assert np.bincount(clustering.labels).tolist() == [20, 20, 20]


def test_too_few_different_customers_are_refused() -> None:
    with pytest.raises(TooFewCustomers, match=r"3 segments need .* there are only 2"):
        fit_one("gaussian_mixture", [[1], [1], [2], [2]], 3)


def test_one_customer_is_refused() -> None:
    with pytest.raises(TooFewCustomers, match="there is only 1"):
        fit_one("gaussian_mixture", [[1]], 1)
