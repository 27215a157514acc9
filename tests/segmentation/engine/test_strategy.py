import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.engine.strategy import RULES, TRAITS, recommend
from tests.segmentation.engine.builders import make_profile


@pytest.mark.parametrize("advice", [advice for _, advice in RULES])
def test_each_advice_is_exactly_two_sentences(advice: str) -> None:
    assert len(re.findall(r"[.!?](?=\s|$)", advice)) == 2
    assert advice.endswith(".")


@pytest.mark.parametrize("advice", [advice for _, advice in RULES])
def test_only_what_an_offer_can_hold_is_advised(advice: str) -> None:
    assert not re.search(r"minimum spend|per customer|limit|remind|points", advice)


def test_no_two_rules_say_the_same() -> None:
    assert len({advice for _, advice in RULES}) == len(RULES)


def test_every_rule_can_be_reached() -> None:
    for position, (needed, _) in enumerate(RULES):
        assert not any(earlier <= needed for earlier, _ in RULES[:position])


@pytest.mark.parametrize(
    ("effects", "beginning"),
    [
        ({"recency_days": 2.0, "burn_rate": 0.5}, "Win them back"),
        ({"recency_days": 2.0, "burn_rate": -0.5}, "Send one free-item coupon"),
        (
            {"recency_days": 2.0, "transaction_frequency": -0.5},
            "Try a low-cost coupon on a part of them",
        ),
        ({"transaction_frequency": 1.0, "burn_rate": 0.5}, "Reward them with a free item"),
        ({"transaction_frequency": 1.0, "merchant_frequency": -0.5}, "Introduce a second merchant"),
        ({"transaction_frequency": -1.0, "recency_days": -0.5}, "Build the habit"),
        ({"burn_rate": -0.5}, "Offer a higher value on fewer coupons"),
        ({"city_frequency": 0.5}, "Offer a coupon that is valid at every branch"),
        ({"trend": -0.6, "transaction_frequency": 0.5, "burn_rate": 0.5}, "Act before they are"),
        ({"recency_days": 2.0, "trend": -1.0}, "Send a comeback coupon"),
        ({"tenure_days": -1.0, "transaction_frequency": -0.5}, "Welcome them with a free item"),
        ({"outstanding": 0.9, "burn_rate": -0.6}, "Send nothing new"),
        ({"weekend_share": 0.9}, "Offer a percent-off coupon for the weekend"),
        ({"burn_rate": 0.29, "gender_female": 2.0}, "Send the standard coupon"),
    ],
)
def test_the_advice_follows_from_what_sets_the_segment_apart(
    effects: dict[str, float], beginning: str
) -> None:
    assert recommend(make_profile(**effects)).startswith(beginning)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(list(TRAITS)), st.floats(-3, 3)))
def test_every_segment_gets_an_advice(effects: dict[str, float]) -> None:
    assert recommend(make_profile(**effects)) in {advice for _, advice in RULES}
