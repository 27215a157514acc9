import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.engine.features import Features
from segmentation.engine.rules import (
    Condition,
    FeatureWords,
    Rules,
    SegmentRule,
    decision_rules,
    rule_from_dict,
    rule_in_words,
)
from tests.segmentation.engine.builders import blobs, make_features

WORDING = {
    "recency_days": FeatureWords(
        "Last active", lambda days: f"{days:.0f} days ago", none="last active today"
    ),
    "burn_rate": FeatureWords("Burn rate", lambda share: f"{share:.0%}"),
    "merchant_frequency": FeatureWords("Merchants", lambda number: f"{number:g}"),
    "city_frequency": FeatureWords(
        "Cities", lambda number: f"{number:g}", lambda number: f"{number:g} cities"
    ),
    "gender_name_Female": FeatureWords("Female", lambda share: f"{share:.0%}"),
}


def archetypes(per_group: int = 400, seed: int = 0) -> tuple[Features, np.ndarray]:
    """Three kinds of customers: lapsed, active who burn, active who collect; a fifth is unclear."""
    rng = np.random.default_rng(seed)
    means = np.array([[330.0, 0.5], [60.0, 0.8], [60.0, 0.2]])
    labels = np.repeat(np.arange(3), per_group)
    values = rng.normal(means[labels], [40.0, 0.1])
    values[:, 0] = values[:, 0].clip(0).round()
    values[:, 1] = values[:, 1].clip(0, 1)
    return make_features(values, ["recency_days", "burn_rate"]), labels


def in_words(*conditions: Condition, purity: float = 0.9) -> str:
    return rule_in_words(SegmentRule(conditions, 0.9, purity), WORDING)


def test_on_paper() -> None:
    features = make_features([[1], [2], [3], [10], [11]], ["recency_days"])
    rules = decision_rules(features, np.array([1, 1, 1, 0, 0]), seed=0)
    assert rules.segments == {
        0: SegmentRule((Condition("recency_days", "above", 6.0, None, True),), 1.0, 1.0),
        1: SegmentRule((Condition("recency_days", "below", None, 6.0, True),), 1.0, 1.0),
    }


def test_segments_get_short_rules_with_round_numbers() -> None:
    features, labels = archetypes()
    rules = decision_rules(features, labels, seed=0)
    assert [rule_in_words(rules.segments[label], WORDING) for label in range(3)] == [
        "Last active more than 200 days ago",
        "Last active at most 200 days ago, and burn rate more than 50%",
        "Last active at most 200 days ago, and burn rate at most 50%",
    ]
    assert rules.fidelity > 0.98
    assert min(rule.covers for rule in rules.segments.values()) > 0.98
    assert min(rule.purity for rule in rules.segments.values()) > 0.98


def test_covers_and_purity_are_those_of_the_rule() -> None:
    features, _ = archetypes()
    labels = (features.column("burn_rate") + features.column("recency_days") / 300 > 1).astype(int)
    for label, rule in decision_rules(features, labels, seed=0).segments.items():
        holds = np.ones(len(labels), dtype=bool)
        for condition in rule.conditions:
            column = features.column(condition.feature)
            holds &= condition.low is None or column > condition.low
            holds &= condition.high is None or column <= condition.high
        assert rule.covers == pytest.approx(holds[labels == label].mean())
        assert rule.purity == pytest.approx((labels[holds] == label).mean())


def test_random_labels_have_no_fidelity() -> None:
    features, _ = archetypes()
    labels = np.random.default_rng(1).integers(0, 3, 1_200)
    assert decision_rules(features, labels, seed=0).fidelity == pytest.approx(1 / 3, abs=0.05)


def test_a_segment_too_small_for_the_tree_of_all_gets_its_own_rule() -> None:
    rng = np.random.default_rng(0)
    labels = np.where(np.arange(6_000) < 12, 1, 0)
    values = rng.uniform(0, 100, (6_000, 2))
    values[:12] = rng.uniform([90, 90], [95, 95], (12, 2))
    rule = decision_rules(make_features(values), labels, seed=0).segments[1]
    assert rule.covers == 1
    assert rule.purity > 30 * 12 / 6_000


def test_noise_has_no_rule_but_counts_against_the_purity_of_others() -> None:
    labels = np.array([0] * 10 + [-1] * 10)
    features = make_features(np.ones((20, 1)))
    rules = decision_rules(features, labels, seed=0)
    assert rules.segments == {0: SegmentRule((), 1.0, 0.5)}


def test_customers_who_are_all_noise_have_no_rules() -> None:
    assert decision_rules(make_features(blobs()), np.full(69, -1), seed=0) == Rules(1.0, 69, {})


def test_a_single_customer_is_every_customer() -> None:
    rules = decision_rules(make_features([[1.0]]), np.array([0]), seed=0)
    assert rules == Rules(1.0, 1, {0: SegmentRule((), 1.0, 1.0)})
    assert rule_in_words(rules.segments[0], WORDING) == "Every customer"


def test_a_rule_asks_at_most_four_things() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(2_000, 8))
    labels = (values > 0) @ (2 ** np.arange(8)) % 7
    rules = decision_rules(make_features(values), labels, seed=0)
    assert max(len(rule.conditions) for rule in rules.segments.values()) <= 4


def test_the_order_of_the_customers_does_not_matter() -> None:
    features, labels = archetypes(per_group=20_000)
    order = np.random.default_rng(3).permutation(len(labels))
    shuffled = replace(
        features, customer_ids=features.customer_ids[order], values=features.values[order]
    )
    rules = decision_rules(features, labels, seed=0)
    assert rules.customers == 50_000
    assert decision_rules(shuffled, labels[order], seed=0) == rules


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(3)))
def test_other_labels_give_the_same_rules(numbers: list[int]) -> None:
    features, labels = archetypes(per_group=60)
    rules = decision_rules(features, labels, seed=0)
    relabelled = decision_rules(features, np.array(numbers)[labels], seed=0)
    assert relabelled.segments == {numbers[label]: rule for label, rule in rules.segments.items()}


def test_a_share_is_not_rounded_past_the_customers_it_tells_apart() -> None:
    values = np.repeat([0.46, 0.47], 50)[:, None]
    (rule, _) = decision_rules(
        make_features(values, ["burn_rate"]), np.repeat([0, 1], 50), seed=0
    ).segments.values()
    assert rule == SegmentRule((Condition("burn_rate", "below", None, 0.465),), 1.0, 1.0)


def test_gender_is_asked_as_yes_or_no() -> None:
    features = make_features([[0]] * 5 + [[1]] * 5, ["gender_name_Female"], ["gender_name_Female"])
    rules = decision_rules(features, np.repeat([0, 1], 5), seed=0)
    assert [rule_in_words(rule, WORDING) for rule in rules.segments.values()] == [
        "Not female",
        "Female",
    ]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition("recency_days", "above", 200.0), "Last active more than 200 days ago"),
        (Condition("burn_rate", "below", None, 0.4), "Burn rate at most 40%"),
        (Condition("burn_rate", "between", 0.4, 0.6), "Burn rate between 40% and 60%"),
        (Condition("merchant_frequency", "between", 2.0, 5.0, True), "Merchants between 3 and 5"),
        (Condition("merchant_frequency", "between", 2.0, 3.0, True), "Merchants exactly 3"),
        (Condition("basket_value", "above", 2.5), "Basket value more than 2.5"),
        (Condition("city_frequency", "above", 2.0, None, True), "More than 2 cities"),
        (Condition("city_frequency", "below", None, 2.0, True), "At most 2 cities"),
        (Condition("city_frequency", "between", 2.0, 5.0, True), "Between 3 and 5 cities"),
        (Condition("recency_days", "below", None, 0.0, True), "Last active today"),
        (Condition("recency_days", "above", 0.0, None, True), "Last active at least 1 days ago"),
    ],
)
def test_a_condition_in_words(condition: Condition, words: str) -> None:
    assert in_words(condition) == words


def test_conditions_are_joined_into_one_sentence() -> None:
    first, second = (
        Condition("recency_days", "above", 200.0),
        Condition("burn_rate", "below", None, 0.4),
    )
    third = Condition("gender_name_Female", "no")
    assert in_words(first, second) == (
        "Last active more than 200 days ago, and burn rate at most 40%"
    )
    assert in_words(first, second, third) == (
        "Last active more than 200 days ago, burn rate at most 40%, and not female"
    )


def test_a_stored_rule_is_read_back() -> None:
    features, labels = archetypes()
    for rule in decision_rules(features, labels, seed=0).segments.values():
        assert rule_from_dict(json.loads(json.dumps(asdict(rule)))) == rule


def test_a_segment_without_a_rule_says_so() -> None:
    assert in_words(purity=0.4) == "No short rule tells them from the others"
