import json
from typing import Any

import pytest

from segmentation.engine.checking import check_settings
from segmentation.engine.settings import BadSettings, ClusteringSettings


def test_the_defaults_make_sense() -> None:
    check_settings(ClusteringSettings())


def test_settings_survive_json() -> None:
    settings = ClusteringSettings(reduction="pca", components=3, clusters=(2, 5), starts=4)
    assert ClusteringSettings.from_json(json.loads(json.dumps(settings.to_json()))) == settings


def test_missing_keys_take_their_default() -> None:
    assert ClusteringSettings.from_json({}) == ClusteringSettings()


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(BadSettings, match=r"not known: colour, epsilon\."):
        ClusteringSettings.from_json({"epsilon": 1, "colour": "red", "starts": 2})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"algorithm": "magic"}, r"no algorithm “magic”. Known ones: kmeans"),
        ({"reduction": "magic"}, r"no reduction “magic”. Known ones: none, pca"),
        ({"scaling": "magic"}, r"no scaling “magic”. Known ones: standard, none"),
        ({"components": 0}, "At least 1 component is needed, not 0"),
        ({"starts": 0}, "At least 1 random start is needed, not 0"),
        ({"clusters": ()}, "at least one number of segments"),
        ({"clusters": (3, 1)}, "At least 2 segments are needed, not 1"),
        ({"clusters": (3, 3)}, "only once"),
    ],
)
def test_senseless_settings_are_refused_in_one_sentence(
    change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadSettings, match=sentence):
        check_settings(ClusteringSettings(**change))
