import numpy as np
import pytest

from segmentation.engine.person import Reason, value_grid, why_here
from tests.segmentation.engine.builders import make_features

NAMES = ("recency_days", "transaction_frequency", "burn_rate", "tenure_days", "gender_name_Female")
DEVIATIONS = np.array([100, 3, 0.25, 300, 0.5])


def test_reasons_on_paper() -> None:
    base = np.array([100, 5, 0.5])
    segment, customer = np.array([200, 5.1, 0.25]), np.array([250, 9, 0.25])
    # Recency: 1 above everybody, the customer 1.5; burn rate: both 1 below.
    assert why_here(NAMES[:3], customer, segment, base, DEVIATIONS[:3]) == [
        Reason("recency_days", 250, 200, 100, pytest.approx(1.5**2 - 0.5**2)),
        Reason("burn_rate", 0.25, 0.25, 0.5, pytest.approx(1.0)),
    ]


def test_a_customer_unlike_the_segment_has_no_reason_there() -> None:
    base, segment = np.array([100.0]), np.array([200.0])
    for recency in (90, 100, 120, 149):
        assert not why_here(["recency_days"], np.array([recency]), segment, base, np.array([100]))


def test_gender_and_features_equal_for_everybody_are_no_reason() -> None:
    names = ["gender_name_Female", "burn_rate"]
    customer = segment = np.array([1, 0.5])
    assert not why_here(names, customer, segment, np.array([0.5, 0.5]), np.array([0.5, 0]))


def test_a_grid_holds_only_values_that_customers_have() -> None:
    rng = np.random.default_rng(0)
    features = make_features(
        np.column_stack([rng.poisson(5, 5_000), rng.integers(0, 8, 5_000) / 7]), ["a", "b"]
    )
    grid = value_grid(features, np.arange(5_000) % 2)
    assert all(value.is_integer() for value in grid["a"])
    assert set(grid["b"]) <= set(features.column("b"))
    assert (grid["a"][0], grid["a"][-1]) == (1, 11)
    assert max(map(len, grid.values())) <= 43
    assert all(values == sorted(set(values)) for values in grid.values())


def test_a_grid_reaches_a_segment_of_few_customers() -> None:
    values = np.concatenate([np.arange(1_000) % 10, [500, 501, 502]])[:, None]
    grid = value_grid(make_features(values, "a"), np.repeat([0, 1, -1], [1_000, 2, 1]))
    assert max(grid["a"]) in (500, 501)


def test_a_single_customer_has_a_grid() -> None:
    assert value_grid(make_features([[3.0]], "a"), np.array([0])) == {"a": [3.0]}
