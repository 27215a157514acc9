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
    assert low == Profile(1, 2, 0.5, (Driver("recency_days", 1, 4, -1, -1, -1),))
    assert high == Profile(0, 2, 0.5, (Driver("recency_days", 7, 4, 1, 1, 1),))


def test_the_interval_on_paper() -> None:
    # Base: mean 4, deviation 3. Segment 0: mean 2, s = sqrt(2), so the standard error is
    # sqrt(2) / sqrt(2) / 3 * sqrt((4 - 2) / (4 - 1)), and t(1) = 12.7062.
    values = [[1], [3], [3], [9]]
    first, _ = profiles(make_features(values, "a"), np.array([0, 0, 1, 1]))
    driver = first.drivers[0]
    half, effect = 12.7062 / 3 * np.sqrt(2 / 3), -2 / 3
    assert (driver.low, driver.high) == pytest.approx((effect - half, effect + half), rel=1e-4)


def test_about_95_of_100_random_segments_have_no_effect_within_their_interval() -> None:
    rng = np.random.default_rng(0)
    features = make_features(rng.exponential(size=(2_000, 1)), "a")
    covered = 0
    for _ in range(400):
        labels = np.where(rng.permutation(2_000) < 200, 0, -1)
        (profile,) = profiles(features, labels)
        covered += profile.drivers[0].low <= 0 <= profile.drivers[0].high
    assert 0.92 <= covered / 400 <= 0.98


def test_everybody_is_measured_without_doubt() -> None:
    (profile,) = profiles(make_features(blobs()), np.zeros(69, dtype=int))
    assert all(driver.low == driver.effect == driver.high for driver in profile.drivers)


def test_a_segment_of_one_has_the_doubt_of_everybodys_spread() -> None:
    alone, _ = profiles(make_features([[0], [1], [2]], "a"), np.array([0, 1, 1]))
    driver = alone.drivers[0]
    assert driver.high - driver.effect == pytest.approx(1.959964)


def test_a_single_customer_is_explained() -> None:
    (profile,) = profiles(make_features([[3.0]], "a"), np.array([0]))
    assert profile.drivers == (Driver("a", 3.0, 3.0, 0.0, 0.0, 0.0),)


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
    assert women.drivers == (Driver("gender_female", 1, 0.5, 1, 1, 1),)


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
