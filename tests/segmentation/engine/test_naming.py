import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.engine.naming import GENDERS, name_segments
from segmentation.engine.vocabulary import FOLLOWS_FROM, VOCABULARY
from tests.segmentation.engine.builders import make_profile

FEATURES = (*VOCABULARY, *GENDERS, "basket_value")


def name(**effects: float) -> str:
    (only,) = name_segments([make_profile(**effects)])
    return only


@pytest.mark.parametrize(
    ("effects", "expected"),
    [
        ({"recency_days": 1.9}, "Lapsed customers"),
        ({"recency_days": 0.4}, "Lapsing customers"),
        ({"recency_days": -0.4}, "Recent customers"),
        ({"recency_days": 1.9, "transaction_frequency": -1.2}, "Lapsed occasional customers"),
        ({"recency_days": 1.9, "burn_rate": -0.4}, "Lapsed burn-shy customers"),
        ({"transaction_frequency": 1.3, "burn_rate": 0.5}, "Frequent burners"),
        ({"transaction_frequency": 1.3, "merchant_frequency": 1.2}, "Multi-merchant regulars"),
        ({"transaction_frequency": 1.3}, "Frequent customers"),
        ({"burn_rate": 0.9}, "Keen burners"),
        ({"burn_rate": 0.5}, "Coupon burners"),
        ({"burn_rate": -0.9}, "Burn-shy customers"),
        ({"burn_rate": -0.9, "transaction_frequency": 0.29}, "Burn-shy customers"),
        ({"burn_rate": -0.9, "transaction_frequency": 0.6}, "Burn-shy collectors"),
        ({"burn_rate": -0.9, "transaction_frequency": -0.6}, "Occasional burn-shy customers"),
        ({"city_frequency": 0.6, "burn_rate": 0.5}, "Multi-city burners"),
        ({"trend": -0.9}, "Fast-fading customers"),
        ({"trend": 0.5, "tenure_days": -0.9}, "Rising new customers"),
        ({"tenure_days": 1.1, "transaction_frequency": 0.9}, "Long-standing regulars"),
        ({"weekend_share": 1.1, "burn_rate": 0.5}, "Weekend burners"),
        ({"weekend_share": -1.1}, "Weekday customers"),
        ({"days_to_burn": 0.9}, "Slow-burning customers"),
        ({"days_to_burn": -0.9, "burn_rate": 0.5}, "Quick burners"),
        ({"amount_total": 1.4, "recency_days": 0.9}, "Lapsed big-spending customers"),
        ({"amount_per_burn": -0.5}, "Small-basket customers"),
        ({"outstanding": 1.2, "burn_rate": -0.9}, "Stocked-up burn-shy customers"),
        ({"favourite_merchant_share": 0.7}, "Merchant-loyal customers"),
        ({"branch_frequency": 0.7}, "Multi-branch customers"),
        ({"claims_per_month": 0.7}, "Fast-claiming customers"),
    ],
)
def test_a_name_says_what_sets_the_segment_apart(effects: dict[str, float], expected: str) -> None:
    assert name(**effects) == expected


def test_only_the_two_largest_effects_are_named() -> None:
    assert name(recency_days=1.5, burn_rate=-1.0, city_frequency=0.4) == (
        "Lapsed burn-shy customers"
    )


def test_variety_that_follows_from_the_number_of_transactions_comes_last() -> None:
    effects = {"transaction_frequency": -1.0, "merchant_frequency": -1.2, "recency_days": 0.9}
    assert name(**effects) == "Lapsed occasional customers"


def test_variety_beyond_the_number_of_transactions_is_named() -> None:
    effects = {"transaction_frequency": -0.5, "merchant_frequency": -1.2, "recency_days": 0.9}
    assert name(**effects) == "Lapsed few-merchant customers"
    against = {"transaction_frequency": 0.5, "merchant_frequency": -0.6, "recency_days": 0.9}
    assert name(**against) == "Lapsed few-merchant customers"


def test_a_favourite_merchant_of_few_transactions_is_no_loyalty() -> None:
    few = {"transaction_frequency": -1.0, "favourite_merchant_share": 1.1, "trend": 0.4}
    assert name(**few) == "Rising occasional customers"
    many = {"transaction_frequency": 1.0, "favourite_merchant_share": 1.1, "trend": 0.4}
    assert name(**many) == "Merchant-loyal regulars"


def test_what_is_said_already_only_refers_to_words_that_exist() -> None:
    causes = {cause for causes in FOLLOWS_FROM.values() for cause, _ in causes}
    assert causes | set(FOLLOWS_FROM) <= set(VOCABULARY)


def test_every_word_is_one_features_own() -> None:
    words = [
        {direction.noticeable, direction.large, direction.most}
        for directions in VOCABULARY.values()
        for direction in directions
    ]
    assert sum(map(len, words)) == len(set().union(*words))


def test_small_effects_are_not_worth_a_name() -> None:
    assert name(recency_days=0.29, burn_rate=-0.1) == "Typical customers"


def test_gender_alone_never_makes_a_name() -> None:
    assert name(gender_name_Female=1.0, gender_name_Male=-1.0) == "Typical customers"


def test_a_segment_is_called_one_merchant_only_when_that_is_so() -> None:
    few = make_profile(merchant_frequency=-0.9, means={"merchant_frequency": 2.4})
    one = make_profile(merchant_frequency=-0.9, means={"merchant_frequency": 1.1})
    assert name_segments([few, one]) == ["Few-merchant customers", "One-merchant customers"]


def test_an_unknown_feature_is_named_by_its_own_words() -> None:
    assert name(basket_value=0.9) == "High basket value"
    assert name(basket_value=-0.9, recency_days=1.0) == "Lapsed customers, low basket value"


def test_equal_names_are_told_apart_by_the_next_driver() -> None:
    first = make_profile(recency_days=1.5, transaction_frequency=-1.0, burn_rate=0.5)
    second = make_profile(recency_days=1.5, transaction_frequency=-1.0, burn_rate=-0.5)
    assert name_segments([first, second]) == [
        "Lapsed occasional burners",
        "Lapsed occasional burn-shy customers",
    ]


def test_then_by_which_is_the_most_extreme() -> None:
    segments = [make_profile(recency_days=1.5), make_profile(recency_days=2.5)]
    assert name_segments(segments) == ["Lapsed customers", "Longest-lapsed customers"]


def test_none_of_two_about_equal_ones_is_the_most() -> None:
    women = {"recency_days": 1.51, "gender_name_Female": 1.0, "means": {"gender_name_Female": 0.9}}
    segments = [make_profile(recency_days=1.5), make_profile(**women)]
    assert name_segments(segments) == ["Lapsed customers", "Lapsed customers, mostly women"]


def test_then_by_gender() -> None:
    women = make_profile(gender_name_Female=1.0, means={"gender_name_Female": 0.9})
    men = make_profile(gender_name_Female=-1.0, means={"gender_name_Female": 0.1})
    assert name_segments([women, men]) == ["Typical customers, mostly women", "Typical customers"]


def test_then_by_a_number() -> None:
    same = make_profile(recency_days=1.5)
    assert name_segments([same, same, same]) == [
        "Lapsed customers",
        "Lapsed customers 2",
        "Lapsed customers 3",
    ]


def test_no_segments_have_no_names() -> None:
    assert name_segments([]) == []


EFFECTS = st.dictionaries(
    st.sampled_from(FEATURES), st.sampled_from([-1.5, -0.5, 0.0, 0.5, 1.5]), max_size=8
)


@settings(max_examples=60, deadline=None)
@given(st.lists(EFFECTS, max_size=10))
def test_names_are_unique_repeatable_and_free_of_gender_at_the_front(
    all_effects: list[dict[str, float]],
) -> None:
    segments = [
        make_profile(label=label, means={"gender_name_Female": 0.7}, **effects)
        for label, effects in enumerate(all_effects)
    ]
    names = name_segments(segments)
    assert len(set(names)) == len(segments)
    assert names == name_segments(segments)
    assert not any("women" in name.split(",")[0] for name in names)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(list(VOCABULARY)), st.floats(-3, 3), max_size=5))
def test_the_name_of_a_single_segment_is_short(effects: dict[str, float]) -> None:
    words = name(**effects)
    assert len(words) <= 40
    assert 2 <= len(words.split()) <= 4
