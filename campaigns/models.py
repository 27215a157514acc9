"""Offers, and the campaigns that bring them to segments."""

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from campaigns.querysets import CampaignQuerySet, OfferQuerySet, segments_as_aimed
from customers.models import Branch, Merchant
from customers.periods import in_words
from segmentation.models import Segment

WHOLE = Decimal(1)


class Offer(models.Model):
    """What a coupon gives, where and how long."""

    class Kind(models.TextChoices):
        PERCENT = "percent", "Percent off"
        FIXED = "fixed", "Fixed amount off"
        FREE_ITEM = "free_item", "Free item"

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=9, choices=Kind, default=Kind.PERCENT)
    value = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Percent, or an amount of money. Leave it empty for a free item.",
    )
    item = models.CharField(
        "free item", max_length=120, blank=True, help_text="What the customer gets for free."
    )
    valid_from = models.DateField()
    valid_until = models.DateField(
        null=True, blank=True, help_text="The last day it can be used. Empty: until withdrawn."
    )
    merchants = models.ManyToManyField(Merchant, blank=True, related_name="offers")
    branches = models.ManyToManyField(Branch, blank=True, related_name="offers")
    terms = models.TextField(blank=True, help_text="Small print the customer sees.")

    objects = OfferQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[merchants, branches])

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                # A comparison with NULL refuses nothing, so that a value is given is said apart.
                condition=Q(
                    kind="percent", value__isnull=False, value__gt=0, value__lte=100, item=""
                )
                | Q(kind="fixed", value__isnull=False, value__gt=0, item="")
                | (Q(kind="free_item", value__isnull=True) & ~Q(item="")),
                name="offer_value_fits_kind",
                violation_error_message="Percent off needs a value from 1 to 100, a fixed amount"
                " a value above 0, a free item the item's name and no value.",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="offer_ends_after_start",
                violation_error_message="The last day can't be before the first.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("offer", args=[self.pk])

    def clean(self) -> None:
        """Campaigns that rely on the offer keep what they were promised."""
        if self.pk is None or self.valid_from is None:
            return
        active = self.campaigns.active()
        if active.running().exists() and self.gives != Offer.objects.get(pk=self.pk).gives:
            raise ValidationError("A running campaign gives this offer. Make a new one instead.")
        outside = Q(starts_on__lt=self.valid_from)
        if self.valid_until:
            outside |= Q(ends_on__gt=self.valid_until)
        if campaign := active.filter(outside).first():
            raise ValidationError(
                f"The campaign {campaign} needs this offer from {in_words(campaign.starts_on)}"
                f" to {in_words(campaign.ends_on)}."
            )

    @property
    def gives(self) -> str:
        """What the customer gets, in a few words: "20% off"."""
        if self.kind == self.Kind.FREE_ITEM:
            return f"{self.item}, free"
        value = self.value or Decimal(0)
        number = value.quantize(WHOLE) if value == value.to_integral() else value
        if self.kind == self.Kind.PERCENT:
            return f"{number}% off"
        return f"{number} {settings.CURRENCY} off"


class Campaign(models.Model):
    """An offer given to one or more segments in a window of time."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SCHEDULED = "scheduled", "Scheduled"
        RUNNING = "running", "Running"
        ENDED = "ended", "Ended"

    ACTIVE = (Status.SCHEDULED, Status.RUNNING)

    name = models.CharField(max_length=120, unique=True)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="campaigns")
    segments = models.ManyToManyField(Segment, related_name="campaigns")
    starts_on = models.DateField("first day")
    ends_on = models.DateField("last day")
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT, editable=False)
    ended_on = models.DateField(
        null=True, editable=False, help_text="When it was ended before its last day."
    )
    note = models.TextField(blank=True, help_text="What this campaign should achieve.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects = CampaignQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[segments])

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="campaign_ends_after_start",
                violation_error_message="The last day can't be before the first.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "scheduled", "running", "ended"]),
                name="campaign_status_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("campaign", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def aimed_at(self) -> list[Segment]:
        """The segments it speaks of, as the adopted run has them; once ended, as it had them.

        One that the adopted run did not find again stays as it was.
        """
        prefetch_related_objects([self], *segments_as_aimed())
        had = list(self.segments.all())
        if self.status == self.Status.ENDED:
            return had
        return list(dict.fromkeys(_as_of_now(segment) for segment in had))

    @property
    def lost_segments(self) -> list[Segment]:
        """Those of them that the adopted run did not find again; none once it has ended."""
        if self.status == self.Status.ENDED:
            return []
        return [s for s in self.aimed_at if s.identity_id is not None and not s.run.is_current]

    @property
    def days(self) -> int:
        """How many days it runs, the first and the last included."""
        return (self.ends_on - self.starts_on).days + 1

    def clean(self) -> None:
        """The window must lie inside the offer's validity."""
        if self.offer_id is None or self.starts_on is None or self.ends_on is None:
            return
        if self.starts_on < self.offer.valid_from:
            raise ValidationError(
                {"starts_on": f"The offer is valid from {in_words(self.offer.valid_from)} on."}
            )
        if self.offer.valid_until and self.ends_on > self.offer.valid_until:
            raise ValidationError(
                {"ends_on": f"The offer ends on {in_words(self.offer.valid_until)}."}
            )


def _as_of_now(segment: Segment) -> Segment:
    """The same segment in the adopted run, as `segments_as_aimed` has read it."""
    adopted: list[Segment] = getattr(segment.identity, "adopted", [])
    return adopted[0] if adopted else segment
