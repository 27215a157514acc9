"""What the page for a new run asks for."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import QueryDict

from customers.facts.catalogue import CATALOGUE, DEFAULT_FEATURES, FEATURES, INDICATORS
from customers.facts.query import NoFacts
from customers.forms import DayInput
from customers.models import FactsVersion
from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.checking import MOST_CLUSTERS, PERPLEXITY
from segmentation.engine.parameters import Parameter
from segmentation.engine.preparing import MOST_WEIGHT
from segmentation.engine.settings import AUTO, BadSettings
from segmentation.operations.fitting import check_day
from segmentation.operations.schedules import NO_DAY
from segmentation.presets import DEFAULT_PRESET, LARGEST_SEED, PRESETS, RunSettings
from segmentation.run_form_choices import (
    ALGORITHM_CHOICES,
    CLUSTER_CHOICES,
    REDUCTION_CHOICES,
    SCALING_CHOICES,
    TRANSFORM_CHOICES,
    transform_choices,
)
from segmentation.run_requests import OF_SPACES, RefusedSetting, requested_settings

CLUSTERS_NEEDED = f"Choose 2 to {MOST_CLUSTERS} segments."
SHARE_NEEDED = "Give a share between 0 and 1, as 0.9."
PERPLEXITY_NEEDED = f"Give a perplexity from {PERPLEXITY[0]} to {PERPLEXITY[1]}."
NO_FEATURE = "Choose at least one feature."
LEAST_WEIGHT = 0.1
TAKE_CLUSTERS = ["", AUTO, *(name for name, a in ALGORITHMS.items() if a.takes_clusters)]
REPEAT = "repeat"  # the name of the button that repeats a run instead of starting it


class RunForm(forms.Form):
    """Presets first; what is left empty behind "Advanced" follows the preset."""

    preset = forms.ChoiceField(
        choices=[(name, preset.label) for name, preset in PRESETS.items()],
        initial=DEFAULT_PRESET,
        widget=forms.RadioSelect(),
    )
    features = forms.MultipleChoiceField(
        label="What customers are compared by",
        choices=[(f.name, f.label) for f in FEATURES],
        initial=list(DEFAULT_FEATURES),
        widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": NO_FEATURE},
    )
    without_gender = forms.BooleanField(
        label="Without gender",
        required=False,
        widget=forms.CheckboxInput(attrs={"role": "switch"}),
        help_text="Customers are grouped by what they do only; gender is left out if chosen above.",
    )
    transform = forms.ChoiceField(
        label="Extreme customers",
        required=False,
        choices=TRANSFORM_CHOICES,
        help_text="A few customers with very large numbers can draw a group to themselves.",
    )
    scaling = forms.ChoiceField(
        label="Common scale",
        required=False,
        choices=SCALING_CHOICES,
        help_text="So that days, coupons and shares can be compared.",
    )
    reduction = forms.ChoiceField(
        label="Compare customers",
        required=False,
        choices=REDUCTION_CHOICES,
        widget=forms.Select(attrs={"data-shows": "reduction"}),
    )
    components = forms.IntegerField(
        label="Number of components",
        required=False,
        min_value=1,
        max_value=len(FEATURES),
        help_text="How many directions to keep; at most one per feature, on a map at most 3.",
    )
    explained = forms.FloatField(
        label="Or the share of variance to keep",
        required=False,
        min_value=0.01,
        max_value=0.99,
        error_messages={"min_value": SHARE_NEEDED, "max_value": SHARE_NEEDED},
        widget=forms.NumberInput(attrs={"step": "any"}),
        help_text="Between 0 and 1, as 0.9: as many components as that takes.",
    )
    perplexity = forms.FloatField(
        label="Perplexity",
        required=False,
        min_value=PERPLEXITY[0],
        max_value=PERPLEXITY[1],
        error_messages={"min_value": PERPLEXITY_NEEDED, "max_value": PERPLEXITY_NEEDED},
        widget=forms.NumberInput(attrs={"placeholder": "30", "step": "any"}),
        help_text=f"About how many neighbours each customer minds, {PERPLEXITY[0]} to"
        f" {PERPLEXITY[1]}.",
    )
    algorithm = forms.ChoiceField(
        label="How customers are grouped",
        required=False,
        choices=ALGORITHM_CHOICES,
        widget=forms.RadioSelect(),
    )
    clusters = forms.ChoiceField(
        label="Number of segments",
        required=False,
        choices=CLUSTER_CHOICES,
        error_messages={"invalid_choice": CLUSTERS_NEEDED},
    )
    as_of = forms.DateField(
        label="As of",
        required=False,
        widget=DayInput(),
        help_text="Look back from the evening of this day. Empty: the last day with activity.",
    )
    seed = forms.IntegerField(
        label="Seed",
        required=False,
        min_value=0,
        max_value=LARGEST_SEED,
        help_text="The same settings, records and seed always give the same segments.",
    )

    def __init__(self, *args: Any, facts: FactsVersion | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.facts = facts
        for name, algorithm in ALGORITHMS.items():
            for parameter in algorithm.parameters:
                self.fields[f"{name}__{parameter.name}"] = _parameter_field(parameter)
        for feature in FEATURES:
            self.fields[f"weight__{feature.name}"] = _parameter_field(_weight(feature.name))
            if feature.name not in INDICATORS:
                self.fields[f"transform__{feature.name}"] = forms.ChoiceField(
                    label=f"Transform of {feature.label}",
                    required=False,
                    choices=transform_choices(feature),
                )
        self._show_by_choice()

    def _show_by_choice(self) -> None:
        """Say of each field that belongs to some choices only to which."""
        fields: dict[str, Any] = self.fields
        for field in fields.values():
            field.hide_optional = True
        for name, (_, spaces) in OF_SPACES.items():
            fields[name].shown_by, fields[name].shown_for = "reduction", " ".join(spaces)
        # Nothing chosen is written as "preset": an empty word could not be listed among others.
        fields["clusters"].shown_by = "algorithm"
        fields["clusters"].shown_for = " ".join(name or "preset" for name in TAKE_CLUSTERS)

    def clean_as_of(self) -> Any:
        """Refuses a day that the records do not reach, and any day where the run is repeated."""
        day = self.cleaned_data["as_of"]
        if day and REPEAT in self.data:
            raise forms.ValidationError(NO_DAY)
        try:
            if self.facts:
                check_day(day, self.facts)
        except BadSettings as error:
            raise forms.ValidationError(str(error)) from error
        except NoFacts:
            pass  # said of the whole page, not of the day
        return day

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        self._forget_what_is_not_shown()
        values["parameters"] = dict(self._checked(self._parameters()))
        values["weights"] = dict(self._checked(self._weights()))
        if not self.errors:
            try:
                self.to_settings().check()
            except RefusedSetting as error:
                self.add_error(error.field if error.field in self.fields else None, str(error))
            except BadSettings as error:
                self.add_error(None, str(error))
        return values

    def to_settings(self) -> RunSettings:
        """The settings of the valid form. Raises BadSettings."""
        values = self.cleaned_data
        names = ("algorithm", "reduction", *OF_SPACES, "transform", "scaling", "as_of", "seed")
        asked = {name: values[name] for name in names if values.get(name) not in ("", None)}
        numbers = values.get("clusters")
        if numbers:
            asked["clusters"] = AUTO if numbers == AUTO else (int(numbers),)
        return requested_settings(
            values["preset"],
            features=values["features"],
            without_gender=values["without_gender"],
            parameters=values["parameters"] or None,
            weights=values["weights"],
            transforms=self._transforms(),
            **asked,
        )

    def _forget_what_is_not_shown(self) -> None:
        """What belongs to another choice than the chosen one neither counts nor is refused."""
        reduction = self.cleaned_data.get("reduction")
        for name, (_, spaces) in OF_SPACES.items():
            if reduction not in spaces:
                self.cleaned_data[name] = None
                self.errors.pop(name, None)
        if self.cleaned_data.get("algorithm", "") not in TAKE_CLUSTERS:
            self.cleaned_data["clusters"] = ""
            self.errors.pop("clusters", None)

    def _parameters(self) -> Iterator[tuple[str, str, Parameter]]:
        """What was said of the chosen algorithm: field, name and parameter."""
        name = self.cleaned_data.get("algorithm", "")
        for parameter in ALGORITHMS[name].parameters if name in ALGORITHMS else ():
            yield f"{name}__{parameter.name}", parameter.name, parameter

    def _weights(self) -> Iterator[tuple[str, str, Parameter]]:
        for name in self._used_features():
            yield f"weight__{name}", name, _weight(name)

    def _checked(self, asked: Iterator[tuple[str, str, Parameter]]) -> Iterator[tuple[str, Any]]:
        """The values that were given and are right; the others become errors of their fields."""
        for field, name, parameter in asked:
            given = self.cleaned_data.get(field)
            if given in ("", None):
                continue
            try:
                yield name, parameter.check(given)
            except BadSettings as error:
                self.add_error(field, str(error))

    def _transforms(self) -> dict[str, str]:
        fields = {name: f"transform__{name}" for name in self._used_features()}
        values = {name: self.cleaned_data.get(field) for name, field in fields.items()}
        return {name: value for name, value in values.items() if value}

    def _used_features(self) -> list[str]:
        chosen = self.cleaned_data.get("features", [])
        without = self.cleaned_data.get("without_gender")
        return [name for name in chosen if not (without and name in INDICATORS)]


def filled_in(query: QueryDict) -> dict[str, Any]:
    """What a link fills in; what makes no sense in it is left out."""
    blank = RunForm()
    values: dict[str, Any] = {}
    for name in blank.fields.keys() & query.keys():
        given: Any = query[name]
        if name == "features":
            given = [one for text in query.getlist(name) for one in text.split(",")]
        try:
            values[name] = blank.fields[name].clean(given)
        except forms.ValidationError:
            continue
    if values.get("explained"):
        values.pop("components", None)
    return values


def _parameter_field(parameter: Parameter) -> forms.Field:
    """A field whose value the parameter itself checks, so that its sentence is the answer."""
    if parameter.kind == "choice":
        widget: forms.Widget = forms.Select(choices=parameter.choices)
    else:
        default = "found from the customers" if parameter.default is None else parameter.default
        widget = forms.TextInput(attrs={"inputmode": "decimal", "placeholder": default})
    return forms.CharField(
        label=parameter.label,
        required=False,
        widget=widget,
        initial=parameter.default if parameter.kind == "choice" else None,
        help_text=parameter.help,
    )


def _weight(name: str) -> Parameter:
    return Parameter(
        name=name,
        label=f"Weight of {CATALOGUE[name].label}",
        help="",
        kind="number",
        default=1,
        lowest=LEAST_WEIGHT,
        highest=MOST_WEIGHT,
    )
