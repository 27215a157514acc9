"""What can be done with offers and campaigns."""

from datetime import date

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from campaigns.models import Campaign, Offer
from customers.periods import in_words
from segmentation.models import Membership, Segment


class NotPossible(ValueError):
    """The campaign's present state does not allow this step."""


def assign_offer(
    *,
    name: str,
    offer: Offer,
    segments: list[Segment],
    starts_on: date,
    ends_on: date,
    note: str = "",
    created_by: User | None,
) -> Campaign:
    """Draft a campaign that gives the offer to the customers of these segments.

    Raises ValidationError when the window does not fit the offer, the name is taken or a segment is
    archived.
    """
    if archived := [segment for segment in segments if segment.is_archived]:
        refusal = f"“{archived[0]}” is archived. Restore it first, or choose another segment."
        raise ValidationError({"segments": refusal})
    campaign = Campaign(
        name=name,
        offer=offer,
        starts_on=starts_on,
        ends_on=ends_on,
        note=note,
        created_by=created_by,
    )
    campaign.full_clean()
    with transaction.atomic():
        campaign.save()
        campaign.segments.set(segments)
    return campaign


def require_draft(campaign: Campaign) -> None:
    """Raises NotPossible unless the campaign may still be edited.

    Call it in the transaction that edits it: nobody schedules the campaign before that ends.
    """
    locked = Campaign.objects.select_for_update()
    campaign.refresh_from_db(fields=["status"], from_queryset=locked)
    if not campaign.is_draft:
        raise NotPossible("Only a draft can be changed. Take the campaign back to draft first.")


def schedule_campaign(*, campaign: Campaign, today: date) -> None:
    """Let a draft start by itself on its first day, or at once when that day has come.

    Raises NotPossible when it is no draft, has no segment, its last day is over, or its window no
    longer fits the offer.
    """
    if campaign.status != Campaign.Status.DRAFT:
        raise NotPossible("Only a draft can be scheduled.")
    if not campaign.segments.exists():
        raise NotPossible("Choose at least one segment before scheduling the campaign.")
    if campaign.ends_on < today:
        raise NotPossible(
            f"The last day, {in_words(campaign.ends_on)}, is over. Choose a later one."
        )
    try:
        campaign.clean()
    except ValidationError as error:
        # The offer was changed since the campaign was drafted.
        raise NotPossible(" ".join(error.messages)) from error
    started = campaign.starts_on <= today
    _move(campaign, Campaign.Status.RUNNING if started else Campaign.Status.SCHEDULED)


def unschedule_campaign(*, campaign: Campaign) -> None:
    """Take a scheduled campaign back to draft. Raises NotPossible once it runs."""
    if campaign.status != Campaign.Status.SCHEDULED:
        raise NotPossible("Only a scheduled campaign can go back to draft.")
    _move(campaign, Campaign.Status.DRAFT)


def end_campaign(*, campaign: Campaign, today: date) -> None:
    """End a running campaign today; its plan stays as it was. Raises NotPossible unless it runs."""
    if campaign.status != Campaign.Status.RUNNING:
        raise NotPossible("Only a running campaign can be ended.")
    if today < campaign.ends_on:
        campaign.ended_on = today
    _move(campaign, Campaign.Status.ENDED)


def advance_campaigns(*, today: date) -> int:
    """Start and end the campaigns whose day has come; returns how many moved."""
    ended = [_moved(c, Campaign.Status.ENDED) for c in Campaign.objects.due_to_end(on=today)]
    begun = [_moved(c, Campaign.Status.RUNNING) for c in Campaign.objects.due_to_start(on=today)]
    return sum(ended) + sum(begun)


def audience(campaign: Campaign) -> tuple[int, int]:
    """Customers in the segments it speaks of, each once, and how many of them accept marketing."""
    members = Membership.objects.filter(segment__in=campaign.aimed_at)
    customers = members.values("customer_id").distinct().count()
    reachable = members.reachable().values("customer_id").distinct().count()
    return customers, reachable


def today() -> date:
    """The business day in the configured time zone."""
    return timezone.localdate()


def _moved(campaign: Campaign, status: str) -> bool:
    """Move it unless someone else just has."""
    try:
        _move(campaign, status)
    except NotPossible:
        return False
    return True


def _move(campaign: Campaign, status: str) -> None:
    """Change the status if nobody else has meanwhile, so that a second click does nothing."""
    with transaction.atomic():
        locked = Campaign.objects.select_for_update().filter(pk=campaign.pk).first()
        if locked is None:
            raise NotPossible("Someone has just deleted the campaign.")
        if locked.status != campaign.status:
            raise NotPossible(f"The campaign is {locked.get_status_display().lower()} meanwhile.")
        if status == Campaign.Status.ENDED:
            # From here on it keeps the segments it had.
            campaign.segments.set(campaign.aimed_at)
        campaign.status = status
        campaign.save(update_fields=["status", "ended_on"])
