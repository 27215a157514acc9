"""What a campaign may do in which state, on which day, and whom it reaches."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from campaigns.models import Campaign
from campaigns.operations import (
    NotPossible,
    advance_campaigns,
    assign_offer,
    audience,
    end_campaign,
    require_draft,
    schedule_campaign,
    unschedule_campaign,
)
from campaigns.querysets import CampaignQuerySet
from tests.factories import make_campaign, make_customer, make_offer, make_segment, make_user

pytestmark = pytest.mark.django_db
Status = Campaign.Status
FIRST, LAST = date(2030, 5, 1), date(2030, 5, 31)
BEFORE, AFTER = date(2030, 4, 30), date(2030, 6, 1)


def stored(campaign: Campaign) -> Campaign:
    return Campaign.objects.get(pk=campaign.pk)


def assign(**values: Any) -> Campaign:
    defaults = {"name": "Spring", "starts_on": FIRST, "ends_on": LAST, "created_by": None}
    values = {"offer": make_offer(), "segments": [make_segment()]} | values
    return assign_offer(**defaults | values)


# Drafting ------------------------------------------------------------------------------------


def test_an_offer_is_assigned_as_a_draft() -> None:
    mona, offer, segments = make_user(), make_offer(), [make_segment(), make_segment()]
    campaign = assign(offer=offer, segments=segments, created_by=mona, note="More regulars.")
    assert (campaign.status, campaign.offer, campaign.created_by) == (Status.DRAFT, offer, mona)
    assert set(campaign.segments.all()) == set(segments)
    assert (campaign.note, campaign.days) == ("More regulars.", 31)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"starts_on": date(2029, 12, 31)}, "The offer is valid from 1 January 2030 on."),
        ({"ends_on": date(2031, 1, 1)}, "The offer ends on 31 December 2030."),
        ({"ends_on": BEFORE}, "The last day can't be before the first."),
        ({"name": ""}, "blank"),
    ],
)
def test_what_does_not_fit_is_not_assigned(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        assign(**values)
    assert sentence in " ".join(refusal.value.messages)
    assert not Campaign.objects.exists()


def test_a_name_is_taken_once() -> None:
    assign()
    with pytest.raises(ValidationError, match="already exists"):
        assign()


def test_a_campaign_may_fill_the_validity_of_its_offer() -> None:
    offer = make_offer(valid_from=FIRST, valid_until=LAST)
    assert assign(offer=offer).pk


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("campaign_ends_after_start", {"ends_on": BEFORE}),
        ("campaign_status_known", {"status": "paused"}),
    ],
)
def test_the_database_refuses(constraint: str, values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make_campaign(**values)


# Steps ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "status"),
    [
        (BEFORE, Status.SCHEDULED),
        (FIRST, Status.RUNNING),
        (LAST, Status.RUNNING),
    ],
)
def test_a_scheduled_campaign_starts_on_its_first_day_or_at_once(today: date, status: str) -> None:
    campaign = make_campaign()
    schedule_campaign(campaign=campaign, today=today)
    assert (campaign.status, stored(campaign).status) == (status, status)


def test_a_campaign_whose_days_are_over_is_not_scheduled() -> None:
    campaign = make_campaign()
    with pytest.raises(NotPossible, match="The last day, 31 May 2030, is over"):
        schedule_campaign(campaign=campaign, today=AFTER)
    assert stored(campaign).status == Status.DRAFT


def test_a_campaign_without_a_segment_is_not_scheduled() -> None:
    with pytest.raises(NotPossible, match="Choose at least one segment"):
        schedule_campaign(campaign=make_campaign(segments=[]), today=BEFORE)


def test_a_campaign_outside_of_its_offer_is_not_scheduled() -> None:
    campaign = make_campaign()
    campaign.offer.valid_until = date(2030, 5, 30)
    campaign.offer.save()
    with pytest.raises(NotPossible, match="The offer ends on 30 May 2030"):
        schedule_campaign(campaign=campaign, today=BEFORE)
    assert stored(campaign).status == Status.DRAFT


@pytest.mark.parametrize("status", [Status.SCHEDULED, Status.RUNNING, Status.ENDED])
def test_only_a_draft_is_scheduled(status: str) -> None:
    with pytest.raises(NotPossible, match="Only a draft can be scheduled"):
        schedule_campaign(campaign=make_campaign(status=status), today=BEFORE)


def test_a_scheduled_campaign_goes_back_to_draft() -> None:
    campaign = make_campaign(status=Status.SCHEDULED)
    unschedule_campaign(campaign=campaign)
    assert stored(campaign).status == Status.DRAFT


@pytest.mark.parametrize("status", [Status.DRAFT, Status.RUNNING, Status.ENDED])
def test_only_a_scheduled_campaign_goes_back(status: str) -> None:
    with pytest.raises(NotPossible, match="Only a scheduled campaign"):
        unschedule_campaign(campaign=make_campaign(status=status))


@pytest.mark.parametrize(
    ("today", "ended_on"),
    [
        (FIRST, FIRST),
        (date(2030, 5, 30), date(2030, 5, 30)),
        (LAST, None),  # as planned, not early
        (AFTER, None),  # the schedule had not come round yet
    ],
)
def test_a_running_campaign_ends_today_and_keeps_its_plan(
    today: date, ended_on: date | None
) -> None:
    campaign = make_campaign(status=Status.RUNNING)
    end_campaign(campaign=campaign, today=today)
    ended = stored(campaign)
    assert (ended.status, ended.ends_on, ended.ended_on) == (Status.ENDED, LAST, ended_on)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.SCHEDULED, Status.ENDED])
def test_only_a_running_campaign_is_ended(status: str) -> None:
    with pytest.raises(NotPossible, match="Only a running campaign"):
        end_campaign(campaign=make_campaign(status=status), today=FIRST)


def test_only_a_draft_is_changed() -> None:
    require_draft(make_campaign())
    for status in (Status.SCHEDULED, Status.RUNNING, Status.ENDED):
        with pytest.raises(NotPossible, match="Only a draft can be changed"):
            require_draft(make_campaign(status=status))


def test_what_someone_else_has_just_scheduled_is_no_draft() -> None:
    campaign = make_campaign()
    schedule_campaign(campaign=stored(campaign), today=BEFORE)
    with pytest.raises(NotPossible, match="Only a draft can be changed"):
        require_draft(campaign)
    assert campaign.status == Status.SCHEDULED


def test_a_campaign_that_someone_else_has_just_deleted_does_not_move() -> None:
    campaign = make_campaign(status=Status.SCHEDULED)
    stored(campaign).delete()
    with pytest.raises(NotPossible, match="Someone has just deleted the campaign"):
        unschedule_campaign(campaign=campaign)


def test_a_second_click_does_nothing() -> None:
    campaign = make_campaign()
    same = stored(campaign)
    schedule_campaign(campaign=campaign, today=FIRST)
    with pytest.raises(NotPossible, match="The campaign is running meanwhile"):
        schedule_campaign(campaign=same, today=BEFORE)
    assert stored(campaign).status == Status.RUNNING


def test_each_step_is_remembered() -> None:
    campaign = make_campaign()
    schedule_campaign(campaign=campaign, today=BEFORE)
    assert campaign.history.first().status == Status.SCHEDULED


# The clock -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "today", "becomes"),
    [
        (Status.SCHEDULED, BEFORE, Status.SCHEDULED),
        (Status.SCHEDULED, FIRST, Status.RUNNING),
        (Status.SCHEDULED, LAST, Status.RUNNING),
        (Status.SCHEDULED, AFTER, Status.ENDED),  # every worker was away
        (Status.RUNNING, LAST, Status.RUNNING),
        (Status.RUNNING, AFTER, Status.ENDED),
        (Status.DRAFT, FIRST, Status.DRAFT),
        (Status.DRAFT, AFTER, Status.DRAFT),
        (Status.ENDED, FIRST, Status.ENDED),
    ],
)
def test_a_campaign_starts_and_ends_with_its_days(status: str, today: date, becomes: str) -> None:
    campaign = make_campaign(status=status)
    assert advance_campaigns(today=today) == (status != becomes)
    assert stored(campaign).status == becomes


def test_advancing_twice_moves_nothing_more() -> None:
    make_campaign(status=Status.SCHEDULED)
    assert [advance_campaigns(today=FIRST) for _ in range(2)] == [1, 0]


def test_a_campaign_that_someone_else_has_just_moved_is_skipped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moved, due = make_campaign(status=Status.SCHEDULED), make_campaign(status=Status.SCHEDULED)
    due_to_start = CampaignQuerySet.due_to_start

    def move_meanwhile(campaigns: CampaignQuerySet, *, on: date) -> list[Campaign]:
        found = list(due_to_start(campaigns, on=on))
        Campaign.objects.filter(pk=moved.pk).update(status=Status.DRAFT)
        return found

    monkeypatch.setattr(CampaignQuerySet, "due_to_start", move_meanwhile)
    assert advance_campaigns(today=FIRST) == 1
    assert (stored(moved).status, stored(due).status) == (Status.DRAFT, Status.RUNNING)


def test_campaigns_are_counted_by_status() -> None:
    make_campaign()
    make_campaign()
    make_campaign(status=Status.ENDED)
    assert Campaign.objects.count_by_status() == {
        "draft": 2,
        "scheduled": 0,
        "running": 0,
        "ended": 1,
    }


# Who it reaches ------------------------------------------------------------------------------


def test_the_audience_counts_each_customer_once() -> None:
    both, first, second = make_customer(), make_customer(), make_customer(accepts_marketing=False)
    segments = [make_segment(customers=[both, first]), make_segment(customers=[both, second])]
    make_segment(customers=[make_customer()])
    assert audience(make_campaign(segments=segments)) == (3, 2)


def test_an_empty_segment_has_no_audience() -> None:
    assert audience(make_campaign(segments=[make_segment(customers=[])])) == (0, 0)
