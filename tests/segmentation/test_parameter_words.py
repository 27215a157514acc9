"""What was set about a model's algorithm, in words."""

from typing import Any

from segmentation.models import Candidate
from segmentation.parameter_words import parameters_in_words, told_apart


def model(algorithm: str, position: int = 1, **parameters: Any) -> Candidate:
    return Candidate(algorithm=algorithm, position=position, parameters=parameters)


def test_every_parameter_has_its_label_and_its_value() -> None:
    assert parameters_in_words(model("hierarchical", linkage="average")) == [
        ("Distance between groups", "Average: the mean distance between their customers")
    ]
    assert parameters_in_words(model("hierarchical", linkage="ward"))[0][1] == (
        "Ward: how much wider the merged group gets"
    )
    assert parameters_in_words(model("dbscan", eps=0.53781, min_samples=10)) == [
        ("Distance", "0.538"),
        ("Neighbours", "10"),
    ]


def test_a_model_of_an_earlier_version_says_nothing() -> None:
    assert parameters_in_words(model("kmeans")) == []


def test_models_that_are_made_alike_need_no_more_words() -> None:
    alike = [model("kmeans", 1, starts=10), model("kmeans", 2, starts=10)]
    assert told_apart([*alike, model("hierarchical", 3, linkage="ward")]) == {1: "", 2: "", 3: ""}


def test_what_is_not_the_default_stands_beside_the_name() -> None:
    assert told_apart([model("hierarchical", 4, linkage="average")]) == {4: ", average linkage"}


def test_what_differs_between_models_of_an_algorithm_is_told() -> None:
    found = [model("dbscan", 1, eps=0.5, min_samples=10), model("dbscan", 2, eps=0.7123)]
    assert told_apart(found) == {1: ", distance 0.5", 2: ", distance 0.712"}
