"""The parts of the form for a new run, as its page lays them out."""

from dataclasses import dataclass

from django.forms import BoundField

from customers.facts.catalogue import Feature, Group, by_group
from segmentation.engine.algorithms import ALGORITHMS, Algorithm
from segmentation.forms import RunForm
from segmentation.run_form_choices import ALGORITHM_CHOICES, ALGORITHM_MEANINGS


@dataclass(frozen=True)
class FeatureRow:
    """A feature with what can be said of it."""

    feature: Feature
    is_chosen: bool
    weight: BoundField
    transform: BoundField | None  # None: yes or no can't be transformed

    @property
    def has_errors(self) -> bool:
        return bool(self.weight.errors or (self.transform and self.transform.errors))


@dataclass(frozen=True)
class AlgorithmCard:
    value: str
    label: str
    meaning: str
    is_chosen: bool


class FormParts:
    """What the page shows of the form beside its plain fields."""

    def __init__(self, form: RunForm) -> None:
        self.form = form

    @property
    def faults(self) -> list[BoundField]:
        """The fields that are not right, to be named at the top."""
        return [field for field in self.form if field.errors]

    @property
    def features(self) -> list[tuple[Group, list[FeatureRow]]]:
        """Under the headings of the catalogue."""
        chosen = self.form["features"].value() or []
        return [
            (group, [self._row(feature, feature.name in chosen) for feature in features])
            for group, features in by_group().items()
        ]

    @property
    def algorithms(self) -> list[AlgorithmCard]:
        chosen = self.form["algorithm"].value() or ""
        return [
            AlgorithmCard(value, label, ALGORITHM_MEANINGS[value], value == chosen)
            for value, label in ALGORITHM_CHOICES
        ]

    @property
    def parameters(self) -> list[tuple[Algorithm, list[BoundField]]]:
        """Each algorithm with the fields of what can be set about it."""
        return [
            (algorithm, [self.form[f"{name}__{one.name}"] for one in algorithm.parameters])
            for name, algorithm in ALGORITHMS.items()
        ]

    @property
    def is_open(self) -> bool:
        """Whether anything behind "Advanced" was filled in by a link or is not right."""
        return bool(self.form.errors) or bool(set(self.form.initial) - {"preset"})

    @property
    def single_is_open(self) -> bool:
        """Whether something is not right, or was said, of single features."""
        said = [name for name in self.form.fields if name.startswith(("weight__", "transform__"))]
        return any(self.form[name].value() for name in said)

    def _row(self, feature: Feature, is_chosen: bool) -> FeatureRow:
        transform = f"transform__{feature.name}"
        return FeatureRow(
            feature,
            is_chosen,
            self.form[f"weight__{feature.name}"],
            self.form[transform] if transform in self.form.fields else None,
        )
