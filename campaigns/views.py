"""The pages of offers and campaigns."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.forms import CampaignForm, OfferForm
from campaigns.models import Campaign, Offer
from campaigns.operations import (
    NotPossible,
    assign_offer,
    audience,
    end_campaign,
    require_draft,
    schedule_campaign,
    today,
    unschedule_campaign,
)
from customers.requests import PersonRequest
from segmentation.display import segment_view
from segmentation.models import Segment
from segmentation.over_time import listed, size_history

NAME_TAKEN = "Someone has just taken this name. Choose another."
STEPS = {
    "schedule": (lambda c: schedule_campaign(campaign=c, today=today()), "is scheduled"),
    "unschedule": (lambda c: unschedule_campaign(campaign=c), "is a draft again"),
    "end": (lambda c: end_campaign(campaign=c, today=today()), "has ended"),
}


@require_safe
@permission_required("campaigns.view_campaign", raise_exception=True)
def campaigns_page(request: PersonRequest) -> HttpResponse:
    counts = Campaign.objects.count_by_status()
    context = {
        "campaigns": Campaign.objects.with_offer(),
        "offers": Offer.objects.annotate(campaign_count=Count("campaigns")),
        "tiles": [(label, counts[status]) for status, label in Campaign.Status.choices],
    }
    return render(request, "campaigns/campaigns.html", context)


@require_safe
@permission_required("segmentation.view_segment", raise_exception=True)
def segment_page(request: PersonRequest, pk: int) -> HttpResponse:
    """A segment, and the campaigns that are aimed at it."""
    segment = get_object_or_404(Segment.objects.with_run(), pk=pk)
    context = {
        "view": segment_view(segment),
        "segment": segment,
        "latest": segment.latest,
        "newcomers": segment.memberships.newcomers().count(),
        "reachable": segment.memberships.reachable().count(),
        "history": size_history(segment),
        "campaigns": Campaign.objects.with_offer().for_segment(segment),
    }
    return render(request, "campaigns/segment.html", context)


@require_safe
@permission_required("campaigns.view_campaign", raise_exception=True)
def campaign_page(request: PersonRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign.objects.with_offer(), pk=pk)
    customers, reachable = audience(campaign)
    context = {
        "campaign": campaign,
        "segments": [segment_view(segment) for segment in campaign.aimed_at],
        "lost": listed(segment.name for segment in campaign.lost_segments),
        "customers": customers,
        "reachable": reachable,
    }
    return render(request, "campaigns/campaign.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("campaigns.add_campaign", raise_exception=True)
def new_campaign(request: PersonRequest) -> HttpResponse:
    """A new campaign; `?segment=` and `?offer=` say what is already chosen."""
    form = CampaignForm(request.POST or None, initial=_chosen(request))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data | {"segments": list(form.cleaned_data["segments"])}
        try:
            campaign = assign_offer(**values, created_by=request.user)
        except (ValidationError, IntegrityError):
            form.add_error("name", NAME_TAKEN)
        else:
            messages.success(request, "The campaign is drafted. Schedule it when it is right.")
            return redirect(campaign)
    context = {"form": form, "has_offers": Offer.objects.usable(on=today()).exists()}
    return _form(request, "campaigns/campaign_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("campaigns.change_campaign", raise_exception=True)
@transaction.atomic
def edit_campaign(request: PersonRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign, pk=pk)
    try:
        require_draft(campaign)
    except NotPossible as error:
        messages.warning(request, str(error))
        return redirect(campaign)
    form = CampaignForm(request.POST or None, instance=campaign)
    if request.method == "POST" and _is_saved(form):
        messages.success(request, "The campaign is changed.")
        return redirect(campaign)
    context = {"form": form, "campaign": campaign, "has_offers": True}
    return _form(request, "campaigns/campaign_form.html", context)


@require_POST
@permission_required("campaigns.change_campaign", raise_exception=True)
def move_campaign(request: PersonRequest, pk: int, step: str) -> HttpResponse:
    campaign = get_object_or_404(Campaign, pk=pk)
    move, outcome = STEPS[step]
    try:
        move(campaign)
    except NotPossible as error:
        messages.warning(request, str(error))
    else:
        state = "is running" if campaign.status == Campaign.Status.RUNNING else outcome
        messages.success(request, f"“{campaign.name}” {state}.")
    return redirect(campaign)


@require_POST
@permission_required("campaigns.delete_campaign", raise_exception=True)
@transaction.atomic
def delete_campaign(request: PersonRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign, pk=pk)
    try:
        require_draft(campaign)
    except NotPossible as error:
        messages.warning(request, str(error))
        return redirect(campaign)
    campaign.delete()
    messages.success(request, f"“{campaign.name}” is deleted.")
    return redirect("campaigns")


@require_safe
@permission_required("campaigns.view_offer", raise_exception=True)
def offer_page(request: PersonRequest, pk: int) -> HttpResponse:
    offer = get_object_or_404(Offer, pk=pk)
    context = {"offer": offer, "campaigns": offer.campaigns.with_offer()}
    return render(request, "campaigns/offer.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("campaigns.add_offer", raise_exception=True)
def new_offer(request: PersonRequest) -> HttpResponse:
    form = OfferForm(request.POST or None)
    if request.method == "POST" and _is_saved(form):
        messages.success(request, f"“{form.instance.name}” is ready to be given to a segment.")
        return redirect(form.instance)
    return _form(request, "campaigns/offer_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("campaigns.change_offer", raise_exception=True)
def edit_offer(request: PersonRequest, pk: int) -> HttpResponse:
    offer = get_object_or_404(Offer, pk=pk)
    form = OfferForm(request.POST or None, instance=offer)
    if request.method == "POST" and _is_saved(form):
        messages.success(request, f"“{offer.name}” is changed.")
        return redirect(offer)
    return _form(request, "campaigns/offer_form.html", {"form": form, "offer": offer})


def _is_saved(form: CampaignForm | OfferForm) -> bool:
    """Save what is right; a name that someone has taken since it was checked is an error of it."""
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        form.add_error("name", NAME_TAKEN)
    return not form.errors


def _form(request: PersonRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A form that was refused comes back with 422, so that programs see it too."""
    status = 422 if context["form"].errors else 200
    return render(request, template, context, status=status)


def _chosen(request: PersonRequest) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    if request.GET.get("segment", "").isdecimal():
        chosen["segments"] = [int(request.GET["segment"])]
    if request.GET.get("offer", "").isdecimal():
        chosen["offer"] = int(request.GET["offer"])
    return chosen
