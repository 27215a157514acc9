import numpy as np
import pytest

from segmentation.engine.features import (
    Features,
    InvalidFeatures,
    NoFeatureLeft,
    without_constant,
)
from tests.segmentation.engine.builders import make_features


def test_select_keeps_the_order_asked_for() -> None:
    features = make_features([[1, 2, 0], [3, 4, 1]], "abc", indicators="c")
    chosen = features.select(["c", "a"])
    assert chosen.names == ("c", "a")
    assert chosen.values.tolist() == [[0, 1], [1, 3]]
    assert chosen.indicators == {"c"}


def test_select_refuses_an_unknown_feature_and_lists_the_known_ones() -> None:
    with pytest.raises(InvalidFeatures, match=r"no feature “z”. Known ones: a, b\."):
        make_features([[1, 2]], "ab").select(["z"])


def test_a_constant_feature_is_left_out_with_its_reason() -> None:
    features = make_features([[1, 2], [1, 3]], ["cities", "recency"])
    kept, left_out = without_constant(features)
    assert kept.names == ("recency",)
    assert left_out == {"cities": "Every customer has the same value (1)."}


def test_features_that_differ_are_all_kept() -> None:
    features = make_features([[1, 2], [2, 3]])
    assert without_constant(features) == (features, {})


@pytest.mark.parametrize("rows", [[[1, 2]], [[1, 2], [1, 2]]], ids=["one customer", "identical"])
def test_customers_without_a_difference_leave_no_feature(rows: list[list[float]]) -> None:
    with pytest.raises(NoFeatureLeft, match="No feature tells the customers apart"):
        without_constant(make_features(rows))


@pytest.mark.parametrize("gap", [np.nan, np.inf])
def test_a_missing_number_is_refused_by_name(gap: float) -> None:
    with pytest.raises(InvalidFeatures, match=r"no number for: b\."):
        make_features([[1, gap], [2, 3]], "ab")


def test_a_shape_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InvalidFeatures, match="need a table of 2 x 3 numbers"):
        Features(np.arange(2), ("a", "b", "c"), np.ones((2, 2)), frozenset())


def test_no_customers_are_refused() -> None:
    with pytest.raises(InvalidFeatures, match="no customers"):
        Features(np.arange(0), ("a",), np.ones((0, 1)), frozenset())


def test_a_feature_may_occur_only_once() -> None:
    with pytest.raises(InvalidFeatures, match=r"more than once: a\."):
        make_features([[1, 2]], ["a", "a"])


def test_a_customer_may_occur_only_once() -> None:
    with pytest.raises(InvalidFeatures, match="customers occur more than once"):
        Features(np.array([7, 8, 7]), ("a",), np.ones((3, 1)), frozenset())


def test_an_indicator_needs_a_column() -> None:
    with pytest.raises(InvalidFeatures, match=r"no column: z\."):
        make_features([[1]], "a", indicators="z")


def test_an_indicator_holds_only_zero_and_one() -> None:
    with pytest.raises(InvalidFeatures, match="“a” is a yes/no feature"):
        make_features([[0], [0.5]], "a", indicators="a")
