import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.engine.drift import NothingToCompare, level, population_stability_index


def test_on_paper() -> None:
    # Ten values, ten bins of a tenth; then the first bin holds four tenths and three are empty.
    expected = np.arange(10)
    actual = np.array([0, 0, 0, 0, 4, 5, 6, 7, 8, 9])
    grown = (0.4 - 0.1) * math.log(0.4 / 0.1)
    emptied = 3 * (0.0001 - 0.1) * math.log(0.0001 / 0.1)
    assert population_stability_index(expected, actual) == pytest.approx(grown + emptied)


def test_a_yes_or_no_feature_on_paper() -> None:
    # From 95% to 50% yes.
    expected, actual = np.repeat([0, 1], [5, 95]), np.repeat([0, 1], [50, 50])
    index = (0.5 - 0.05) * math.log(0.5 / 0.05) + (0.5 - 0.95) * math.log(0.5 / 0.95)
    assert population_stability_index(expected, actual) == pytest.approx(index)


@pytest.mark.parametrize("yes", [5, 50, 95])
def test_a_yes_or_no_feature_shifts_alike_from_both_ends(yes: int) -> None:
    expected, actual = np.repeat([0, 1], [yes, 100 - yes]), np.repeat([0, 1], [30, 70])
    index = population_stability_index(expected, actual)
    assert population_stability_index(1 - expected, 1 - actual) == pytest.approx(index)


def test_the_same_values_have_not_shifted() -> None:
    values = np.random.default_rng(0).normal(size=1000)
    assert population_stability_index(values, values[::-1]) == 0


def test_more_of_the_same_customers_is_no_shift() -> None:
    rng = np.random.default_rng(0)
    expected, actual = rng.exponential(size=20_000), rng.exponential(size=50_000)
    assert level(population_stability_index(expected, actual)) == "stable"


@pytest.mark.parametrize(("by", "word"), [(0.1, "stable"), (0.4, "shifting"), (0.6, "shifted")])
def test_a_shift_by_some_standard_deviations_in_a_word(by: float, word: str) -> None:
    # For normal values the index of a shift by d deviations approaches d squared.
    values = np.random.default_rng(0).normal(size=50_000)
    assert level(population_stability_index(values, values + by)) == word


@settings(max_examples=25, deadline=None)
@given(st.floats(-1e3, 1e3), st.floats(0.01, 1e3))
def test_neither_the_unit_nor_the_origin_changes_the_index(origin: float, unit: float) -> None:
    rng = np.random.default_rng(0)
    expected, actual = rng.normal(size=300), rng.normal(0.5, 2, 200)
    index = population_stability_index(expected, actual)
    moved = population_stability_index(expected * unit + origin, actual * unit + origin)
    assert moved == pytest.approx(index)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(-3, 3), min_size=1, max_size=40),
    st.lists(st.integers(-3, 3), min_size=1, max_size=40),
)
def test_the_index_is_never_negative(expected: list[int], actual: list[int]) -> None:
    assert population_stability_index(np.array(expected), np.array(actual)) >= 0


@pytest.mark.parametrize("now", [0.0, 2.0])
def test_a_constant_feature_that_changes_has_shifted(now: float) -> None:
    index = population_stability_index(np.ones(50), np.full(50, now))
    assert level(index) == "shifted"


def test_one_customer_who_stays_the_same_has_not_shifted() -> None:
    assert population_stability_index(np.array([3.0]), np.array([3.0])) == 0


@pytest.mark.parametrize("sizes", [(0, 5), (5, 0)])
def test_a_time_without_customers_is_refused(sizes: tuple[int, int]) -> None:
    with pytest.raises(NothingToCompare, match="no customers to compare"):
        population_stability_index(np.ones(sizes[0]), np.ones(sizes[1]))


@pytest.mark.parametrize(
    ("index", "word"),
    [(0.0, "stable"), (0.099, "stable"), (0.1, "shifting"), (0.249, "shifting"), (0.25, "shifted")],
)
def test_an_index_in_a_word(index: float, word: str) -> None:
    assert level(index) == word
