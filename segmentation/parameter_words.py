"""What was set about a model's algorithm, as people read it."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.parameters import Parameter
from segmentation.models import Candidate

# How a parameter is said beside the name of a model; one that is not here by its label.
SHORT = {
    "linkage": "{} linkage",
    "covariance": "{} covariance",
    "starts": "{} starts",
    "eps": "distance {}",
    "min_samples": "{} neighbours",
    "min_cluster_size": "segments from {}%",
}


def parameters_in_words(candidate: Candidate) -> list[tuple[str, str]]:
    """Everything that was set about its algorithm, found values too: a label and a value."""
    return [
        (parameter.label, _value(parameter, candidate.parameters[parameter.name]))
        for parameter in ALGORITHMS[candidate.algorithm].parameters
        if parameter.name in candidate.parameters
    ]


def told_apart(candidates: Sequence[Candidate]) -> dict[int, str]:
    """By position: ", average linkage" where that is not the default or not the same for all
    models of the algorithm; nothing for the others."""
    said: dict[int, str] = {}
    ordered = sorted(candidates, key=lambda c: c.algorithm)
    for algorithm, group in groupby(ordered, key=lambda c: c.algorithm):
        of_algorithm = list(group)
        telling = [
            parameter
            for parameter in ALGORITHMS[algorithm].parameters
            if _is_telling(parameter, [c.parameters.get(parameter.name) for c in of_algorithm])
        ]
        said |= {c.position: _short(c, telling) for c in of_algorithm}
    return said


def in_short(parameter: Parameter, value: Any) -> str:
    """average linkage"""
    return SHORT.get(parameter.name, f"{parameter.label} {{}}").format(_plain(value))


def _is_telling(parameter: Parameter, values: Sequence[Any]) -> bool:
    given = [value for value in values if value is not None]
    first = parameter.default if parameter.default is not None else (given or [None])[0]
    return any(value != first for value in given)


def _short(candidate: Candidate, parameters: Iterable[Parameter]) -> str:
    values = [(p, candidate.parameters.get(p.name)) for p in parameters]
    return "".join(f", {in_short(p, value)}" for p, value in values if value is not None)


def _value(parameter: Parameter, value: Any) -> str:
    """Average: the mean distance between their customers"""
    if value is None:
        return "found from the data"
    meaning = dict(parameter.choices).get(value)
    if not meaning:
        return _plain(value)
    title = value.capitalize()
    told = meaning.removesuffix(f" ({title})")
    return f"{title}: {told[0].lower()}{told[1:]}"


def _plain(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
