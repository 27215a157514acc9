"""Offers and campaigns, and giving an offer to segments."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from campaigns.models import Campaign, Offer
from campaigns.operations import (
    NotPossible,
    end_campaign,
    schedule_campaign,
    today,
    unschedule_campaign,
)
from customers.admin import HistoryAdmin
from segmentation.admin import SegmentAdmin
from segmentation.models import Segment


@admin.register(Offer)
class OfferAdmin(HistoryAdmin):
    list_display = ["name", "gives", "valid_from", "valid_until"]
    list_filter = ["kind"]
    search_fields = ["name"]
    date_hierarchy = "valid_from"
    autocomplete_fields = ["merchants", "branches"]


@admin.register(Campaign)
class CampaignAdmin(HistoryAdmin):
    """Only drafts can be changed; the status changes by actions."""

    list_display = ["name", "offer", "starts_on", "ends_on", "status", "created_by"]
    list_filter = ["status"]
    list_select_related = ["offer", "created_by"]
    search_fields = ["name", "offer__name"]
    date_hierarchy = "starts_on"
    autocomplete_fields = ["offer", "segments"]
    readonly_fields = ["status", "ended_on", "created_by", "created_at"]
    actions = ["schedule", "unschedule", "end"]

    def has_change_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.is_draft)

    def has_delete_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.is_draft)

    def save_model(self, request: HttpRequest, obj: Campaign, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = cast("User", request.user)
        super().save_model(request, obj, form, change)

    @admin.action(description="Schedule", permissions=["change"])
    def schedule(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self._move(request, campaigns, lambda c: schedule_campaign(campaign=c, today=today()))

    @admin.action(description="Back to draft", permissions=["change"])
    def unschedule(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self._move(request, campaigns, lambda c: unschedule_campaign(campaign=c))

    @admin.action(description="End", permissions=["change"])
    def end(self, request: HttpRequest, campaigns: QuerySet[Campaign]) -> None:
        self._move(request, campaigns, lambda c: end_campaign(campaign=c, today=today()))

    def _move(
        self,
        request: HttpRequest,
        campaigns: QuerySet[Campaign],
        step: Callable[[Campaign], None],
    ) -> None:
        """Take the step with each campaign, and say of each what became of it."""
        for campaign in campaigns:
            try:
                step(campaign)
            except (NotPossible, ValidationError) as error:
                reasons = error.messages if isinstance(error, ValidationError) else [str(error)]
                self.message_user(request, f"{campaign}: {' '.join(reasons)}", messages.WARNING)
            else:
                state = campaign.get_status_display().lower()
                self.message_user(request, f"{campaign} is now {state}.", messages.SUCCESS)


@admin.register(Segment)
class TargetedSegmentAdmin(SegmentAdmin):
    actions = ["assign_offer"]

    def has_assign_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("campaigns.add_campaign")

    @admin.action(description="Give them an offer", permissions=["assign"])
    def assign_offer(
        self, request: HttpRequest, segments: QuerySet[Segment]
    ) -> HttpResponseRedirect:
        """Begin a campaign that has these segments already."""
        chosen = ",".join(str(segment.pk) for segment in segments)
        return redirect(f"{reverse('admin:campaigns_campaign_add')}?segments={chosen}")
