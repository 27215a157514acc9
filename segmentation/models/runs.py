"""A run and the models it tried."""

from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from customers.models import FactsVersion, Job
from segmentation.engine.reductions import Space
from segmentation.engine.trials import model_title, segments_in_words
from segmentation.querysets import RunQuerySet


class SegmentationRun(Job):
    """One execution of a segmentation, with its settings, seed and the figures it saw."""

    preset = models.CharField(max_length=50, editable=False)
    parameters = models.JSONField(default=dict, editable=False)
    seed = models.PositiveIntegerField(default=0, editable=False)
    versions = models.JSONField(default=dict, editable=False)
    facts = models.ForeignKey(FactsVersion, models.PROTECT, null=True, editable=False)
    as_of = models.DateField("as of", null=True, editable=False)
    schedule = models.ForeignKey(
        "segmentation.RunSchedule",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="runs",
        help_text="The schedule that asked for it; empty: a person or a program did.",
    )

    features = models.JSONField(default=list, editable=False)
    left_out_features = models.JSONField(default=dict, editable=False)
    # {feature: {"transform", "skew", "weight", "missing": {"customers", "value"} or null}}
    preparation = models.JSONField(default=dict, editable=False)
    customers = models.PositiveIntegerField(null=True, editable=False)
    never_active = models.PositiveIntegerField(null=True, editable=False)
    verdict = models.CharField(max_length=10, blank=True, editable=False)
    verdict_sentence = models.TextField(blank=True, editable=False)
    # {"verdict": sentences, "recommendation": sentences, "beyond_correlation": structure or null}
    reasons = models.JSONField(default=dict, editable=False)
    # {"fidelity", "customers"}: how far rules in words reproduce the segments, measured on whom.
    rules = models.JSONField(default=dict, editable=False)
    # {"agreement", "sentence", "segments": [...]}: what gender does to the segments.
    guard = models.JSONField(default=dict, editable=False)
    seconds = models.JSONField(default=dict, editable=False)
    # A sample of customers in two components: {"x", "y", "segment", "ids", "axes", "shown"}.
    customer_map = models.JSONField(default=dict, editable=False)
    # Widths of a sample by segment: {"widths": {position: [...]}, "mean", "shown"}.
    silhouette_plot = models.JSONField(default=dict, editable=False)
    # SHA-256 of the file of the fitted model; empty: none is kept.
    model_digest = models.CharField(max_length=64, blank=True, editable=False)

    is_current = models.BooleanField("adopted", default=False, editable=False)
    adopted_at = models.DateTimeField(null=True, editable=False)
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    settled_at = models.DateTimeField(
        null=True, editable=False, help_text="When its schedule decided what becomes of it."
    )
    # Against the run adopted before: {"run", "old": [...], "new": [...], "counts": [[...]], ...}.
    movement = models.JSONField(default=dict, editable=False)
    # How far the customers have changed since: {"facts", "as_of", "features", "moved", ...}.
    drift = models.JSONField(default=dict, editable=False)

    LARGE = ("customer_map", "silhouette_plot", "movement", "drift", "rules", "guard")

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

    @property
    def folder(self) -> Path:
        """Where its fitted model and the labels of its candidates lie."""
        return Path(settings.DATA_DIR) / "runs" / str(self.pk)

    @property
    def model_path(self) -> Path:
        return self.folder / "model.skops"

    @property
    def labels_path(self) -> Path:
        """customer_id, and c<position> with the label of each candidate (-1: noise)."""
        return self.folder / "labels.parquet"


class Candidate(models.Model):
    """One model that a run tried, with its scores."""

    run = models.ForeignKey(SegmentationRun, models.CASCADE, related_name="candidates")
    position = models.PositiveSmallIntegerField(help_text="In which order the run tried it.")
    algorithm = models.CharField(max_length=30)
    reduction = models.CharField(max_length=30)
    components = models.PositiveSmallIntegerField(help_text="Dimensions it was fitted in.")
    parameters = models.JSONField(default=dict, help_text="Of the algorithm, found ones too.")
    clusters = models.PositiveSmallIntegerField()
    silhouette = models.FloatField(null=True, help_text="In the space it was fitted in.")
    silhouette_own_low = models.FloatField(
        null=True, help_text="95 % interval of that where it is an estimate."
    )
    silhouette_own_high = models.FloatField(null=True)
    silhouette_common = models.FloatField(
        null=True, help_text="In the standardised space all candidates share."
    )
    silhouette_low = models.FloatField(
        null=True, help_text="95 % interval of the common one where it is an estimate."
    )
    silhouette_high = models.FloatField(null=True)
    silhouette_sample = models.PositiveIntegerField(
        null=True, help_text="Customers it was estimated on; empty when all were used."
    )
    calinski_harabasz = models.FloatField(null=True, help_text="In the common space.")
    davies_bouldin = models.FloatField(null=True, help_text="In the common space; low is good.")
    inertia = models.FloatField(null=True)
    bic = models.FloatField("BIC", null=True, help_text="Of mixtures; low is good.")
    aic = models.FloatField("AIC", null=True, help_text="Of mixtures; low is good.")
    explained_variance = models.FloatField(null=True, help_text="Share kept, 0 to 1.")
    trustworthiness = models.FloatField(null=True, help_text="Of a t-SNE map, 0 to 1.")
    noise_share = models.FloatField(null=True, help_text="Customers in no segment, 0 to 1.")
    smallest_share = models.FloatField(null=True, help_text="Of all customers, 0 to 1.")
    largest_share = models.FloatField(null=True, help_text="Of all customers, 0 to 1.")
    stability = models.FloatField(
        null=True, help_text="Mean adjusted Rand index over bootstrap resamples."
    )
    structure = models.FloatField(
        null=True, help_text="Standard deviations above the same model on shuffled columns."
    )
    # {"what", "fitted_on", "agreement", "measured_on"}; null: fitted on all customers.
    approximation = models.JSONField(null=True)
    # What pages draw: {"k_distance": ..., "dendrogram": ...}.
    curves = models.JSONField(default=dict)
    seconds = models.FloatField(null=True, help_text="That the fit took.")
    is_best = models.BooleanField("recommended", default=False)
    is_runner_up = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="candidate_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.model_name}, {segments_in_words(self.clusters)}"

    @property
    def model_name(self) -> str:
        """K-means on 2 principal components"""
        return model_title(self.algorithm, Space(self.reduction, self.components))
