"""Versions of the columnar snapshot that analytical questions are answered from."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from customers.querysets import FactsVersionQuerySet


class FactsVersion(models.Model):
    """One complete snapshot in a folder of its own; exactly one is current."""

    created_at = models.DateTimeField(default=timezone.now)
    is_current = models.BooleanField(default=False)
    replaced_at = models.DateTimeField(null=True, help_text="Since when a newer one is read.")
    customers = models.PositiveIntegerField(default=0)
    transactions = models.PositiveIntegerField(default=0)
    months_rewritten = models.PositiveIntegerField(
        default=0, help_text="Months of claims that were not taken over from the one before."
    )
    first_day = models.DateField(null=True, help_text="The first day with a claim.")
    last_day = models.DateField(null=True, help_text="The last day with a claim or a burn.")

    objects = FactsVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="facts_one_current"
            )
        ]

    def __str__(self) -> str:
        return f"Figures {self.pk}"

    @property
    def folder(self) -> Path:
        return Path(settings.FACTS_DIR) / f"v{self.pk:08d}"


class FactsChange(models.Model):
    """A change to customers or transactions that the current snapshot does not hold yet.

    Rows are only ever inserted, so writers never wait for each other; a refresh deletes exactly
    the rows it saw.
    """

    reason = models.CharField(max_length=200)
    # The months of claims whose transactions changed, as "2024-05"; None: any of them may have.
    months = models.JSONField(null=True)
    customers = models.BooleanField(default=True, help_text="Whether customers themselves changed.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.reason
