"""What the fields of the form for a new run offer, as (value, words)."""

from customers.facts.catalogue import Feature, Kind
from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.checking import MOST_CLUSTERS
from segmentation.engine.reductions import REDUCTIONS
from segmentation.engine.scaling import SCALINGS
from segmentation.engine.settings import AUTO
from segmentation.engine.transforms import TRANSFORMS

AS_PRESET = ("", "As chosen above")
ALGORITHM_CHOICES = [
    AS_PRESET,
    (AUTO, "Automatic"),
    *((name, algorithm.label) for name, algorithm in ALGORITHMS.items()),
]
ALGORITHM_MEANINGS = {
    "": "What it looks for decides.",
    AUTO: "All of these are tried and compared, and the one that works best is recommended.",
} | {name: algorithm.meaning for name, algorithm in ALGORITHMS.items()}
REDUCTION_CHOICES = [
    AS_PRESET,
    *((name, reduction.choice) for name, reduction in REDUCTIONS.items()),
    (AUTO, "In several of these, compared (with the automatic algorithm only)"),
]
CLUSTER_CHOICES = [
    AS_PRESET,
    (AUTO, "Found by itself"),
    *((str(number), str(number)) for number in range(2, MOST_CLUSTERS + 1)),
]
SCALING_CHOICES = [AS_PRESET, *SCALINGS.items()]
BY_SKEW = (AUTO, "Bend features that a few customers pull out of shape (by their skew)")
TRANSFORM_CHOICES = [AS_PRESET, ("none", "Leave all features as they are"), BY_SKEW]
TRANSFORM_WORDS = {"none": "None", "log": "Log", "quantile": "Quantile", AUTO: "By its skew"}


def transform_choices(feature: Feature) -> list[tuple[str, str]]:
    """What may be done to one feature; where values lie below 0 there is no logarithm."""
    names = [*TRANSFORMS, AUTO]
    if feature.kind == Kind.BALANCE:
        names.remove("log")
    return [("", "As above"), *((name, TRANSFORM_WORDS[name]) for name in names)]
