"""What the pages of repeated runs ask for, and how the settings come to them."""

from django import forms
from django.core import signing

from customers.forms import DayInput
from segmentation.models import RunSchedule
from segmentation.operations.settling import MOST_MOVED
from segmentation.presets import DEFAULT_PRESET, RunSettings, preset_settings

SALT = "segmentation.run-schedule"
SIGNED_FOR = 24 * 60 * 60  # seconds


class ScheduleForm(forms.ModelForm):
    """How often a run is repeated, from when on, and what becomes of what it finds."""

    class Meta:
        model = RunSchedule
        fields = ["every", "next_on", "adopts"]
        widgets = {"next_on": DayInput()}
        labels = {"adopts": "Adopt what it finds by itself"}
        help_texts = {
            "next_on": "It runs in the first hours of this day, then as often as you say.",
            "adopts": "Only when the groups are no less clear than the present ones and at most"
            f" {MOST_MOVED:.0%} of the customers would change segment. Otherwise it waits for you.",
        }


class SettingsGone(ValueError):
    """The settings of a link can't be read any more; the text says what to do."""


def signed_settings(settings: RunSettings) -> str:
    """The settings as a text for an address, which nobody else can write."""
    stored = {"preset": settings.preset, "seed": settings.seed, "parameters": settings.to_json()}
    return signing.dumps(stored, salt=SALT, compress=True)


def settings_from(signed: str) -> RunSettings:
    """The settings that were signed; of the first preset where none are given.

    Raises SettingsGone for a text that is not ours or too old.
    """
    if not signed:
        return preset_settings(DEFAULT_PRESET)
    try:
        stored = signing.loads(signed, salt=SALT, max_age=SIGNED_FOR)
    except signing.BadSignature as error:
        raise SettingsGone(
            "These settings were chosen too long ago. Choose them once more."
        ) from error
    return RunSettings.from_json(stored["parameters"], preset=stored["preset"], seed=stored["seed"])
