"""What the page for a new run asks for."""

from typing import Any

from django import forms

from customers.facts.catalogue import FEATURES
from customers.forms import DayInput
from segmentation.engine.reductions import REDUCTIONS
from segmentation.engine.settings import BadSettings
from segmentation.presets import (
    DEFAULT_FEATURES,
    DEFAULT_PRESET,
    DEFAULT_SEED,
    PRESETS,
    RunSettings,
    preset_settings,
)

MOST_CLUSTERS = 20
CLUSTERS_NEEDED = f"Choose 2 to {MOST_CLUSTERS} segments."


class RunForm(forms.Form):
    """Presets first; what is left empty behind "Advanced" follows the preset."""

    preset = forms.ChoiceField(
        choices=[(name, preset.label) for name, preset in PRESETS.items()],
        initial=DEFAULT_PRESET,
        widget=forms.RadioSelect(),
    )
    clusters = forms.IntegerField(
        label="Number of segments",
        required=False,
        min_value=2,
        max_value=MOST_CLUSTERS,
        error_messages={"min_value": CLUSTERS_NEEDED, "max_value": CLUSTERS_NEEDED},
    )
    reduction = forms.ChoiceField(
        label="Group customers",
        required=False,
        choices=[("", "As the preset does"), *((name, r.choice) for name, r in REDUCTIONS.items())],
    )
    components = forms.IntegerField(
        label="Main directions",
        required=False,
        min_value=1,
        max_value=len(FEATURES),
        help_text="How many principal components to keep.",
    )
    features = forms.MultipleChoiceField(
        label="What customers are compared by",
        choices=[(f.name, f.label) for f in FEATURES],
        initial=list(DEFAULT_FEATURES),
        widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": "Choose at least one feature."},
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
        max_value=2**31 - 1,
        help_text="The same settings, records and seed always give the same segments.",
    )

    def to_settings(self) -> RunSettings:
        """The settings of the valid form. Raises BadSettings."""
        values = self.cleaned_data
        changes: dict[str, Any] = {
            "features": tuple(values["features"]),
            "as_of": values["as_of"],
            "seed": DEFAULT_SEED if values["seed"] is None else values["seed"],
        }
        for name in ("reduction", "components"):
            if values[name]:
                changes[name] = values[name]
        if values["clusters"]:
            changes["clusters"] = (values["clusters"],)
        return preset_settings(values["preset"], **changes)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors:
            try:
                self.to_settings().check()
            except BadSettings as error:
                raise forms.ValidationError(str(error)) from error
        return values
