import numpy as np
import pytest
from scipy.stats import spearmanr

from segmentation.engine.correlated import (
    against_one_cloud,
    cloud_orders,
    latent_correlations,
)
from segmentation.engine.preparing import prepare
from segmentation.engine.reductions import Space
from segmentation.engine.resampling import Model, reordered, structures
from tests.segmentation.engine.builders import blobs, make_features

TWO = Model("kmeans", Space(), 2, {"starts": 3})
THREE = Model("kmeans", Space(), 3, {"starts": 3})


def one_cloud(seed: int, customers: int = 300) -> np.ndarray:
    """Customers along one line, thick enough to overlap."""
    lots = np.random.default_rng(seed)
    return lots.normal(size=(customers, 1)) + 0.4 * lots.normal(size=(customers, 3))


def common(values: np.ndarray) -> np.ndarray:
    return prepare(make_features(values)).common


def test_one_long_cloud_is_beyond_shuffling_but_not_beyond_itself() -> None:
    values, columns = common(one_cloud(0)), [(0,), (1,), (2,)]
    (shuffled,) = structures(values, values, columns, [TWO], seed=0)
    cloud = against_one_cloud(values, values, columns, TWO, seed=0)
    assert shuffled.z > 10
    assert abs(cloud.z) < 3


def test_clouds_are_rarely_taken_for_groups() -> None:
    columns = [(0,), (1,), (2,)]
    beyond = 0
    for seed in range(12):
        values = common(one_cloud(seed, customers=150))
        beyond += against_one_cloud(values, values, columns, TWO, seed=seed).z >= 3
    assert beyond == 0


def test_groups_off_the_line_are_beyond_any_cloud() -> None:
    corners = np.array([[0, 0, 0], [9, 9, 0], [0, 9, 9]])
    values = np.vstack(
        [blobs(groups=1, size=80) - blobs(groups=1, size=80).mean(0) + c for c in corners]
    )
    values = common(values)
    assert against_one_cloud(values, values, [(0,), (1,), (2,)], THREE, seed=0).z > 10


def test_each_feature_keeps_its_values_and_blocks_stay_together() -> None:
    lots = np.random.default_rng(1)
    woman = lots.integers(0, 2, 50)
    values = np.column_stack([lots.normal(size=50), woman, 1 - woman])
    order = cloud_orders(values, [(0,), (1, 2)], np.eye(2), lots)
    drawn = reordered(values, order)
    np.testing.assert_array_equal(np.sort(drawn, axis=0), np.sort(values, axis=0))
    np.testing.assert_array_equal(drawn[:, 1] + drawn[:, 2], np.ones(50))


@pytest.mark.parametrize("levels", [None, 5, 3, 2])
def test_the_rank_correlation_is_kept(levels: int | None) -> None:
    values, lots = in_levels(one_cloud(3, customers=8000), levels), np.random.default_rng(0)
    latent = latent_correlations(values, lots)
    order = cloud_orders(values, [(0,), (1,), (2,)], latent, lots)
    wanted, drawn = spearmanr(values).statistic, spearmanr(reordered(values, order)).statistic
    np.testing.assert_allclose(drawn, wanted, atol=0.04)


@pytest.mark.parametrize("levels", [5, 3, 2])
def test_one_cloud_of_few_values_is_not_taken_for_groups(levels: int) -> None:
    columns, zs = [(0,), (1,), (2,)], []
    for seed in range(6):
        values = common(in_levels(one_cloud(seed, customers=600), levels))
        zs.append(against_one_cloud(values, values, columns, TWO, seed=seed).z)
    assert max(zs) < 3


def in_levels(values: np.ndarray, levels: int | None) -> np.ndarray:
    """The values cut into so many steps of as many customers each; None: as they are."""
    if levels is None:
        return values
    ranks = np.argsort(np.argsort(values, axis=0), axis=0)
    return np.floor(ranks * levels / len(values))


def test_the_same_seed_gives_the_same() -> None:
    values, columns = common(one_cloud(0)), [(0,), (1,), (2,)]
    first, second = (against_one_cloud(values, values, columns, TWO, seed=4) for _ in range(2))
    assert first == second
