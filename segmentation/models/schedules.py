"""Runs that are repeated by themselves."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class RunSchedule(models.Model):
    """A run that is asked for again and again with the same settings."""

    class Every(models.TextChoices):
        WEEK = "week", "Every week"
        MONTH = "month", "Every month"
        QUARTER = "quarter", "Every quarter"

    preset = models.CharField(max_length=50, editable=False)
    parameters = models.JSONField(default=dict, editable=False)
    seed = models.PositiveIntegerField(default=0, editable=False)
    every = models.CharField("how often", max_length=7, choices=Every, default=Every.MONTH)
    next_on = models.DateField("next time", help_text="The run starts in the night of this day.")
    counted_from = models.DateField(
        editable=False, help_text="The day whose number the months keep, as the 31st."
    )
    adopts = models.BooleanField(
        "adopt by itself",
        default=False,
        help_text="Only when the verdict is not worse and most customers stay in their segments.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    # What became of the last time, in a sentence.
    outcome = models.TextField(blank=True, editable=False)

    class Meta:
        ordering = ["next_on", "pk"]

    def __str__(self) -> str:
        return f"{self.get_every_display()}, next on {self.next_on}"
