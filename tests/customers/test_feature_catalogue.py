"""What people are told of the features they can choose."""

from customers.facts.catalogue import CATALOGUE, DEFAULT_FEATURES, FEATURES, INDICATORS, by_group


def test_the_default_features_are_those_of_the_reference() -> None:
    assert DEFAULT_FEATURES == (
        "recency_days",
        "transaction_frequency",
        "burn_rate",
        "merchant_frequency",
        "city_frequency",
        "gender_name_Female",
        "gender_name_Male",
    )
    assert {"gender_name_Female", "gender_name_Male"} == INDICATORS


def test_every_feature_is_offered_once_and_under_a_heading() -> None:
    offered = [feature for features in by_group().values() for feature in features]
    assert sorted(f.name for f in offered) == sorted(CATALOGUE)
    assert all(by_group().values())
    assert len({feature.label for feature in FEATURES}) == len(CATALOGUE)


def test_a_feature_that_may_be_missing_says_what_counts_instead() -> None:
    assert "median" in CATALOGUE["days_to_burn"].missing_words
    assert "0" in CATALOGUE["amount_total"].missing_words
    assert CATALOGUE["burn_rate"].missing_words == ""
