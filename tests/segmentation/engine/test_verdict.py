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
    assert (
        "1.5 standard deviations below" in verdict(scores(0.2, structure=below), None).reasons[-1]
    )


def test_fewer_than_two_segments_leave_nothing_to_compare() -> None:
    found = verdict(scores(None), None)
    assert (found.level, found.reasons) == ("none", ())
    assert "nothing to tell apart" in found.sentence
