import json
from typing import Any

import pytest

from segmentation.engine.checking import check_settings
from segmentation.engine.preparing import PreparationSettings
from segmentation.engine.settings import AUTO, BadSettings, ClusteringSettings

SET = ClusteringSettings(
    algorithm="dbscan",
    reduction="pca",
    components=3,
    clusters=(2, 5),
    parameters={"eps": 0.5},
    explained=0.9,
    preparation=PreparationSettings(transform="auto", weights={"burn_rate": 2.0}),
)


def test_the_defaults_make_sense() -> None:
    check_settings(ClusteringSettings())


def test_settings_survive_json() -> None:
    assert ClusteringSettings.from_json(json.loads(json.dumps(SET.to_json()))) == SET


def test_missing_keys_take_their_default() -> None:
    assert ClusteringSettings.from_json({}) == ClusteringSettings()


@pytest.mark.parametrize(
    "stored",
    [
        {"epsilon": 1, "colour": "red", "clusters": [2]},
        {"preparation": {"colour": "red", "epsilon": 1}},
    ],
)
def test_unknown_keys_are_refused(stored: dict[str, Any]) -> None:
    with pytest.raises(BadSettings, match=r"not known: colour, epsilon\."):
        ClusteringSettings.from_json(stored)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"algorithm": "magic"}, r"no algorithm “magic”. Known ones: kmeans, .*, auto\."),
        ({"reduction": "magic"}, r"no reduction “magic”. Known ones: none, pca, tsne\."),
        ({"reduction": AUTO}, r"no reduction “auto”"),
        ({"components": 0}, "At least 1 component is needed, not 0"),
        ({"explained": 1.0}, "between 0 and 1"),
        ({"perplexity": 1.0}, "perplexity lies between 2 and 100"),
        ({"parameters": {"starts": 0}}, "Random starts: give a whole number from 1 to 100"),
        ({"parameters": {"eps": 1}}, "no setting “eps”"),
        ({"algorithm": "dbscan", "parameters": {"eps": 0}}, "give a number above 0"),
        ({"clusters": ()}, "at least one number of segments"),
        ({"clusters": (3, 1)}, "At least 2 segments are needed, not 1"),
        ({"clusters": (21,)}, "At most 20 segments can be found, not 21"),
        ({"clusters": (3, 3)}, "only once"),
        ({"algorithm": AUTO, "parameters": {"starts": 3}}, "chooses the parameters by itself"),
        ({"preparation": PreparationSettings(scaling="magic")}, "no scaling “magic”"),
        ({"preparation": PreparationSettings(weights={"a": 0})}, "above 0 and at most 10"),
    ],
)
def test_senseless_settings_are_refused_in_one_sentence(
    change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadSettings, match=sentence):
        check_settings(ClusteringSettings(**change))


def test_an_algorithm_that_finds_the_number_needs_none() -> None:
    check_settings(ClusteringSettings(algorithm="dbscan", clusters=()))
