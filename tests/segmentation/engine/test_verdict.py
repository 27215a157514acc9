from dataclasses import replace

import pytest

from segmentation.engine.resampling import Structure
from segmentation.engine.scores import Silhouette
from segmentation.engine.scoring import Scores
from segmentation.engine.verdict import SENTENCES, verdict

PROVEN = Structure(observed=0.5, shuffled_mean=0.2, shuffled_deviation=0.01, z=30.0)
BY_CHANCE = replace(PROVEN, z=2.9)


def scores(
    silhouette: float | None, stability: float = 1.0, structure: Structure = PROVEN
) -> Scores:
    width = Silhouette(silhouette, None, None, 100, exact=True)
    return Scores(width, width, 100.0, 1.0, 0.0, 0.2, 0.4, stability, structure)


@pytest.mark.parametrize(
    ("silhouette", "stability", "level"),
    [
        (0.50, 0.90, "strong"),
        (0.50, 0.89, "moderate"),
        (0.49, 1.00, "moderate"),
        (0.30, 0.75, "moderate"),
        (0.30, 0.74, "weak"),
        (0.29, 1.00, "weak"),
        (0.05, 0.10, "weak"),
        (None, 1.00, "none"),
    ],
)
def test_the_levels_begin_at_their_bounds(
    silhouette: float | None, stability: float, level: str
) -> None:
    assert verdict(scores(silhouette, stability), PROVEN).level == level


def test_what_shuffled_customers_give_too_is_no_structure() -> None:
    assert verdict(scores(0.9, structure=BY_CHANCE), PROVEN).level == "none"


def test_what_one_cloud_of_customers_gives_too_is_weak_at_most() -> None:
    assert verdict(scores(0.9), BY_CHANCE).level == "weak"


def test_what_was_not_measured_is_not_proven() -> None:
    assert verdict(scores(0.9), None).level == "weak"
    assert verdict(replace(scores(0.9), structure=None), PROVEN).level == "weak"


def test_segments_that_nobody_can_work_with_are_weak_at_most_and_the_sentence_says_why() -> None:
    found = verdict(scores(0.9), PROVEN, faults=["the smallest segment holds only 0.1% of all"])
    assert found.level == "weak"
    assert "because the smallest segment holds only 0.1% of all" in found.sentence


def test_where_most_customers_are_in_none_there_are_no_groups() -> None:
    lonely = replace(scores(0.9), noise_share=0.99)
    found = verdict(lonely, PROVEN, faults=["99% of the customers are in none of them"])
    assert found.level == "none"
    assert "99% of the customers are in none of them" in found.sentence


@pytest.mark.parametrize(
    ("agreement", "level"), [(0.79, "weak"), (0.8, "strong"), (None, "strong")]
)
def test_what_a_sample_happened_to_find_is_weak_at_most(
    agreement: float | None, level: str
) -> None:
    found = verdict(scores(0.9), PROVEN, agreement=agreement)
    assert found.level == level
    assert ("happened to look at" in found.sentence) is (level == "weak")


@pytest.mark.parametrize("level", list(SENTENCES))
def test_the_sentence_is_one_and_in_plain_words(level: str) -> None:
    sentence = SENTENCES[level]
    assert not {"silhouette", "stability", "standard deviation"} & set(sentence.lower().split())
    assert sentence.count(".") == 1
    assert sentence.endswith(".")


def test_the_reasons_hold_the_numbers() -> None:
    reasons = " ".join(verdict(scores(0.41, 0.87), BY_CHANCE).reasons)
    for number in ("0.41", "0.87", "30.0", "2.9"):
        assert number in reasons


def test_below_chance_is_said_as_below() -> None:
    below = replace(PROVEN, z=-1.5)
    found = verdict(scores(0.2, structure=below), PROVEN)
    assert "1.5 standard deviations below" in " ".join(found.reasons)


def test_fewer_than_two_segments_leave_nothing_to_compare() -> None:
    found = verdict(scores(None), None)
    assert (found.level, found.reasons) == ("none", ())
    assert "nothing to tell apart" in found.sentence
