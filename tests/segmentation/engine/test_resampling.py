from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from segmentation.engine.reductions import Space
from segmentation.engine.resampling import Model, Structure, stabilities, structures
from tests.segmentation.engine.builders import blobs

FEATURES, PLANE, MAP = Space(), Space("pca", 2), Space("tsne", 2, perplexity=5)


def model(
    algorithm: str, clusters: int | None = None, space: Space = FEATURES, **parameters: Any
) -> Model:
    return Model(algorithm, space, clusters, parameters)


PLANTED = [
    model("kmeans", 4),
    model("gaussian_mixture", 4),
    model("hierarchical", 4),
    model("dbscan", eps=3.0),
    model("hdbscan"),
    model("kmeans", 4, Space("pca", 3)),
]


def planted(customers: int = 400) -> np.ndarray:
    """Four groups that no feature shows alone."""
    rng = np.random.default_rng(0)
    centers = 4 * rng.normal(size=(4, 6))
    return centers[np.arange(customers) % 4] + rng.normal(size=(customers, 6))


def stability(values: np.ndarray, one: Model, seed: int = 0) -> float | None:
    return stabilities(values, [one], seed=seed)[0]


def structure(
    values: np.ndarray, one: Model, seed: int = 0, blocks: Sequence[Sequence[int]] = ()
) -> Structure | None:
    return structures(values, values, blocks, [one], seed=seed)[0]


def test_planted_groups_are_found_again() -> None:
    assert min(stabilities(planted(), PLANTED, seed=0)) > 0.95


def test_planted_groups_are_far_above_chance() -> None:
    found = structures(planted(), planted(), [], PLANTED, seed=0)
    assert min(one.z for one in found) > 5


def test_columns_that_say_nothing_about_each_other_are_not_above_chance() -> None:
    drawn = [np.random.default_rng(seed).random((200, 4)) for seed in range(20)]
    z = [structure(values, model("kmeans", 3), seed).z for seed, values in enumerate(drawn)]
    assert sum(abs(one) < 3 for one in z) >= 19


def test_more_segments_than_there_are_groups_are_less_stable() -> None:
    three, seven = stabilities(blobs(), [model("kmeans", 3), model("kmeans", 7)], seed=0)
    assert seven < three


def test_the_same_seed_gives_the_same_numbers() -> None:
    values, seven = blobs(), model("kmeans", 7)
    assert stability(values, seven, seed=4) == stability(values, seven, seed=4)
    assert stability(values, seven, seed=4) != stability(values, seven, seed=5)
    assert structure(values, seven, seed=4) == structure(values, seven, seed=4)
    assert structure(values, seven, seed=4) != structure(values, seven, seed=5)


def test_models_are_judged_the_same_together_and_alone() -> None:
    values = blobs()
    models = [
        model(name, k, space)
        for name in ("kmeans", "hierarchical")
        for k in (2, 5)
        for space in (FEATURES, PLANE)
    ]
    assert stabilities(values, models, seed=0) == [stability(values, one) for one in models]
    together = structures(values, values, [], models, seed=0)
    alone = [structure(values, one) for one in models]
    assert [one.observed for one in together] == pytest.approx([one.observed for one in alone])
    assert [one.z for one in together] == pytest.approx([one.z for one in alone])


def test_z_counts_standard_deviations_between_shuffles() -> None:
    found = structure(blobs(), model("kmeans", 3))
    above = found.observed - found.shuffled_mean
    assert found.shuffled_deviation > 0.005
    assert found.z == pytest.approx(above / found.shuffled_deviation)


def test_columns_of_a_block_move_together() -> None:
    female = np.arange(60) % 3 == 0
    gender = np.column_stack([female, ~female]).astype(np.float64)
    together = structure(gender, model("kmeans", 2), blocks=[(0, 1)])
    # However the rows are ordered, there are the same two kinds of customers.
    assert together == Structure(1.0, 1.0, 0.0, 0.0)
    assert structure(gender, model("kmeans", 2), blocks=[(0,), (1,)]).z > 5


def test_the_common_space_is_shuffled_as_the_values_are() -> None:
    values = blobs()
    [plain] = structures(values, values, [], [model("kmeans", 3)], seed=0)
    [tenfold] = structures(values, values * 10, [], [model("kmeans", 3)], seed=0)
    assert tenfold.shuffled_mean == pytest.approx(plain.shuffled_mean)


def test_numbers_of_segments_with_too_few_customers_are_not_judged() -> None:
    four = np.repeat(np.arange(4.0) * 10, 5)[:, None]
    models = [model("kmeans", 9), model("kmeans", 2), model("hierarchical", 9)]
    assert [one is None for one in stabilities(four, models, seed=0)] == [True, False, True]
    structured = structures(four, four, [], models, seed=0)
    assert [one is None for one in structured] == [True, False, True]


def test_draws_with_too_few_customers_are_passed_over() -> None:
    # With one customer at each of four places, most draws miss one of them.
    assert stability(np.array([[0.0], [10], [20], [30]]), model("kmeans", 4)) in (None, 1.0)
    assert stability(np.repeat([[0.0], [10], [20], [30]], 4, axis=0), model("kmeans", 4)) == 1.0


def test_noise_alone_is_no_more_than_chance() -> None:
    nobody_near = model("dbscan", eps=1e-6)
    assert stability(blobs(), nobody_near) is None
    assert structure(blobs(), nobody_near).z == 0


def test_noise_has_no_width() -> None:
    values = np.vstack([planted(), np.random.default_rng(1).uniform(-99, 99, size=(400, 6))])
    found = structure(values, model("dbscan", eps=3.0))
    alone = structure(planted(), model("dbscan", eps=3.0))
    assert found.observed == pytest.approx(alone.observed / 2, abs=0.01)


def test_no_segments_in_shuffled_customers_count_as_zero() -> None:
    found = structure(planted(), model("dbscan", eps=2.0))
    assert (found.shuffled_mean, found.shuffled_deviation) == (0, 0)
    assert found.z == pytest.approx(found.observed / 0.005)


def test_a_map_is_kept_for_all_draws() -> None:
    assert stability(blobs(size=10), model("kmeans", 3, MAP)) > 0.9


def test_no_models_are_not_judged() -> None:
    assert stabilities(blobs(), [], seed=0) == []
    assert structures(blobs(), blobs(), [], [], seed=0) == []
