import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.engine.scaling import standardise
from tests.segmentation.engine.builders import blobs, make_features


def test_on_paper() -> None:
    # Mean 3, population standard deviation 2.
    scaled = standardise(make_features([[1], [1], [5], [5]]))
    assert scaled.ravel() == pytest.approx([-1, -1, 1, 1])


def test_indicators_stay_zero_and_one() -> None:
    features = make_features([[1, 0], [5, 1], [9, 1]], ["days", "gender_female"], ["gender_female"])
    assert standardise(features)[:, 1].tolist() == [0, 1, 1]


def test_indicators_alone_are_left_as_they_are() -> None:
    features = make_features([[0], [1]], "a", indicators="a")
    assert standardise(features).tolist() == [[0], [1]]


def test_a_constant_feature_becomes_zero() -> None:
    assert standardise(make_features([[4], [4]])).tolist() == [[0], [0]]


def test_the_features_themselves_are_not_changed() -> None:
    features = make_features([[1], [5]])
    standardise(features)
    assert features.values.tolist() == [[1], [5]]


@settings(max_examples=25, deadline=None)
@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e3))
def test_neither_the_unit_nor_the_origin_matters(origin: float, unit: float) -> None:
    values = blobs()
    moved = make_features(values * unit + origin)
    np.testing.assert_allclose(standardise(moved), standardise(make_features(values)), atol=1e-6)
