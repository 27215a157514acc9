import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.engine.bad_settings import BadSettings
from segmentation.engine.features import Features, InvalidFeatures
from segmentation.engine.preparing import (
    Preparation,
    PreparationSettings,
    blocks,
    check_preparation,
    prepare,
)
from segmentation.engine.scaling import standardise
from tests.segmentation.engine.builders import make_features

NAMES = ("claims", "trend", "share", "gender_name_Female")
ALL = PreparationSettings(
    transform="auto",
    transforms={"trend": "quantile"},
    scaling="robust",
    weights={"share": 2.5, "gender_name_Female": 0.5},
)


def customers(seed: int = 0, number: int = 200) -> Features:
    """Many claim little and few claim much; a trend, a share and a gender."""
    lots = np.random.default_rng(seed)
    columns = [
        np.floor(lots.lognormal(2, 1.2, number)),
        lots.uniform(-1, 1, number),
        lots.random(number),
        lots.random(number) < 0.4,
    ]
    return make_features(np.column_stack(columns), NAMES, NAMES[3:])


def prepared_column(name: str, **asked: Any) -> np.ndarray:
    prepared = prepare(customers(), PreparationSettings(**asked))
    return prepared.values[:, prepared.names.index(name)]


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("number", [1, 2, 200])
def test_without_any_wish_it_is_standardise_to_the_last_bit(order: Any, number: int) -> None:
    features = customers(number=number)
    features = Features(
        features.customer_ids, NAMES, np.array(features.values, order=order), features.indicators
    )
    prepared = prepare(features)
    assert prepared.values is prepared.common
    assert prepared.values.tobytes() == standardise(features).tobytes()
    assert prepared.transforms == dict.fromkeys(NAMES, "none")


def test_the_transforms_are_chosen_and_told_with_the_skewness_before() -> None:
    prepared = prepare(customers(), PreparationSettings(transform="auto"))
    assert prepared.transforms == {
        "claims": "log",
        "trend": "none",
        "share": "none",
        "gender_name_Female": "none",
    }
    assert set(prepared.skews) == {"claims", "trend", "share"}
    assert prepared.skews["claims"] > 2
    assert abs(prepared.skews["trend"]) < 0.5


def test_a_wish_for_one_feature_goes_before_the_automatic_choice() -> None:
    wanted = PreparationSettings(transform="auto", transforms={"claims": "quantile"})
    assert prepare(customers(), wanted).transforms["claims"] == "quantile"
    alone = PreparationSettings(transforms={"claims": "log"})
    assert prepare(customers(), alone).transforms["claims"] == "log"


def test_the_logarithm_on_paper() -> None:
    features = make_features([[0], [np.e - 1], [np.e - 1], [np.e**2 - 1]], ["claims"])
    wanted = PreparationSettings(transforms={"claims": "log"}, scaling="none")
    assert prepare(features, wanted).values.ravel() == pytest.approx([0, 1, 1, 2])


def test_robust_scaling_on_paper() -> None:
    # Median 3, quartiles 2 and 4.
    features = make_features([[1], [2], [3], [4], [100]])
    values = prepare(features, PreparationSettings(scaling="robust")).values.ravel()
    assert values == pytest.approx(np.array([-2, -1, 0, 1, 97]) / 2 * 1.34898, rel=1e-5)


def test_robust_scaling_of_mostly_one_value_takes_the_standard_deviation() -> None:
    # Quartiles and median 0; mean 2, standard deviation 4.
    features = make_features([[0], [0], [0], [0], [10]])
    values = prepare(features, PreparationSettings(scaling="robust")).values.ravel()
    assert values.tolist() == [0, 0, 0, 0, 2.5]


def test_without_scaling_the_units_stay_and_the_common_space_is_still_standardised() -> None:
    features = customers()
    prepared = prepare(features, PreparationSettings(scaling="none"))
    np.testing.assert_array_equal(prepared.values, features.values)
    np.testing.assert_array_equal(prepared.common, standardise(features))


def test_a_weight_multiplies_and_leaves_the_common_space_alone() -> None:
    features = customers()
    prepared = prepare(features, PreparationSettings(weights={"trend": 3, "not chosen": 2}))
    np.testing.assert_array_equal(prepared.values, prepared.common * [1, 3, 1, 1])
    np.testing.assert_array_equal(prepared.common, standardise(features))


@pytest.mark.parametrize("scaling", ["standard", "robust", "none"])
def test_indicators_stay_zero_and_one(scaling: str) -> None:
    column = prepared_column("gender_name_Female", scaling=scaling, transform="auto")
    assert set(column) == {0, 1}


def test_the_common_space_is_transformed_too() -> None:
    prepared = prepare(customers(), ALL)
    claims = np.log1p(customers().column("claims"))
    np.testing.assert_allclose(prepared.common[:, 0], (claims - claims.mean()) / claims.std())
    assert prepared.common[:, :3].std(axis=0) == pytest.approx([1, 1, 1])


def test_the_features_themselves_are_not_changed() -> None:
    features = customers()
    before = features.values.copy()
    prepare(features, ALL)
    np.testing.assert_array_equal(features.values, before)


@pytest.mark.parametrize("wanted", [PreparationSettings(), ALL], ids=["plain", "all"])
def test_the_same_customers_are_prepared_alike_later(wanted: PreparationSettings) -> None:
    prepared = prepare(customers(), wanted)
    stored = pickle.loads(pickle.dumps(prepared.preparation.to_dict()))  # noqa: S301
    values, common = Preparation.from_dict(stored).apply(customers())
    np.testing.assert_array_equal(values, prepared.values)
    np.testing.assert_array_equal(common, prepared.common)


def test_what_is_stored_is_plain() -> None:
    stored = prepare(customers(), ALL).preparation.to_dict()
    kinds: set[type] = set()
    waiting = [stored]
    while waiting:
        item: Any = waiting.pop()
        kinds.add(type(item))
        waiting += item.values() if isinstance(item, dict) else item if type(item) is list else []
    assert kinds == {dict, list, str, np.ndarray}


def test_other_customers_are_measured_by_those_of_the_run() -> None:
    # Mean 3, population standard deviation 2.
    preparation = prepare(make_features([[1], [1], [5], [5]], ["claims"])).preparation
    values, _ = preparation.apply(make_features([[7]], ["claims"]))
    assert values.tolist() == [[2]]


def test_other_customers_may_have_their_features_in_another_order_and_more() -> None:
    preparation = prepare(make_features([[1, 0], [5, 1]], "ab", indicators="b")).preparation
    values, _ = preparation.apply(make_features([[9, 1, 3]], "zba", indicators="b"))
    assert values.tolist() == [[0, 1]]


def test_other_customers_need_every_feature_of_the_run() -> None:
    preparation = prepare(make_features([[1, 0], [5, 1]], "ab")).preparation
    with pytest.raises(InvalidFeatures, match="no feature “b”"):
        preparation.apply(make_features([[1]], "a"))


def test_less_than_zero_counts_as_zero_on_the_logarithm() -> None:
    wanted = PreparationSettings(transforms={"trend": "log"}, scaling="none")
    preparation = prepare(make_features([[0], [1]], ["trend"]), wanted).preparation
    assert preparation.apply(make_features([[-1]], ["trend"]))[0].tolist() == [[0]]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_the_customers_hardly_matters(seed: int) -> None:
    features = customers()
    order = np.random.default_rng(seed).permutation(len(features.values))
    shuffled = Features(order, NAMES, features.values[order], features.indicators)
    np.testing.assert_allclose(
        prepare(shuffled, ALL).values, prepare(features, ALL).values[order], atol=1e-12
    )


@pytest.mark.parametrize("rows", [[[4]], [[4], [4]]], ids=["one customer", "identical"])
@pytest.mark.parametrize("scaling", ["standard", "robust"])
def test_a_feature_equal_for_everybody_becomes_zero(rows: object, scaling: str) -> None:
    prepared = prepare(make_features(rows), PreparationSettings(transform="auto", scaling=scaling))
    assert set(prepared.values.ravel()) == {0}
    assert prepared.skews == {"feature_0": 0}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"transform": "log"}, "no transform “log”. Known ones: none, auto"),
        ({"transforms": {"claims": "auto"}}, "no transform “auto”. Known ones: none, log, quan"),
        ({"scaling": "magic"}, "no scaling “magic”. Known ones: standard, robust, none"),
        ({"weights": {"claims": 0}}, "weight of “claims” is 0. Give a number above 0 and at most"),
        ({"weights": {"claims": 10.5}}, "is 10.5"),
        ({"weights": {"claims": float("nan")}}, "is nan"),
    ],
)
def test_senseless_settings_are_refused_in_words(asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadSettings, match=sentence):
        check_preparation(PreparationSettings(**asked))


@pytest.mark.parametrize(
    ("transforms", "sentence"),
    [
        ({"trend": "log"}, "“trend” has values below 0, which have no logarithm"),
        ({"gender_name_Female": "log"}, "is a yes/no feature and can't be transformed"),
    ],
)
def test_a_transform_that_a_feature_does_not_bear_is_refused(
    transforms: dict[str, str], sentence: str
) -> None:
    with pytest.raises(BadSettings, match=sentence):
        prepare(customers(), PreparationSettings(transforms=transforms))


def test_both_columns_of_gender_are_one_block() -> None:
    names = ("claims", "gender_name_Female", "trend", "gender_name_Male")
    assert blocks(names) == [(0,), (1, 3), (2,)]
