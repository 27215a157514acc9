"""The form for a new run: what it offers, what it makes of it, and what it refuses."""

from datetime import date
from typing import Any

import pytest
from django.http import QueryDict

from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.settings import AUTO, AUTO_CLUSTERS
from segmentation.forms import RunForm, filled_in
from segmentation.presets import FOUND_NUMBERS, RunSettings, preset_settings
from segmentation.run_form_parts import FormParts
from tests.factories import make_facts

FILLED_IN = {"preset": "reference", "features": ["recency_days", "burn_rate"]}
BEHAVIOUR = ("recency_days", "burn_rate")


def settings(**values: Any) -> RunSettings:
    form = RunForm(FILLED_IN | values)
    assert form.is_valid(), form.errors
    return form.to_settings()


def errors(**values: Any) -> dict[str, list[str]]:
    return dict(RunForm(FILLED_IN | values).errors)


@pytest.mark.parametrize("preset", ["auto", "natural", "reference"])
def test_what_is_left_empty_follows_the_preset(preset: str) -> None:
    assert settings(preset=preset) == preset_settings(preset, features=BEHAVIOUR)


def test_features_come_in_the_order_of_the_catalogue() -> None:
    assert settings(features=["burn_rate", "recency_days"]).features == BEHAVIOUR


def test_without_gender_it_is_left_out() -> None:
    chosen = ["recency_days", "burn_rate", "gender_name_Female", "gender_name_Male"]
    found = settings(features=chosen, without_gender="on", weight__gender_name_Male="2")
    assert found.features == BEHAVIOUR
    assert found.clustering.preparation.weights == {}


@pytest.mark.parametrize("name", ALGORITHMS)
def test_each_algorithm_can_be_chosen(name: str) -> None:
    clustering = settings(preset="auto", algorithm=name).clustering
    assert (clustering.algorithm, clustering.reduction) == (name, "none")


def test_only_the_chosen_algorithms_parameters_count() -> None:
    found = settings(algorithm="dbscan", dbscan__eps="0.5", kmeans__starts="none of it")
    assert found.clustering.parameters == {"eps": 0.5}


@pytest.mark.parametrize(
    ("algorithm", "numbers"),
    [("", FOUND_NUMBERS), ("hierarchical", FOUND_NUMBERS), (AUTO, AUTO_CLUSTERS)],
)
def test_the_number_of_segments_can_be_found(algorithm: str, numbers: tuple[int, ...]) -> None:
    assert settings(algorithm=algorithm, clusters=AUTO).clustering.clusters == numbers


def test_the_number_of_segments_can_be_given() -> None:
    assert settings(clusters="4").clustering.clusters == (4,)


def test_a_number_is_not_asked_of_an_algorithm_that_finds_it() -> None:
    assert settings(algorithm="hdbscan", clusters="99") == settings(algorithm="hdbscan")


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ({"reduction": "pca", "components": "2"}, ("pca", 2, None, 30.0)),
        ({"reduction": "pca", "explained": "0.9"}, ("pca", 2, 0.9, 30.0)),
        ({"reduction": "tsne", "perplexity": "25"}, ("tsne", 2, None, 25.0)),
        ({"reduction": "none", "components": "many"}, ("none", 2, None, 30.0)),
    ],
)
def test_a_space_is_chosen_with_what_belongs_to_it(values: dict[str, str], kept: Any) -> None:
    found = settings(**values).clustering
    assert (found.reduction, found.components, found.explained, found.perplexity) == kept


def test_single_features_are_bent_and_weighed() -> None:
    found = settings(
        scaling="robust", transform__recency_days="log", weight__burn_rate="2", weight__trend="9"
    ).clustering.preparation
    assert found.transforms == {"recency_days": "log"}
    assert found.weights == {"burn_rate": 2.0}
    assert (found.scaling, found.transform) == ("robust", "none")


def test_a_single_feature_goes_by_its_skew_and_the_others_stay() -> None:
    found = settings(transform__recency_days=AUTO).clustering.preparation
    assert (found.transform, found.transforms) == (AUTO, {"burn_rate": "none"})


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"preset": "best"}, "preset", "Select a valid choice."),
        ({"features": []}, "features", "Choose at least one feature."),
        ({"features": ["shoe_size"]}, "features", "Select a valid choice."),
        (
            {"features": ["gender_name_Male"], "without_gender": "on"},
            "features",
            "Only gender is chosen, and it is to be left out.",
        ),
        ({"clusters": "1"}, "clusters", "Choose 2 to 20 segments."),
        ({"algorithm": "magic"}, "algorithm", "Select a valid choice."),
        (
            {"algorithm": "dbscan", "dbscan__eps": "0"},
            "dbscan__eps",
            "Distance: give a number above 0 or leave it out, not “0”.",
        ),
        ({"algorithm": "kmeans", "kmeans__starts": "x"}, "kmeans__starts", "a whole number"),
        (
            {"algorithm": "gaussian_mixture", "gaussian_mixture__covariance": "odd"},
            "gaussian_mixture__covariance",
            "choose one of full, tied, diag, spherical",
        ),
        ({"reduction": AUTO}, "reduction", "Several spaces are compared only where"),
        ({"reduction": "pca", "components": "0"}, "components", "greater than or equal to 1"),
        ({"reduction": "pca", "explained": "1"}, "explained", "between 0 and 1, as 0.9"),
        (
            {"reduction": "pca", "components": "2", "explained": "0.9"},
            "explained",
            "Give the number of components or the share to keep, not both.",
        ),
        ({"reduction": "tsne", "perplexity": "500"}, "perplexity", "from 2 to 100"),
        ({"weight__burn_rate": "0"}, "weight__burn_rate", "give a number from 0.1 to 10"),
        ({"transform__burn_rate": "bend"}, "transform__burn_rate", "Select a valid choice."),
        ({"seed": "-1"}, "seed", "greater than or equal to 0"),
        ({"as_of": "soon"}, "as_of", "Enter a valid date."),
        ({"as_of": "2024-03-01", "repeat": "yes"}, "as_of", "Leave the as-of date empty."),
    ],
)
def test_a_bad_setting_gets_one_sentence_at_its_field(
    values: dict[str, Any], field: str, sentence: str
) -> None:
    found = errors(**values)
    assert list(found) == [field]
    assert len(found[field]) == 1
    assert sentence in found[field][0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2030-01-01", "Choose 31 December 2024 or earlier."),
        ("2023-12-31", "Choose 1 January 2024 or later."),
    ],
)
def test_a_day_without_records_is_refused_at_its_field(day: str, sentence: str) -> None:
    form = RunForm(FILLED_IN | {"as_of": day}, facts=make_facts())
    assert sentence in form.errors["as_of"][0]


def test_a_day_with_records_is_taken() -> None:
    assert settings(as_of="2024-03-01", seed="0").as_of == date(2024, 3, 1)


# Links that fill the form in -------------------------------------------------------------------


def test_a_link_fills_the_form_in() -> None:
    query = QueryDict(
        "preset=natural&algorithm=hierarchical&reduction=pca&components=3&clusters=4"
        "&features=burn_rate,trend"
    )
    assert filled_in(query) == {
        "preset": "natural",
        "algorithm": "hierarchical",
        "reduction": "pca",
        "components": 3,
        "clusters": "4",
        "features": ["burn_rate", "trend"],
    }


def test_what_makes_no_sense_in_a_link_is_left_out() -> None:
    query = QueryDict("preset=best&clusters=2,3&components=x&features=shoe_size&seed=%00")
    assert filled_in(query) == {}


def test_a_share_to_keep_stands_instead_of_components() -> None:
    query = QueryDict("reduction=pca&components=2&explained=0.9")
    assert filled_in(query) == {"reduction": "pca", "explained": 0.9}


@pytest.mark.parametrize(("query", "is_open"), [("preset=auto", False), ("clusters=4", True)])
def test_advanced_is_open_when_a_link_filled_it_in(query: str, is_open: bool) -> None:
    assert FormParts(RunForm(initial=filled_in(QueryDict(query)))).is_open is is_open


def test_every_feature_is_offered_under_its_heading() -> None:
    parts = FormParts(RunForm())
    rows = [row for _, rows in parts.features for row in rows]
    chosen = [row.feature.name for row in rows if row.is_chosen]
    assert sorted(chosen) == sorted(preset_settings("auto").features)
    assert [row.feature.name for row in rows if row.transform is None] == [
        "gender_name_Female",
        "gender_name_Male",
    ]
