"""Segments, what stays of them from run to run, and their members."""

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from customers.models import Customer
from segmentation.models.runs import SegmentationRun
from segmentation.querysets import IdentityQuerySet, MembershipQuerySet, SegmentQuerySet


class SegmentIdentity(models.Model):
    """What stays of an adopted segment when a later run finds it again: key, name and colour."""

    key = models.CharField(max_length=10, unique=True, help_text="As S1; never given twice.")
    name = models.CharField(max_length=100)
    color = models.PositiveSmallIntegerField(help_text="The number of its colour, from 1.")
    is_named = models.BooleanField(
        default=False, help_text="A person gave the name; else it says what sets the segment apart."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(
        null=True, blank=True, help_text="Since then it is not offered for new campaigns."
    )

    objects: ClassVar[Any] = IdentityQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "segment identities"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"


class Segment(models.Model):
    """One group of customers that a run found."""

    run = models.ForeignKey(SegmentationRun, models.CASCADE, related_name="segments")
    identity = models.ForeignKey(
        SegmentIdentity,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="segments",
        help_text="Empty until its run is adopted.",
    )
    key = models.CharField(max_length=10, help_text="Its identity's, or within the run, as S1.")
    position = models.PositiveSmallIntegerField(help_text="1 for the largest.")
    color = models.PositiveSmallIntegerField(default=1, help_text="The number of its colour.")
    name = models.CharField(max_length=100)
    proposed_name = models.CharField(
        max_length=100, blank=True, help_text="What its run called it, from what sets it apart."
    )
    size = models.PositiveIntegerField(help_text="Customers in it, with those who came since.")
    share = models.FloatField(help_text="Of all customers of the run, 0 to 1.")
    # [{"feature", "mean", "base", "effect", "low", "high"}], strongest first
    drivers = models.JSONField(default=list)
    # {"conditions": [{"feature", "kind", "low", "high"}], "covers", "purity"}; empty: none
    rule = models.JSONField(default=dict)
    strategy = models.TextField()

    objects = SegmentQuerySet.as_manager()

    class Meta:
        ordering = ["-run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="segment_key_once"),
            models.UniqueConstraint(fields=["run", "name"], name="segment_name_once"),
            models.UniqueConstraint(fields=["run", "position"], name="segment_position_once"),
            models.UniqueConstraint(fields=["run", "identity"], name="segment_identity_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("segment", args=[self.pk])

    @property
    def is_archived(self) -> bool:
        return self.identity is not None and self.identity.archived_at is not None

    @property
    def latest(self) -> "Segment | None":
        """The same segment in the adopted run; None when that did not find it again."""
        if self.run.is_current:
            return self
        if self.identity is None:
            return None
        found: Segment | None = Segment.objects.current().filter(identity=self.identity).first()
        return found


class Membership(models.Model):
    """A customer belongs to one segment of a run."""

    # The unique index on (run, customer) below serves this foreign key too.
    run = models.ForeignKey(
        SegmentationRun, models.CASCADE, related_name="memberships", db_index=False
    )
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="memberships")
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="memberships")
    assigned_at = models.DateTimeField(
        null=True, help_text="When the customer appeared after the run; empty: the run saw them."
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "customer"], name="membership_once_per_run")
        ]

    def __str__(self) -> str:
        return f"{self.customer} in {self.segment}"
