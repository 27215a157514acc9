import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import skew

from segmentation.engine.transforms import choose_transform, learn_quantiles, skewness, to_normal

# The middle of each of 1,000 equal shares, so that the shape is that of the distribution.
SHARES = (np.arange(1000) + 0.5) / 1000
EXPONENTIAL = -np.log(1 - SHARES)


def normal_scores(values: object) -> np.ndarray:
    column = np.array(values, dtype=float)
    return to_normal(column, learn_quantiles(column))


def test_skewness_on_paper() -> None:
    # Mean 1, distances -1 -1 -1 3: m2 = 3, m3 = 6.
    assert skewness(np.array([0.0, 0, 0, 4])) == pytest.approx(6 / 3**1.5)


@pytest.mark.parametrize("column", [[3.0], [0.1] * 5, [1.0, 2, 3]])
def test_what_leans_to_no_side_has_no_skewness(column: list[float]) -> None:
    assert skewness(np.array(column)) == 0


@given(st.lists(st.integers(-1000, 1000), min_size=3, max_size=30).filter(lambda x: len({*x}) > 1))
def test_skewness_is_that_of_scipy(column: list[int]) -> None:
    values = np.array(column, dtype=float)
    assert skewness(values) == pytest.approx(float(skew(values)), abs=1e-9)


@pytest.mark.parametrize(
    ("column", "transform"),
    [
        (SHARES * 100, "none"),  # even
        (np.round(100 * EXPONENTIAL), "log"),  # skewness 2, after the logarithm about -1
        (np.where(SHARES < 0.97, 0.0, 5.0), "quantile"),  # two values keep their skewness
        (-100 * EXPONENTIAL, "quantile"),  # below 0
        (EXPONENTIAL - 0.5, "quantile"),  # partly below 0
        (SHARES**8, "none"),  # a share, however skewed
        (1000 - np.round(100 * EXPONENTIAL), "quantile"),  # the logarithm makes it worse
    ],
)
def test_the_transform_follows_from_the_skewness(column: np.ndarray, transform: str) -> None:
    assert choose_transform(column) == transform


def test_normal_scores_on_paper() -> None:
    # Ranks 1/6, 3/6 and 5/6.
    assert normal_scores([1, 2, 50]) == pytest.approx([-0.967422, 0, 0.967422], abs=1e-6)


def test_equal_values_share_the_middle_of_their_ranks() -> None:
    # The three zeros have the ranks 0.1, 0.3 and 0.5.
    assert normal_scores([0, 0, 0, 3, 9]) == pytest.approx(
        [-0.524401, -0.524401, -0.524401, 0.524401, 1.281552], abs=1e-6
    )


def test_a_skewed_feature_becomes_normal() -> None:
    scores = normal_scores(EXPONENTIAL)
    assert abs(skewness(scores)) < 0.01
    assert scores.std() == pytest.approx(1, abs=0.01)


def test_many_zeros_do_not_end_far_away_from_the_others() -> None:
    counts = np.where(SHARES < 0.6, 0, np.ceil(50 * EXPONENTIAL))
    scores = normal_scores(counts)
    assert np.abs(scores).max() < 3.5
    assert scores[0] == pytest.approx(-0.5244, abs=0.01)  # the middle of 0 to 0.6


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_the_order_of_the_customers_is_kept(column: list[float]) -> None:
    scores = normal_scores(sorted(column))
    assert np.isfinite(scores).all()
    assert (np.diff(scores) >= 0).all()


def test_more_than_was_ever_seen_counts_as_the_most() -> None:
    quantiles = learn_quantiles(np.array([1.0, 2, 3]))
    scores = to_normal(np.array([-5.0, 1, 3, 99]), quantiles)
    assert scores[0] == scores[1]
    assert scores[2] == scores[3]
