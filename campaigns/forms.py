"""What the pages of this app ask for."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q

from campaigns.models import Campaign, Offer
from campaigns.operations import today
from customers.forms import DayInput
from customers.models import Branch
from segmentation.models import Segment

HUNDRED = 100


class OfferForm(forms.ModelForm):
    class Meta:
        model = Offer
        fields = [
            "name",
            "kind",
            "value",
            "item",
            "valid_from",
            "valid_until",
            "merchants",
            "branches",
            "terms",
        ]
        widgets = {
            "kind": forms.Select(attrs={"data-shows": "kind"}),
            "value": forms.NumberInput(attrs={"min": "0", "step": "any"}),
            "valid_from": DayInput(),
            "valid_until": DayInput(),
            "merchants": forms.CheckboxSelectMultiple(),
            "branches": forms.CheckboxSelectMultiple(),
            "terms": forms.Textarea(attrs={"rows": "2"}),
        }
        help_texts = {
            "merchants": "Where it can be used. None chosen: at every merchant.",
            "branches": "Only at these branches. None chosen: at every branch of the merchants.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["branches"].queryset = Branch.objects.with_places()
        fields["value"].help_text = f"Percent, or an amount in {settings.CURRENCY}."
        fields["value"].shown_for = "percent fixed"
        fields["item"].shown_for = "free_item"
        fields["merchants"].is_long = fields["branches"].is_long = True
        self.initial.setdefault("valid_from", today())

    def clean(self) -> dict[str, Any]:
        """What the chosen kind needs, and nothing that belongs to another kind."""
        values = super().clean() or {}
        kind, value = values.get("kind"), values.get("value")
        if kind == Offer.Kind.FREE_ITEM:
            values["value"] = None
            if not values.get("item"):
                self.add_error("item", "Say what the customer gets for free.")
        elif "value" in values:
            values["item"] = ""
            if value is None or value <= 0:
                self.add_error("value", "Give a number above 0.")
            elif kind == Offer.Kind.PERCENT and value > HUNDRED:
                self.add_error("value", "Give at most 100 percent.")
        return values


class CampaignForm(forms.ModelForm):
    class Meta:
        model = Campaign
        fields = ["name", "offer", "segments", "starts_on", "ends_on", "note"]
        widgets = {
            "segments": forms.CheckboxSelectMultiple(),
            "starts_on": DayInput(),
            "ends_on": DayInput(),
            "note": forms.Textarea(attrs={"rows": "2"}),
        }
        labels = {"note": "Purpose"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first_day = today() + timedelta(days=1)
        fields: dict[str, Any] = self.fields
        fields["offer"].queryset = Offer.objects.usable(on=today())
        fields["offer"].label_from_instance = _with_gift
        fields["offer"].empty_label = "Choose an offer"
        fields["segments"].queryset = self._segments()
        fields["segments"].label_from_instance = _with_size
        self.initial.setdefault("starts_on", first_day)
        self.initial.setdefault("ends_on", first_day + timedelta(days=29))
        if self.instance.pk:
            self.initial["segments"] = [segment.pk for segment in self.instance.aimed_at]

    def _segments(self) -> Any:
        """The adopted segments that are not archived, and those this campaign already has."""
        offered = Segment.objects.current().active()
        had = [segment.pk for segment in self.instance.aimed_at] if self.instance.pk else []
        known = Q(pk__in=offered.values("pk")) | Q(pk__in=had)
        return Segment.objects.with_run().filter(known)


def _with_gift(offer: Offer) -> str:
    return f"{offer.name} ({offer.gives})"


def _with_size(segment: Segment) -> str:
    state = ", archived" if segment.is_archived else ""
    if not segment.run.is_current:
        state = (
            f", from {segment.run}, {'not found again' if segment.identity_id else 'not adopted'}"
        )
    return f"{segment.name} ({segment.size:,} customers{state})"
