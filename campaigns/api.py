"""The API of offers and of the campaigns that bring them to segments."""

from typing import Any

from django.db import transaction
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.models import Campaign, Offer
from campaigns.operations import (
    assign_offer,
    end_campaign,
    require_draft,
    schedule_campaign,
    today,
    unschedule_campaign,
)
from customers.api.jobs import asker
from customers.api.records import RANGE, Reference, RuledSerializer
from customers.models import Branch, Merchant
from segmentation.models import Segment


class OfferSerializer(RuledSerializer):
    gives = serializers.CharField(read_only=True, help_text="In a few words, as: 20% off.")
    merchants = Reference(queryset=Merchant.objects.all(), many=True, required=False)
    branches = Reference(queryset=Branch.objects.all(), many=True, required=False)

    class Meta:
        model = Offer
        fields = [
            "id",
            "name",
            "kind",
            "value",
            "item",
            "gives",
            "valid_from",
            "valid_until",
            "merchants",
            "branches",
            "terms",
        ]


class CampaignSerializer(RuledSerializer):
    """`segments` are those the campaign speaks of: found again by the adopted run, they are its
    own; once ended, the ones it had."""

    def to_representation(self, instance: Campaign) -> dict[str, Any]:
        return super().to_representation(instance) | {
            "segments": [segment.pk for segment in instance.aimed_at]
        }

    class Meta:
        model = Campaign
        fields = [
            "id",
            "name",
            "offer",
            "segments",
            "starts_on",
            "ends_on",
            "status",
            "ended_on",
            "note",
            "created_at",
        ]


class OfferFilter(filters.FilterSet):
    usable_on = filters.DateFilter(
        method="usable", label="Offers that a campaign may still hand out on that day."
    )

    class Meta:
        model = Offer
        fields = ["name", "kind"]

    def usable(self, offers: Any, name: str, day: Any) -> Any:
        return offers.usable(on=day)


class CampaignFilter(filters.FilterSet):
    segments = filters.ModelChoiceFilter(
        queryset=Segment.objects.all(),
        method="aimed_at",
        label="The id of a segment, as any run has it.",
    )

    class Meta:
        model = Campaign
        fields = {
            "name": ["exact"],
            "status": ["exact"],
            "offer": ["exact"],
            "starts_on": RANGE,
            "ends_on": RANGE,
        }

    def aimed_at(self, campaigns: Any, name: str, segment: Segment) -> Any:
        return campaigns.for_segment(segment)


class OfferViewSet(viewsets.ModelViewSet[Offer]):
    queryset = Offer.objects.prefetch_related("merchants", "branches")
    serializer_class = OfferSerializer
    filterset_class = OfferFilter


class CampaignViewSet(viewsets.ModelViewSet[Campaign]):
    """Campaigns begin as drafts; only drafts can be changed or deleted."""

    queryset = Campaign.objects.with_segments()
    serializer_class = CampaignSerializer
    filterset_class = CampaignFilter
    newest_first = True

    def perform_create(self, serializer: serializers.BaseSerializer[Campaign]) -> None:
        serializer.instance = assign_offer(
            **serializer.validated_data, created_by=asker(self.request)
        )

    @transaction.atomic
    def perform_update(self, serializer: serializers.BaseSerializer[Campaign]) -> None:
        require_draft(self.get_object())
        serializer.save()

    @transaction.atomic
    def perform_destroy(self, instance: Campaign) -> None:
        require_draft(instance)
        instance.delete()

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def schedule(self, request: Request, pk: str) -> Response:
        """Let a draft start on its first day, or at once when that day has come."""
        campaign = self.get_object()
        schedule_campaign(campaign=campaign, today=today())
        return Response(self.get_serializer(campaign).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def unschedule(self, request: Request, pk: str) -> Response:
        """Take a scheduled campaign back to draft."""
        campaign = self.get_object()
        unschedule_campaign(campaign=campaign)
        return Response(self.get_serializer(campaign).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End a running campaign today."""
        campaign = self.get_object()
        end_campaign(campaign=campaign, today=today())
        return Response(self.get_serializer(campaign).data)
