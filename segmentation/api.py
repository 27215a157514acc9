"""The API of runs, the segments they found and who belongs to them."""

from typing import Any

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.jobs import JobViewSet, asker
from customers.api.records import CustomerFilter, CustomerSerializer, CustomerViewSet
from customers.facts.catalogue import CATALOGUE
from segmentation.engine.reductions import REDUCTIONS
from segmentation.forms import MOST_CLUSTERS
from segmentation.models import Candidate, Membership, Segment, SegmentationRun
from segmentation.operations.results import CANDIDATE_FIELDS, SEGMENT_FIELDS, run_summary
from segmentation.operations.runs import adopt_run, request_run
from segmentation.presets import DEFAULT_PRESET, PRESETS, RunSettings, preset_settings


class DriverSerializer(serializers.Serializer[Any]):
    """What sets a segment apart: its mean, everybody's, and the effect size."""

    feature = serializers.CharField()
    mean = serializers.FloatField()
    base = serializers.FloatField()
    effect = serializers.FloatField()


class CandidateSerializer(serializers.ModelSerializer[Candidate]):
    class Meta:
        model = Candidate
        fields = CANDIDATE_FIELDS


class FoundSegmentSerializer(serializers.ModelSerializer[Segment]):
    drivers = DriverSerializer(many=True)

    class Meta:
        model = Segment
        fields = SEGMENT_FIELDS


class SegmentSerializer(serializers.ModelSerializer[Segment]):
    drivers = DriverSerializer(many=True)

    class Meta:
        model = Segment
        fields = ["id", "run", *SEGMENT_FIELDS]


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
    verdict = serializers.CharField(allow_null=True, read_only=True)
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
            "verdict",
            "verdict_sentence",
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


class RunRequestSerializer(serializers.Serializer[Any]):
    """What is left out follows the preset."""

    preset = serializers.ChoiceField(choices=list(PRESETS), default=DEFAULT_PRESET)
    clusters = serializers.ListField(
        child=serializers.IntegerField(min_value=2, max_value=MOST_CLUSTERS),
        allow_empty=False,
        required=False,
        help_text="The numbers of segments to try.",
    )
    reduction = serializers.ChoiceField(choices=list(REDUCTIONS), required=False)
    components = serializers.IntegerField(
        min_value=1, max_value=len(CATALOGUE), required=False, help_text="Kept by the reduction."
    )
    features = serializers.MultipleChoiceField(
        choices=list(CATALOGUE), allow_empty=False, required=False
    )
    as_of = serializers.DateField(
        required=False, help_text="The day to look back from; by default the last with activity."
    )
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)

    def to_settings(self) -> RunSettings:
        """The settings of the valid request. Raises BadSettings."""
        values = dict(self.validated_data)
        if "features" in values:
            values["features"] = tuple(f for f in CATALOGUE if f in values["features"])
        if "clusters" in values:
            values["clusters"] = tuple(values["clusters"])
        return preset_settings(values.pop("preset"), **values)


class SegmentedCustomerFilter(CustomerFilter):
    segment = filters.ModelChoiceFilter(
        field_name="memberships__segment",
        queryset=Segment.objects.current(),
        label="The id of a segment of the adopted run.",
    )


class SegmentFilter(filters.FilterSet):
    class Meta:
        model = Segment
        fields = ["run"]


class MemberFilter(filters.FilterSet):
    accepts_marketing = filters.BooleanFilter(field_name="customer__accepts_marketing")

    class Meta:
        model = Membership
        fields: list[str] = []


class SegmentedCustomerViewSet(CustomerViewSet):
    filterset_class = SegmentedCustomerFilter


class RunViewSet(JobViewSet):
    queryset = SegmentationRun.objects.defer("customer_map")
    serializer_class = RunSerializer
    filterset_fields = ["status", "preset", "is_current"]

    @extend_schema(responses=RunDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """A run, how far it is and, when it is completed, what it found."""
        return Response(RunDetailSerializer(self.get_object()).data)

    @extend_schema(request=RunRequestSerializer, responses={202: RunSerializer})
    def create(self, request: Request) -> Response:
        """Start a run that a worker does."""
        wanted = RunRequestSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        run = request_run(settings=wanted.to_settings(), requested_by=asker(request))
        return self.accepted(run)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def adopt(self, request: Request, pk: str) -> Response:
        """Make its segments the current ones everywhere."""
        run = self.get_object()
        adopt_run(run=run, adopted_by=asker(request))
        return Response(self.get_serializer(run).data)


class SegmentViewSet(viewsets.ReadOnlyModelViewSet[Segment]):
    """Segments of the adopted run, or of any with `run`."""

    queryset = Segment.objects.all()
    serializer_class = SegmentSerializer
    filterset_class = SegmentFilter

    def get_queryset(self) -> Any:
        segments: Any = super().get_queryset()
        if self.action == "list" and not self.request.query_params.get("run"):
            return segments.current()
        return segments

    @extend_schema(responses=CustomerSerializer(many=True))
    @action(
        detail=True,
        queryset=Membership.objects.select_related("customer__city"),
        filterset_class=MemberFilter,
        serializer_class=CustomerSerializer,
    )
    def members(self, request: Request, pk: str) -> Response:
        """The customers in a segment, page by page."""
        segment = get_object_or_404(Segment, pk=pk)
        memberships = self.filter_queryset(self.get_queryset().filter(segment=segment))
        page = self.paginate_queryset(memberships)
        customers = self.get_serializer([member.customer for member in page or []], many=True)
        return self.get_paginated_response(customers.data)
