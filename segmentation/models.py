"""Runs, the models they tried, the segments they found and who belongs to them."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from customers.models import Customer, FactsVersion, Job
from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.reductions import REDUCTIONS
from segmentation.querysets import MembershipQuerySet, RunQuerySet, SegmentQuerySet


class SegmentationRun(Job):
    """One execution of a segmentation, with its settings, seed and the figures it saw."""

    preset = models.CharField(max_length=50, editable=False)
    parameters = models.JSONField(default=dict, editable=False)
    seed = models.PositiveIntegerField(default=0, editable=False)
    versions = models.JSONField(default=dict, editable=False)
    facts = models.ForeignKey(FactsVersion, models.PROTECT, null=True, editable=False)
    as_of = models.DateField("as of", null=True, editable=False)

    features = models.JSONField(default=list, editable=False)
    left_out_features = models.JSONField(default=dict, editable=False)
    customers = models.PositiveIntegerField(null=True, editable=False)
    never_active = models.PositiveIntegerField(null=True, editable=False)
    verdict = models.CharField(max_length=10, blank=True, editable=False)
    verdict_sentence = models.TextField(blank=True, editable=False)
    seconds = models.JSONField(default=dict, editable=False)
    # A sample of customers in two components: {"x", "y", "segment", "axes", "shown"}.
    customer_map = models.JSONField(default=dict, editable=False)

    is_current = models.BooleanField("adopted", default=False, editable=False)
    adopted_at = models.DateTimeField(null=True, editable=False)
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects: ClassVar[Any] = RunQuerySet.as_manager()

    class Meta:
        verbose_name = "run"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="run_one_current"
            )
        ]

    def __str__(self) -> str:
        return f"Run {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("run", args=[self.pk])

    @property
    def best(self) -> "Candidate | None":
        """The candidate whose segments were kept; None while the run is not completed."""
        return self.candidates.filter(is_best=True).first()


class Candidate(models.Model):
    """One model that a run tried, with its scores."""

    run = models.ForeignKey(SegmentationRun, models.CASCADE, related_name="candidates")
    position = models.PositiveSmallIntegerField(help_text="In which order the run tried it.")
    algorithm = models.CharField(max_length=30)
    reduction = models.CharField(max_length=30)
    components = models.PositiveSmallIntegerField(help_text="Dimensions it was fitted in.")
    clusters = models.PositiveSmallIntegerField()
    silhouette = models.FloatField(null=True, help_text="In the space it was fitted in.")
    silhouette_common = models.FloatField(
        null=True, help_text="In the standardised space all candidates share."
    )
    silhouette_sample = models.PositiveIntegerField(
        null=True, help_text="Customers it was estimated on; empty when all were used."
    )
    inertia = models.FloatField(null=True)
    explained_variance = models.FloatField(null=True, help_text="Share kept, 0 to 1.")
    is_best = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="candidate_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.model_name}, {self.clusters} segments"

    @property
    def model_name(self) -> str:
        """K-means on 2 principal components"""
        algorithm = ALGORITHMS[self.algorithm].label
        space = REDUCTIONS[self.reduction].label
        return f"{algorithm} on {self.components} {space}" if space else algorithm


class Segment(models.Model):
    """One group of customers that a run found."""

    run = models.ForeignKey(SegmentationRun, models.CASCADE, related_name="segments")
    key = models.CharField(max_length=10, help_text="Its identity within the run, as S1.")
    position = models.PositiveSmallIntegerField(help_text="1 for the largest; sets its colour.")
    name = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="Customers in it.")
    share = models.FloatField(help_text="Of all clustered customers, 0 to 1.")
    # [{"feature", "mean", "base", "effect"}], strongest first
    drivers = models.JSONField(default=list)
    strategy = models.TextField()

    objects = SegmentQuerySet.as_manager()

    class Meta:
        ordering = ["-run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="segment_key_once"),
            models.UniqueConstraint(fields=["run", "name"], name="segment_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("segment", args=[self.pk])


class Membership(models.Model):
    """A customer belongs to one segment of a run."""

    # The unique index on (run, customer) below serves this foreign key too.
    run = models.ForeignKey(
        SegmentationRun, models.CASCADE, related_name="memberships", db_index=False
    )
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="memberships")
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="memberships")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "customer"], name="membership_once_per_run")
        ]

    def __str__(self) -> str:
        return f"{self.customer} in {self.segment}"
