import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.engine.explain import Driver, Profile, profiles
from tests.segmentation.engine.builders import blobs, make_features


def test_on_paper() -> None:
    # Mean 4, population standard deviation 3.
    features = make_features([[1], [1], [7], [7]], ["recency_days"])
    low, high = profiles(features, np.array([1, 1, 0, 0]))[::-1]
    assert low == Profile(1, 2, 0.5, (Driver("recency_days", 1, 4, -1),))
    assert high == Profile(0, 2, 0.5, (Driver("recency_days", 7, 4, 1),))


def test_drivers_come_by_effect_then_by_the_order_of_the_features() -> None:
    rows = [[0, 0, 3, 0], [1, 0, 0, 0], [0, 1, 0, 1], [1, 1, 0, 1]]
    first, _ = profiles(make_features(rows, "abcd"), np.array([0, 0, 1, 1]))
    assert [driver.feature for driver in first.drivers] == ["b", "d", "c", "a"]


def test_a_constant_feature_has_no_effect() -> None:
    features = make_features([[0.1, 1], [0.1, 2], [0.1, 3]], "ab")
    for profile in profiles(features, np.array([0, 0, 1])):
        assert profile.driver("a").effect == 0


def test_a_feature_that_was_not_measured_has_no_driver() -> None:
    (profile,) = profiles(make_features([[1], [2]], "a"), np.array([0, 0]))
    assert profile.driver("z") is None


def test_noise_has_no_profile_but_counts_in_the_base() -> None:
    (profile,) = profiles(make_features([[1], [1], [7], [7]]), np.array([0, 0, -1, -1]))
    assert (profile.label, profile.size, profile.share) == (0, 2, 0.5)
    assert profile.drivers[0].base == 4


def test_one_segment_of_everybody_has_no_effects() -> None:
    (profile,) = profiles(make_features(blobs()), np.zeros(69, dtype=int))
    assert [driver.effect for driver in profile.drivers] == pytest.approx([0, 0, 0], abs=1e-12)


def test_gender_is_explained_like_everything_else() -> None:
    features = make_features([[1], [1], [0], [0]], ["gender_female"], ["gender_female"])
    women, _ = profiles(features, np.array([0, 0, 1, 1]))
    assert women.drivers == (Driver("gender_female", 1, 0.5, 1),)


@settings(max_examples=25, deadline=None)
@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e3))
def test_neither_the_unit_nor_the_origin_changes_an_effect(origin: float, unit: float) -> None:
    values, labels = blobs(), np.arange(69) % 3
    moved = profiles(make_features(values * unit + origin), labels)
    for before, after in zip(profiles(make_features(values), labels), moved, strict=True):
        for driver in before.drivers:
            assert after.driver(driver.feature).effect == pytest.approx(driver.effect, abs=1e-6)


def test_effects_weighted_by_share_cancel_out() -> None:
    found = profiles(make_features(blobs()), np.arange(69) % 4)
    total = sum(profile.share * profile.driver("feature_0").effect for profile in found)
    assert total == pytest.approx(0, abs=1e-12)
