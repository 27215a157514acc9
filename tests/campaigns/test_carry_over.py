"""A campaign speaks of its segments as the adopted run has them, until it has ended."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Campaign
from campaigns.operations import advance_campaigns, assign_offer, audience, end_campaign
from customers.models import Customer
from segmentation.models import Segment, SegmentationRun
from segmentation.operations.adopting import adopt_run
from segmentation.operations.lifecycle import archive_segment
from tests.factories import (
    make_api_client,
    make_campaign,
    make_customer,
    make_offer,
    make_run,
    make_segment,
    make_user,
)

pytestmark = pytest.mark.django_db
NOT_ENDED = ["draft", "scheduled", "running"]


@pytest.fixture
def marketer(client: Client) -> Client:
    client.force_login(make_user("Marketer"))
    return client


def people(number: int) -> list[Customer]:
    return [make_customer() for _ in range(number)]


def adopted(**groups: list[Customer]) -> SegmentationRun:
    run = make_run()
    for color, (name, customers) in enumerate(groups.items(), start=1):
        make_segment(run=run, name=name, customers=customers, color=color)
    adopt_run(run=run, adopted_by=None)
    return SegmentationRun.objects.get(pk=run.pk)


def again() -> tuple[Segment, Segment]:
    """Burners as a run found them, and as the next, adopted one did: one customer more."""
    burners = people(3)
    old = adopted(Burners=burners).segments.get()
    new = adopted(Spenders=[*burners, *people(1)]).segments.get()
    return old, new


def lost() -> Segment:
    """A segment that the adopted run did not find again."""
    gone = adopted(Burners=people(3), Lapsed=people(3)).segments.get(name="Burners")
    adopted(Lapsed=list(Customer.objects.filter(memberships__segment__name="Lapsed")))
    return gone


def page(client: Client, campaign: Campaign) -> str:
    return client.get(campaign.get_absolute_url()).content.decode()


# What it speaks of ---------------------------------------------------------------------------


@pytest.mark.parametrize("status", NOT_ENDED)
def test_until_it_has_ended_it_follows_the_adopted_run(status: str) -> None:
    old, new = again()
    campaign = make_campaign(segments=[old], status=status)
    assert campaign.aimed_at == [new]
    assert audience(campaign) == (4, 4)


def test_once_ended_it_keeps_what_it_had() -> None:
    old, _ = again()
    campaign = make_campaign(segments=[old], status="ended")
    assert campaign.aimed_at == [old]
    assert audience(campaign) == (3, 3)


def test_what_it_had_is_what_it_spoke_of_when_it_ended() -> None:
    old, new = again()
    campaign = make_campaign(segments=[old], status="running")
    end_campaign(campaign=campaign, today=date(2030, 5, 2))
    adopted(Spenders=list(Customer.objects.all()))
    assert Campaign.objects.get().aimed_at == [new]


def test_a_campaign_that_ends_by_itself_keeps_what_it_had_too() -> None:
    old, new = again()
    make_campaign(segments=[old], status="running")
    assert advance_campaigns(today=date(2030, 6, 1)) == 1
    assert list(Campaign.objects.get().segments.all()) == [new]


def test_one_segment_of_two_runs_counts_once() -> None:
    old, new = again()
    assert make_campaign(segments=[old, new]).aimed_at == [new]


def test_what_was_not_found_again_stays_as_it_was() -> None:
    gone = lost()
    campaign = make_campaign(segments=[gone])
    assert campaign.aimed_at == campaign.lost_segments == [gone]
    assert audience(campaign) == (3, 3)


def test_a_segment_that_nobody_adopted_is_not_lost() -> None:
    campaign = make_campaign()
    assert campaign.aimed_at == list(campaign.segments.all())
    assert campaign.lost_segments == []


def test_many_campaigns_need_no_more_queries_than_one() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            for campaign in Campaign.objects.with_offer():
                assert campaign.aimed_at
                assert not campaign.lost_segments
        return len(captured)

    old, new = again()
    make_campaign(segments=[old])
    one = queries()
    for _ in range(5):
        make_campaign(segments=[old, new, make_segment()])
    assert queries() == one == 3


# On the pages --------------------------------------------------------------------------------


def test_the_page_and_the_lists_name_the_present_segments(marketer: Client) -> None:
    old, new = again()
    campaign = make_campaign(segments=[old])
    shown = page(marketer, campaign)
    assert f'href="{new.get_absolute_url()}"' in shown
    assert f'href="{old.get_absolute_url()}"' not in shown
    assert "not found again" not in shown


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        ("draft", "edit the draft and choose"),
        ("scheduled", "take it back to draft"),
        ("running", "end it and draft another"),
    ],
)
def test_a_campaign_says_what_to_do_about_a_lost_segment(
    marketer: Client, status: str, advice: str
) -> None:
    shown = page(marketer, make_campaign(segments=[lost()], status=status))
    assert "The adopted run did not find “Burners” again." in shown
    assert advice in shown


def test_an_ended_campaign_asks_for_nothing(marketer: Client) -> None:
    shown = page(marketer, make_campaign(segments=[lost()], status="ended"))
    assert "did not find" not in shown


def test_a_segment_shows_the_campaigns_of_all_its_runs(marketer: Client) -> None:
    old, new = again()
    make_campaign(segments=[old], name="Spring")
    make_campaign(segments=[new], name="Summer")
    make_campaign(name="For somebody else")
    for segment in (old, new):
        found = marketer.get(segment.get_absolute_url()).context["campaigns"]
        assert {campaign.name for campaign in found} == {"Spring", "Summer"}


def test_an_older_segment_leads_to_the_present_one(marketer: Client) -> None:
    old, new = again()
    shown = marketer.get(old.get_absolute_url()).content.decode()
    assert f'<a href="{new.get_absolute_url()}">See it as it is now</a>' in shown
    assert "size-history" in shown


def test_a_lost_segment_says_so(marketer: Client) -> None:
    shown = marketer.get(lost().get_absolute_url()).content.decode()
    assert "The adopted run did not find this segment again." in shown


# Choosing ------------------------------------------------------------------------------------


def form_of(client: Client, page: str, *row: int) -> Any:
    return client.get(reverse(page, args=row)).context["form"]


def test_an_edited_draft_has_the_present_segments_chosen(marketer: Client) -> None:
    old, new = again()
    campaign = make_campaign(segments=[old])
    form = form_of(marketer, "edit-campaign", campaign.pk)
    assert form["segments"].value() == [new.pk]
    assert set(form.fields["segments"].queryset) == {new}


def test_an_edited_draft_may_keep_a_lost_segment(marketer: Client) -> None:
    gone = lost()
    form = form_of(marketer, "edit-campaign", make_campaign(segments=[gone]).pk)
    assert gone in form.fields["segments"].queryset
    assert "not found again" in str(form["segments"])


def test_archived_segments_are_not_offered_for_new_campaigns(marketer: Client) -> None:
    make_offer()
    run = adopted(Burners=people(2), Lapsed=people(2))
    archived = run.segments.get(name="Lapsed")
    archive_segment(segment=archived)
    offered = form_of(marketer, "new-campaign").fields["segments"].queryset
    assert [segment.name for segment in offered] == ["Burners"]
    # A draft that has it keeps it.
    form = form_of(marketer, "edit-campaign", make_campaign(segments=[archived]).pk)
    assert archived in form.fields["segments"].queryset


def test_an_archived_segment_is_given_no_offer() -> None:
    segment = adopted(Burners=people(2)).segments.get()
    archive_segment(segment=segment)
    with pytest.raises(ValidationError, match="“Burners” is archived"):
        assign_offer(
            name="Spring",
            offer=make_offer(),
            segments=[segment],
            starts_on=date(2030, 5, 1),
            ends_on=date(2030, 5, 31),
            created_by=None,
        )


# Over the API --------------------------------------------------------------------------------


def test_programs_read_the_present_segments() -> None:
    old, new = again()
    campaign = make_campaign(segments=[old])
    make_campaign()
    api = make_api_client("Marketer")
    assert api.get(f"/api/v1/campaigns/{campaign.pk}/").json()["segments"] == [new.pk]
    for segment in (old, new):
        found = api.get("/api/v1/campaigns/", {"segments": segment.pk}).json()["results"]
        assert [one["id"] for one in found] == [campaign.pk]
