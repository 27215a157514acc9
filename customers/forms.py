"""What the pages of this app ask for."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from customers.models import FactsVersion
from customers.periods import DEFAULT_PRESET, PRESETS, Period, in_words, preset_period

REMEMBERED = "period"


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PeriodForm(forms.Form):
    """The period a page looks at; the address says it, and the next page remembers it."""

    period = forms.ChoiceField(choices=list(PRESETS.items()), required=False)
    start = forms.DateField(required=False, label="From", widget=DayInput())
    end = forms.DateField(required=False, label="To", widget=DayInput())

    def __init__(self, *args: Any, facts: FactsVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first_day = facts.first_day or timezone.localdate(facts.created_at)
        self.last_day = facts.last_day or timezone.localdate(facts.created_at)
        fields: dict[str, Any] = self.fields
        fields["start"].hide_optional = fields["end"].hide_optional = True

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        start, end = values.get("start"), values.get("end")
        if values.get("period") == "custom" and not self.errors:
            if not (start and end):
                raise forms.ValidationError("Give the first and the last day of the period.")
            if end < start:
                raise forms.ValidationError("The last day can't be before the first.")
            if end < self.first_day or start > self.last_day:
                raise forms.ValidationError(
                    "Nothing happened in this period. Records run from"
                    f" {in_words(self.first_day)} to {in_words(self.last_day)}."
                )
        return values

    @property
    def preset(self) -> str:
        """The chosen preset; the default where the address says nothing that makes sense."""
        if not self.is_valid():
            return DEFAULT_PRESET
        return self.cleaned_data["period"] or DEFAULT_PRESET

    @property
    def chosen(self) -> Period:
        """The chosen period, as far as there are records of it."""
        if self.preset == "custom":
            start, end = self.cleaned_data["start"], self.cleaned_data["end"]
            return Period(max(start, self.first_day), min(end, self.last_day))
        return preset_period(self.preset, first_day=self.first_day, last_day=self.last_day)


def remember_period(request: HttpRequest, form: PeriodForm) -> None:
    """Keep the period of the address, if it is one, for the next visit."""
    if "period" in request.GET and form.is_valid():
        request.session[REMEMBERED] = request.GET.urlencode()


def remembered_period(request: HttpRequest) -> str:
    """The query of the period this person looked at last; empty before the first."""
    return str(request.session.get(REMEMBERED, ""))
