"""The API of runs, the segments they found and who belongs to them."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.jobs import JobViewSet, asker
from customers.api.records import CustomerFilter, CustomerSerializer, CustomerViewSet
from customers.models import Customer
from segmentation.api_requests import RunRequestSerializer, ScheduleRequestSerializer
from segmentation.api_results import (
    HistorySerializer,
    NameSerializer,
    RunDetailSerializer,
    RunSerializer,
    ScheduleSerializer,
    SegmentSerializer,
)
from segmentation.models import Membership, RunSchedule, Segment, SegmentationRun
from segmentation.operations.adopting import adopt_run
from segmentation.operations.lifecycle import archive_segment, rename_segment, restore_segment
from segmentation.operations.runs import request_run
from segmentation.operations.schedules import change_schedule, schedule_run

# What is drawn on pages only, and large.
NOT_TOLD = ("customer_map", "silhouette_plot", "movement", "drift")


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
    also_needs: ClassVar = {"memberships": ("customers.view_customer",)}

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        may_see_members = request.user.has_perm("segmentation.view_membership")
        if "segment" in request.query_params and not may_see_members:
            self.permission_denied(request)

    @extend_schema(
        responses=HistorySerializer(many=True),
        parameters=[
            OpenApiParameter(
                "id",
                str,
                OpenApiParameter.PATH,
                description="A number is the id; anything else the external id.",
            )
        ],
    )
    @action(
        detail=True,
        queryset=Membership.objects.all(),
        serializer_class=HistorySerializer,
        filterset_class=None,
        pagination_class=None,
    )
    def memberships(self, request: Request, pk: str) -> Response:
        """The customer's segment in each run that is or was adopted, the latest first."""
        is_id = pk.isascii() and pk.isdigit()
        known = {"pk": pk} if is_id else {"external_id": pk}
        customer = get_object_or_404(Customer, **known)
        memberships: Any = self.get_queryset()
        history = memberships.over_time(customer.pk).select_related("customer")
        return Response(self.get_serializer(history, many=True).data)


class RunViewSet(JobViewSet):
    queryset = SegmentationRun.objects.light()
    serializer_class = RunSerializer
    filterset_fields = ["status", "preset", "is_current", "schedule"]

    def get_queryset(self) -> Any:
        if self.action == "retrieve":
            return SegmentationRun.objects.defer(*NOT_TOLD)
        return super().get_queryset()

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


class ScheduleViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet[RunSchedule],
):
    """Runs that are repeated with the same settings; what they found stays when one is deleted."""

    queryset = RunSchedule.objects.all()
    serializer_class = ScheduleSerializer
    filterset_fields = ["preset", "every", "adopts"]

    @extend_schema(request=ScheduleRequestSerializer, responses={201: ScheduleSerializer})
    def create(self, request: Request) -> Response:
        """Have a run repeated, always as of the last day with activity."""
        wanted = ScheduleRequestSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        schedule = schedule_run(
            settings=wanted.to_settings(),
            created_by=asker(request),
            today=timezone.localdate(),
            **wanted.when(),
        )
        address = self.reverse_action("detail", args=[schedule.pk])
        data = self.get_serializer(schedule).data
        return Response(data, HTTPStatus.CREATED, headers={"Location": address})

    def partial_update(self, request: Request, pk: str) -> Response:
        """Change how often, from when on, or whether what it finds is adopted."""
        schedule = self.get_object()
        wanted = self.get_serializer(schedule, data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        asked = {name: getattr(schedule, name) for name in ("every", "next_on", "adopts")}
        asked |= wanted.validated_data
        change_schedule(schedule=schedule, today=timezone.localdate(), **asked)
        return Response(self.get_serializer(schedule).data)


class SegmentViewSet(viewsets.ReadOnlyModelViewSet[Segment]):
    """Segments of the adopted run, or of any with `run`."""

    queryset = Segment.objects.select_related("identity", "run")
    serializer_class = SegmentSerializer
    filterset_class = SegmentFilter
    also_needs: ClassVar = {
        "members": ("customers.view_customer",),
        **dict.fromkeys(("rename", "archive", "restore"), ("segmentation.change_segmentidentity",)),
    }

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

    @extend_schema(request=NameSerializer, responses=SegmentSerializer)
    @action(detail=True, methods=["post"])
    def rename(self, request: Request, pk: str) -> Response:
        """Give an adopted segment a name that stays with it in later runs."""
        wanted = NameSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        name = wanted.validated_data["name"]
        renamed = rename_segment(segment=self.get_object(), name=name)
        return Response(self.get_serializer(renamed).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: str) -> Response:
        """Offer an adopted segment for new campaigns no more."""
        segment = self.get_object()
        archive_segment(segment=segment)
        return Response(self.get_serializer(segment).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Take an archived segment back."""
        segment = self.get_object()
        restore_segment(segment=segment)
        return Response(self.get_serializer(segment).data)
