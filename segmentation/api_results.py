"""What the API says of runs, what they found, and when they are repeated."""

from typing import Any

from rest_framework import serializers

from segmentation.models import Candidate, Membership, RunSchedule, Segment, SegmentationRun
from segmentation.operations.summaries import CANDIDATE_FIELDS, SEGMENT_FIELDS, run_summary


class DriverSerializer(serializers.Serializer[Any]):
    """What sets a segment apart: its mean, everybody's, and the effect size."""

    feature = serializers.CharField()
    mean = serializers.FloatField()
    base = serializers.FloatField()
    effect = serializers.FloatField(help_text="In standard deviations of all customers.")
    low = serializers.FloatField(
        required=False, help_text="95% interval of the effect; runs of earlier versions have none."
    )
    high = serializers.FloatField(required=False)


class ConditionSerializer(serializers.Serializer[Any]):
    """What a rule asks of one feature, in its unit."""

    feature = serializers.CharField()
    kind = serializers.ChoiceField(choices=["above", "below", "between", "yes", "no"])
    low = serializers.FloatField(allow_null=True, help_text="The value is larger.")
    high = serializers.FloatField(allow_null=True, help_text="The value is at most this.")
    whole = serializers.BooleanField(help_text="The feature counts in whole numbers.")


class RuleSerializer(serializers.Serializer[Any]):
    """Who is in the segment, in few conditions; empty for runs of earlier versions."""

    conditions = ConditionSerializer(many=True, required=False)
    covers = serializers.FloatField(required=False, help_text="Share of the segment, 0 to 1.")
    purity = serializers.FloatField(
        required=False, help_text="Share of those it fits who are in the segment, 0 to 1."
    )


class ApproximationSerializer(serializers.Serializer[Any]):
    """What stands in for the exact result, and how well."""

    what = serializers.CharField(help_text="A sentence.")
    fitted_on = serializers.IntegerField(help_text="Customers.")
    agreement = serializers.FloatField(
        allow_null=True, help_text="Adjusted Rand index with the exact result."
    )
    measured_on = serializers.IntegerField(help_text="Customers.")


class CandidateSerializer(serializers.ModelSerializer[Candidate]):
    approximation = ApproximationSerializer(
        allow_null=True, help_text="null: fitted on all customers."
    )

    class Meta:
        model = Candidate
        fields = CANDIDATE_FIELDS


class FoundSegmentSerializer(serializers.ModelSerializer[Segment]):
    drivers = DriverSerializer(many=True)
    rule = RuleSerializer()

    class Meta:
        model = Segment
        fields = SEGMENT_FIELDS


class SegmentSerializer(FoundSegmentSerializer):
    identity = serializers.CharField(
        source="identity.key",
        allow_null=True,
        default=None,
        help_text="What stays when a later run finds it again; null before its run is adopted.",
    )
    is_archived = serializers.BooleanField(help_text="Not offered for new campaigns.")

    class Meta:
        model = Segment
        fields = ["id", "run", "identity", "is_archived", *SEGMENT_FIELDS]


class NameSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)


class FillingSerializer(serializers.Serializer[Any]):
    """What stood in for the values that some customers don't have."""

    customers = serializers.IntegerField()
    value = serializers.FloatField()


class PreparedFeatureSerializer(serializers.Serializer[Any]):
    """What was done to a feature before customers were compared."""

    transform = serializers.CharField(help_text="none, log or quantile.")
    skew = serializers.FloatField(allow_null=True, help_text="Before the transform.")
    weight = serializers.FloatField()
    missing = FillingSerializer(allow_null=True)


class StructureSerializer(serializers.Serializer[Any]):
    """A silhouette against that of customers without structure."""

    observed = serializers.FloatField()
    shuffled_mean = serializers.FloatField()
    shuffled_deviation = serializers.FloatField()
    z = serializers.FloatField(help_text="Standard deviations above chance.")


class AssignmentSerializer(serializers.Serializer[Any]):
    """How customers who come later find their segment."""

    rule = serializers.CharField(help_text="A sentence.")
    agreement = serializers.FloatField(
        allow_null=True, help_text="Adjusted Rand index; null: the model's own rule."
    )


class ReasonsSerializer(serializers.Serializer[Any]):
    """Why the verdict, and why this candidate and not the runner-up; empty before the end."""

    verdict = serializers.ListField(child=serializers.CharField(), required=False)
    recommendation = serializers.ListField(child=serializers.CharField(), required=False)
    is_usable = serializers.BooleanField(required=False)
    beyond_correlation = StructureSerializer(allow_null=True, required=False)
    assignment = AssignmentSerializer(required=False)


class RulesSerializer(serializers.Serializer[Any]):
    """How far few rules tell the segments apart; empty before the end."""

    fidelity = serializers.FloatField(required=False, help_text="Share of customers, 0 to 1.")
    customers = serializers.IntegerField(required=False)


class GenderedSerializer(serializers.Serializer[Any]):
    """A segment that is largely the customers of one gender."""

    label = serializers.IntegerField(  # type: ignore[assignment]  # the metaclass takes it
        help_text="Its position, counted from 0."
    )
    gender = serializers.CharField(help_text="As: women.")
    share = serializers.FloatField(help_text="Of the segment, 0 to 1.")
    base = serializers.FloatField(help_text="Of all customers, 0 to 1.")
    effect = serializers.FloatField(help_text="In standard deviations of all customers.")


class GuardSerializer(serializers.Serializer[Any]):
    """What gender does to the segments; empty before the end."""

    agreement = serializers.FloatField(
        allow_null=True,
        required=False,
        help_text="Adjusted Rand index with the segments found without gender.",
    )
    sentence = serializers.CharField(required=False)
    segments = GenderedSerializer(many=True, required=False)
    names = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="Of the segments, by label."
    )


class RunSerializer(serializers.ModelSerializer[SegmentationRun]):
    class Meta:
        model = SegmentationRun
        fields = [
            "id",
            "status",
            "stage",
            "progress",
            "is_current",
            "preset",
            "seed",
            "as_of",
            "customers",
            "never_active",
            "verdict",
            "schedule",
            "created_at",
            "started_at",
            "finished_at",
            "adopted_at",
        ]


class RunDetailSerializer(RunSerializer):
    """A run with what it found: the fields of the list and those of `run_segmentation --json`."""

    run = serializers.IntegerField(source="pk", read_only=True)
    error = serializers.CharField(allow_null=True, read_only=True)
    facts = serializers.IntegerField(allow_null=True, read_only=True)
    features = serializers.ListField(child=serializers.CharField(), read_only=True)
    left_out_features = serializers.DictField(child=serializers.CharField(), read_only=True)
    preparation = serializers.DictField(child=PreparedFeatureSerializer(), read_only=True)
    verdict = serializers.CharField(allow_null=True, read_only=True)
    reasons = ReasonsSerializer(read_only=True)
    rules = RulesSerializer(read_only=True)
    guard = GuardSerializer(read_only=True)
    best = CandidateSerializer(allow_null=True, read_only=True)
    candidates = CandidateSerializer(many=True, read_only=True)
    segments = FoundSegmentSerializer(many=True, read_only=True)
    seconds = serializers.DictField(child=serializers.FloatField(), read_only=True)

    class Meta(RunSerializer.Meta):
        fields = [
            *RunSerializer.Meta.fields,
            "run",
            "error",
            "facts",
            "features",
            "left_out_features",
            "preparation",
            "verdict_sentence",
            "reasons",
            "rules",
            "guard",
            "best",
            "candidates",
            "segments",
            "seconds",
            "parameters",
            "versions",
        ]

    def to_representation(self, instance: SegmentationRun) -> dict[str, Any]:
        # The fields above describe this answer in the schema; the summary is made in one place.
        more = ("verdict_sentence", "parameters", "versions")
        stored = {name: getattr(instance, name) for name in more}
        return RunSerializer(instance).data | run_summary(instance) | stored


class ScheduleSerializer(serializers.ModelSerializer[RunSchedule]):
    """A run that is repeated; `parameters` are its settings, `outcome` says of the last time."""

    class Meta:
        model = RunSchedule
        fields = [
            "id",
            "preset",
            "parameters",
            "seed",
            "every",
            "next_on",
            "adopts",
            "outcome",
            "created_at",
        ]
        read_only_fields = ["preset", "parameters", "seed", "outcome", "created_at"]


class HistorySegmentSerializer(serializers.ModelSerializer[Segment]):
    class Meta:
        model = Segment
        fields = ["id", "key", "name"]


class HistorySerializer(serializers.ModelSerializer[Membership]):
    """The segment of a customer in one of the adopted runs."""

    customer = serializers.CharField(source="customer.external_id")
    segment = HistorySegmentSerializer()
    adopted_at = serializers.DateTimeField(source="run.adopted_at")
    as_of = serializers.DateField(source="run.as_of", allow_null=True)
    is_current = serializers.BooleanField(source="run.is_current")

    class Meta:
        model = Membership
        fields = [
            "customer",
            "run",
            "as_of",
            "adopted_at",
            "is_current",
            "segment",
            "assigned_at",
        ]
