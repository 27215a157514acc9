import numpy as np
import pytest

from segmentation.engine.missing import NO_VALUE, Filling, fill_missing, fill_with

NAN = np.nan
NAMES = ("claims", "days", "amount")
RULES = {"days": "median", "amount": "zero"}


def test_on_paper() -> None:
    values = np.array([[1, 2, NAN], [1, NAN, 10], [1, 8, NAN], [1, 3, 5]])
    filled = fill_missing(values, NAMES, RULES)
    assert filled.values.tolist() == [[1, 2, 0], [1, 3, 10], [1, 8, 0], [1, 3, 5]]
    assert filled.names == NAMES
    assert filled.fillings == {"days": Filling(1, 3), "amount": Filling(2, 0)}
    assert filled.left_out == {}


def test_a_feature_without_any_value_is_left_out_with_its_reason() -> None:
    filled = fill_missing(np.array([[1, 2, NAN], [3, NAN, NAN]]), NAMES, RULES)
    assert filled.values.tolist() == [[1, 2], [3, 2]]
    assert filled.names == ("claims", "days")
    assert filled.left_out == {"amount": NO_VALUE}
    assert filled.fillings == {"days": Filling(1, 2)}


def test_without_any_gap_nothing_changes() -> None:
    values = np.array([[1.0, 2, 3], [4, 5, 6]])
    filled = fill_missing(values, NAMES, RULES)
    assert filled.values is values
    assert filled.fillings == {"days": Filling(0, 3.5), "amount": Filling(0, 0)}


def test_the_values_handed_in_are_not_changed() -> None:
    values = np.array([[1, NAN, NAN], [1, 4, 1]])
    fill_missing(values, NAMES, RULES)
    assert np.isnan(values).sum() == 2


def test_a_gap_without_a_rule_stays() -> None:
    filled = fill_missing(np.array([[NAN, 1, 1], [2, NAN, 1]]), NAMES, RULES)
    assert np.isnan(filled.values).tolist() == [[True, False, False], [False, False, False]]


@pytest.mark.parametrize("value", [4.0, NAN])
def test_one_customer_is_enough(value: float) -> None:
    filled = fill_missing(np.array([[value]]), ("days",), RULES)
    assert filled.values.tolist() == ([[4]] if value == 4 else [[]])


def test_other_customers_get_the_value_that_was_found() -> None:
    filled = fill_with(np.array([[NAN, 7], [2, NAN]]), ("days", "amount"), {"days": 3, "amount": 0})
    assert filled.tolist() == [[3, 7], [2, 0]]
