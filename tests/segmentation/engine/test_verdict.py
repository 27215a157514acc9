import pytest

from segmentation.engine.verdict import verdict


@pytest.mark.parametrize(
    ("score", "level"),
    [
        (0.71, "strong"),
        (0.70, "moderate"),
        (0.51, "moderate"),
        (0.50, "weak"),
        (0.26, "weak"),
        (0.25, "none"),
        (-0.2, "none"),
        (None, "none"),
    ],
)
def test_the_levels_begin_above_their_thresholds(score: float | None, level: str) -> None:
    assert verdict(score).level == level


@pytest.mark.parametrize("score", [0.9, 0.6, 0.3, 0.1, None])
def test_the_sentence_is_one_and_in_plain_words(score: float | None) -> None:
    sentence = verdict(score).sentence
    assert "silhouette" not in sentence.lower()
    assert sentence.count(".") == 1
    assert sentence.endswith(".")


def test_weak_segments_are_still_offered_as_working_groups() -> None:
    assert "usable as working groups" in verdict(0.3).sentence


def test_without_structure_the_borders_are_called_a_choice() -> None:
    assert "the borders between the segments are a choice" in verdict(0.1).sentence
