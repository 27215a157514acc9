import numpy as np
import pytest

from segmentation.engine.features import Features
from segmentation.engine.guard import Gendered, gender_guard
from tests.segmentation.engine.builders import make_features

FEMALE, MALE = "gender_name_Female", "gender_name_Male"


def people(women: list[int], segments: list[int]) -> tuple[Features, np.ndarray]:
    """Customers in segments of these sizes, so many of each are women and the rest men."""
    female = np.concatenate(
        [np.arange(size) < count for count, size in zip(women, segments, strict=True)]
    )
    values = np.column_stack([np.arange(len(female)), female, ~female])
    features = make_features(values, ["recency_days", FEMALE, MALE], [FEMALE, MALE])
    return features, np.repeat(np.arange(len(segments)), segments)


def test_on_paper() -> None:
    # 50 of 100 are women: the deviation is 0.5, and 48 of 50 are (0.96 - 0.5) / 0.5 above.
    features, labels = people([48, 2], [50, 50])
    guard = gender_guard(labels, labels, features)
    assert guard.agreement == 1
    assert guard.gendered == (
        Gendered(0, "women", 0.96, 0.5, pytest.approx(0.92)),
        Gendered(1, "men", 0.96, 0.5, pytest.approx(0.92)),
    )


def test_segments_that_stay_without_gender_need_nothing() -> None:
    features, labels = people([25, 26], [50, 50])
    guard = gender_guard(labels, 1 - labels, features)
    assert guard.agreement == 1
    assert guard.gendered == ()
    assert guard.sentence == (
        "Without gender the segments stay much the same."
        " No segment follows gender, so nothing needs changing."
    )


def test_segments_that_fall_apart_without_gender_are_to_be_run_without_it() -> None:
    features, labels = people([50, 0], [50, 50])
    guard = gender_guard(labels, np.arange(100) % 2, features, names={0: "Lapsed customers"})
    assert guard.agreement == pytest.approx(0, abs=0.02)
    assert guard.sentence == (
        "Without gender the segments would be other ones."
        " “Lapsed customers” is 100% women, all customers 50%."
        " “Segment 2” is 100% men, all customers 50%."
        " Run it without gender, unless the offers themselves are for women or for men."
    )


def test_the_sentence_speaks_of_three_segments() -> None:
    features, labels = people([50, 50, 50, 0, 0, 0], [50] * 6)
    guard = gender_guard(labels, labels, features)
    assert len(guard.gendered) == 6
    assert guard.sentence.count("women") == 3
    assert "3 more follow gender as much." in guard.sentence


def test_some_who_change_segment_call_for_a_comparison() -> None:
    features, labels = people([25, 25], [50, 50])
    moved = np.where(np.arange(100) % 12 == 0, 1 - labels, labels)
    guard = gender_guard(labels, moved, features)
    assert 0.65 <= guard.agreement < 0.80
    assert "Compare with a run without gender" in guard.sentence


def test_gender_that_was_not_used_is_still_looked_at() -> None:
    features, labels = people([49, 45], [50, 150])
    genders = {FEMALE: features.column(FEMALE), MALE: features.column(MALE)}
    guard = gender_guard(labels, None, features.select(["recency_days"]), genders=genders)
    assert guard.agreement is None
    assert [(one.label, one.gender) for one in guard.gendered] == [(0, "women")]
    assert guard.sentence == (
        "Gender was not used to make the segments."
        " “Segment 1” is 98% women, all customers 47%."
        " A coupon for such a segment hardly reaches anybody else: make sure that is meant."
    )


def test_segments_on_gender_alone_are_called_that() -> None:
    features, labels = people([50, 0], [50, 50])
    guard = gender_guard(labels, None, features.select([FEMALE, MALE]))
    assert guard.agreement is None
    assert guard.sentence.startswith("The segments rest on gender alone.")


def test_segments_that_could_not_be_refitted_are_not_judged() -> None:
    features, labels = people([25, 25], [50, 50])
    guard = gender_guard(labels, None, features)
    assert guard.agreement is None
    assert guard.sentence == (
        "The same segments could not be looked for without gender."
        " Run it without gender to see whether they stay."
    )


def test_without_any_gender_nothing_is_claimed() -> None:
    features, labels = people([50, 0], [50, 50])
    guard = gender_guard(labels, None, features.select(["recency_days"]))
    assert guard.gendered == ()
    assert (
        guard.sentence == "Gender was not used to make the segments. It was not looked at either."
    )


def test_a_handful_of_customers_of_one_gender_is_chance() -> None:
    features, labels = people([4, 48], [4, 96])
    assert gender_guard(labels, labels, features).gendered == ()


def test_noise_is_no_segment_but_counts_among_all_customers() -> None:
    features, labels = people([50, 0], [50, 50])
    guard = gender_guard(np.where(labels == 1, -1, labels), labels, features)
    assert [(one.label, one.base) for one in guard.gendered] == [(0, 0.5)]


def test_customers_of_unknown_gender_are_a_group_of_their_own() -> None:
    values = np.repeat([[1, 0], [0, 1], [0, 0]], 30, axis=0)
    features = make_features(values, [FEMALE, MALE], [FEMALE, MALE])
    guard = gender_guard(np.repeat([0, 0, 1], 30), None, features)
    assert [(one.label, one.gender) for one in guard.gendered] == [
        (1, "customers of unknown gender")
    ]


def test_one_indicator_alone_tells_two_groups() -> None:
    features, labels = people([48, 2], [50, 50])
    guard = gender_guard(labels, labels, features.select(["recency_days", FEMALE]))
    assert [one.gender for one in guard.gendered] == ["women", "customers who are not women"]


def test_one_customer_follows_nothing() -> None:
    features, labels = people([1], [1])
    guard = gender_guard(labels, labels, features)
    assert (guard.agreement, guard.gendered) == (1, ())
