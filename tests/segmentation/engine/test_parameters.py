from typing import Any

import pytest

from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.bad_settings import BadSettings
from segmentation.engine.parameters import Parameter, checked

STARTS = Parameter("starts", "Random starts", "", "whole", 10, lowest=1, highest=100)
EPS = Parameter("eps", "Distance", "", "number", None, lowest=0, above=True)
SHARE = Parameter("share", "Share", "", "number", 2.0, lowest=0, above=True, highest=50)
SHAPE = Parameter(
    "shape", "Shape", "", "choice", "full", choices=(("full", "Own"), ("tied", "One"))
)


@pytest.mark.parametrize(
    ("parameter", "given", "value"),
    [
        (STARTS, 3, 3),
        (STARTS, "3", 3),
        (STARTS, 3.0, 3),
        (STARTS, 100, 100),
        (EPS, " 0.8 ", 0.8),
        (EPS, 2, 2.0),
        (EPS, None, None),
        (SHAPE, "tied", "tied"),
    ],
)
def test_what_is_allowed_gets_its_right_type(parameter: Parameter, given: Any, value: Any) -> None:
    assert (parameter.check(given), type(parameter.check(given))) == (value, type(value))


@pytest.mark.parametrize(
    ("parameter", "given", "sentence"),
    [
        (STARTS, 0, r"^Random starts: give a whole number from 1 to 100, not “0”\.$"),
        (STARTS, 101, "a whole number from 1 to 100, not “101”"),
        (STARTS, 2.5, "a whole number from 1 to 100, not “2.5”"),
        (STARTS, None, "not “None”"),
        (STARTS, True, "not “True”"),
        (EPS, 0, r"^Distance: give a number above 0 or leave it out, not “0”\.$"),
        (EPS, "wide", "not “wide”"),
        (EPS, "nan", "not “nan”"),
        (EPS, float("inf"), "not “inf”"),
        (SHARE, 51, r"^Share: give a number above 0 up to 50, not “51”\.$"),
        (SHAPE, "round", r"^Shape: choose one of full, tied, not “round”\.$"),
        (SHAPE, ["full"], "choose one of full, tied"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(
    parameter: Parameter, given: Any, sentence: str
) -> None:
    with pytest.raises(BadSettings, match=sentence):
        parameter.check(given)


@pytest.mark.parametrize(
    ("bounds", "allowed"),
    [
        ({}, "a number"),
        ({"lowest": 2}, "a number from 2 up"),
        ({"highest": 5}, "a number up to 5"),
        ({"lowest": 2, "highest": 5}, "a number from 2 to 5"),
    ],
)
def test_bounds_are_told_as_people_say_them(bounds: dict[str, float], allowed: str) -> None:
    with pytest.raises(BadSettings, match=f"^X: give {allowed}, not “many”"):
        Parameter("x", "X", "", "number", 3, **bounds).check("many")


def test_what_is_not_given_takes_its_default() -> None:
    assert checked((STARTS, EPS), {"starts": "4"}) == {"starts": 4, "eps": None}


def test_a_name_that_is_not_known_is_refused() -> None:
    with pytest.raises(BadSettings, match=r"no setting “magic”. Known ones: starts, eps\."):
        checked((STARTS, EPS), {"magic": 1})


@pytest.mark.parametrize("algorithm", ALGORITHMS.values(), ids=list(ALGORITHMS))
def test_the_defaults_of_every_algorithm_are_allowed(algorithm: Any) -> None:
    defaults = {parameter.name: parameter.default for parameter in algorithm.parameters}
    assert checked(algorithm.parameters, {}) == defaults
    assert len(defaults) == len(algorithm.parameters)


@pytest.mark.parametrize("algorithm", ALGORITHMS.values(), ids=list(ALGORITHMS))
def test_every_algorithm_is_told_in_one_sentence_each(algorithm: Any) -> None:
    for sentence in (algorithm.meaning, *(parameter.help for parameter in algorithm.parameters)):
        assert sentence.count(".") == 1
        assert sentence.endswith(".")
