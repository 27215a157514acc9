"""The pages of offers, campaigns and segments."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Campaign, Offer
from campaigns.operations import today
from customers.periods import in_words
from segmentation.models import Segment
from tests.factories import (
    make_campaign,
    make_customer,
    make_merchant,
    make_offer,
    make_run,
    make_segment,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client: Client) -> Client:
    client.force_login(make_user("Marketer"))
    return client


def make_current_segment(**values: Any) -> Segment:
    return make_segment(run=make_run(is_current=True), **values)


def campaign_values(**values: Any) -> dict[str, Any]:
    """What a marketer fills in for a campaign of May 2030."""
    defaults = {"name": "Spring", "starts_on": "2030-05-01", "ends_on": "2030-05-31", "note": ""}
    return defaults | values


def text(response: Any) -> str:
    return response.content.decode()


def move(client: Client, campaign: Campaign, step: str) -> str:
    """The page after a step; it says what came of it."""
    return text(client.post(reverse("move-campaign", args=[campaign.pk, step]), follow=True))


# The lists -----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["campaigns", "offer", "segment"])
def test_thirty_campaigns_need_no_more_queries_than_one(marketer: Client, page: str) -> None:
    offer, segments = make_offer(), [make_current_segment(), make_segment()]
    address = {
        "campaigns": reverse("campaigns"),
        "offer": offer.get_absolute_url(),
        "segment": segments[0].get_absolute_url(),
    }[page]

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert marketer.get(address).status_code == 200
        return len(captured)

    make_campaign(offer=offer, segments=segments)
    one = queries()
    for _ in range(29):
        make_campaign(offer=offer, segments=segments)
    assert text(marketer.get(address)).count("31 May 2030") == 30
    assert queries() == one


def test_tiles_count_campaigns_by_status(marketer: Client) -> None:
    make_campaign()
    make_campaign(status="running")
    tiles = marketer.get(reverse("campaigns")).context["tiles"]
    assert tiles == [("Draft", 1), ("Scheduled", 0), ("Running", 1), ("Ended", 0)]


def test_without_campaigns_the_page_says_what_to_do(marketer: Client) -> None:
    page = text(marketer.get(reverse("campaigns")))
    assert "Open a segment and assign it an offer." in page
    assert "No offer yet." in page


# Drafting ------------------------------------------------------------------------------------


def test_a_campaign_begun_at_a_segment_has_it_chosen(marketer: Client) -> None:
    segment, offer = make_current_segment(), make_offer()
    address = f"{reverse('new-campaign')}?segment={segment.pk}&offer={offer.pk}"
    form = marketer.get(address).context["form"]
    assert form["segments"].value() == [segment.pk]
    assert form["offer"].value() == offer.pk
    chosen = [option.data["selected"] for option in form["segments"].subwidgets]
    assert chosen == [True]


@pytest.mark.parametrize("segment", ["", "x", "-1", "1e3", "999999999999999999999", "²"])
def test_an_address_with_a_wrong_segment_chooses_none(marketer: Client, segment: str) -> None:
    make_current_segment()
    make_offer()
    page = marketer.get(reverse("new-campaign"), {"segment": segment})
    assert page.status_code == 200
    assert not any(box.data["selected"] for box in page.context["form"]["segments"].subwidgets)


def test_a_campaign_is_drafted_on_the_page(marketer: Client) -> None:
    segment, offer = make_current_segment(), make_offer()
    values = campaign_values(offer=offer.pk, segments=[segment.pk])
    response = marketer.post(reverse("new-campaign"), values)
    campaign = Campaign.objects.get()
    assert response.url == campaign.get_absolute_url()
    assert campaign.created_by.groups.get().name == "Marketer"
    assert (campaign.segments.get(), campaign.status) == (segment, "draft")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"ends_on": "2030-04-30"}, "The last day can’t be before the first."),
        ({"starts_on": "2029-12-31"}, "The offer is valid from 1 January 2030 on."),
        ({"segments": []}, "This field is required."),
        ({"segments": [0]}, "Select a valid choice."),
        ({"name": ""}, "This field is required."),
    ],
)
def test_a_wrong_campaign_comes_back_with_a_sentence(
    marketer: Client, values: dict[str, Any], sentence: str
) -> None:
    right = campaign_values(offer=make_offer().pk, segments=[make_current_segment().pk])
    response = marketer.post(reverse("new-campaign"), right | values)
    assert response.status_code == 422
    said = text(response).replace("&#x27;", "’")
    assert sentence in said
    assert not Campaign.objects.exists()


def test_only_adopted_segments_and_usable_offers_are_to_be_chosen(marketer: Client) -> None:
    adopted, _ = make_current_segment(), make_segment()
    usable = make_offer()
    make_offer(valid_from=date(2020, 1, 1), valid_until=today() - timedelta(days=1))
    form = marketer.get(reverse("new-campaign")).context["form"]
    assert form.fields["segments"].queryset.get() == adopted
    assert form.fields["offer"].queryset.get() == usable


def test_without_an_offer_the_page_says_to_make_one(marketer: Client) -> None:
    make_current_segment()
    assert "Make an offer first" in text(marketer.get(reverse("new-campaign")))


def test_without_segments_the_page_says_to_find_some(marketer: Client) -> None:
    make_offer()
    assert "Find segments with a run" in text(marketer.get(reverse("new-campaign")))


# Changing ------------------------------------------------------------------------------------


def test_a_draft_is_changed_and_keeps_its_older_segment(marketer: Client) -> None:
    campaign = make_campaign()
    older, newer = campaign.segments.get(), make_current_segment()
    address = reverse("edit-campaign", args=[campaign.pk])
    choices = marketer.get(address).context["form"].fields["segments"].queryset
    assert set(choices) == {older, newer}
    values = campaign_values(offer=campaign.offer_id, segments=[older.pk, newer.pk])
    assert marketer.post(address, values).status_code == 302
    campaign.refresh_from_db()
    assert (campaign.name, campaign.segments.count()) == ("Spring", 2)


@pytest.mark.parametrize("status", ["scheduled", "running", "ended"])
@pytest.mark.parametrize("page", ["edit-campaign", "delete-campaign"])
def test_what_is_no_draft_stays_as_it_is(marketer: Client, page: str, status: str) -> None:
    campaign = make_campaign(status=status, name="Autumn")
    values = campaign_values(offer=campaign.offer_id, segments=[make_current_segment().pk])
    response = marketer.post(reverse(page, args=[campaign.pk]), values, follow=True)
    assert "Only a draft can be changed." in text(response)
    assert Campaign.objects.get().name == "Autumn"


def test_a_draft_is_deleted(marketer: Client) -> None:
    campaign = make_campaign()
    response = marketer.post(reverse("delete-campaign", args=[campaign.pk]))
    assert response.url == reverse("campaigns")
    assert not Campaign.objects.exists()


def test_a_campaign_goes_through_its_steps(marketer: Client) -> None:
    campaign = make_campaign(name="Spring")
    assert "“Spring” is scheduled." in move(marketer, campaign, "schedule")
    assert "“Spring” is a draft again." in move(marketer, campaign, "unschedule")
    Campaign.objects.update(starts_on=today())
    campaign.offer.valid_from = today()
    campaign.offer.save()
    assert "“Spring” is running." in move(marketer, campaign, "schedule")
    page = move(marketer, campaign, "end")
    assert "“Spring” has ended." in page
    assert f"31 May 2030; ended early on {in_words(today())}</p>" in page


def test_a_step_that_is_not_possible_is_told(marketer: Client) -> None:
    assert "Only a running campaign can be ended." in move(marketer, make_campaign(), "end")


def test_a_campaign_that_left_its_offer_behind_is_told(marketer: Client) -> None:
    campaign = make_campaign()
    Offer.objects.update(valid_until=date(2030, 5, 30))
    assert "The offer ends on 30 May 2030." in move(marketer, campaign, "schedule")


def test_an_unknown_step_is_not_found(marketer: Client) -> None:
    address = f"/campaigns/{make_campaign().pk}/pause/"
    assert marketer.post(address).status_code == 404


# Looking -------------------------------------------------------------------------------------


def test_a_campaign_shows_whom_it_reaches(marketer: Client) -> None:
    members = [make_customer(), make_customer(accepts_marketing=False)]
    campaign = make_campaign(segments=[make_segment(customers=members)])
    context = marketer.get(campaign.get_absolute_url()).context
    assert (context["customers"], context["reachable"]) == (2, 1)


def test_a_campaign_that_reaches_nobody_is_warned_about(marketer: Client) -> None:
    deaf = make_segment(customers=[make_customer(accepts_marketing=False)])
    page = text(marketer.get(make_campaign(segments=[deaf]).get_absolute_url()))
    assert "None of these customers has agreed to receive offers." in page


def test_an_adopted_segment_can_be_assigned_an_offer(marketer: Client) -> None:
    segment = make_current_segment(customers=[make_customer()])
    page = text(marketer.get(segment.get_absolute_url()))
    assert f"?segment={segment.pk}" in page
    assert "1 of them accept marketing" in page


def test_a_segment_that_is_not_adopted_says_so(marketer: Client) -> None:
    segment = make_segment()
    page = text(marketer.get(segment.get_absolute_url()))
    assert "belongs to a run that is not adopted" in page
    assert f"?segment={segment.pk}" not in page


def test_an_offer_is_made_and_changed(marketer: Client) -> None:
    values = {"name": "Spring", "kind": "percent", "value": "10", "valid_from": "2030-01-01"}
    merchant = make_merchant()
    marketer.post(reverse("new-offer"), values | {"merchants": [merchant.pk]})
    offer = Offer.objects.get()
    assert offer.merchants.get() == merchant
    response = marketer.post(reverse("edit-offer", args=[offer.pk]), values | {"value": "15"})
    offer.refresh_from_db()
    assert (response.url, offer.gives) == (offer.get_absolute_url(), "15% off")


def test_a_wrong_offer_comes_back_with_a_sentence(marketer: Client) -> None:
    values = {"name": "Spring", "kind": "percent", "valid_from": "2030-01-01"}
    response = marketer.post(reverse("new-offer"), values)
    assert response.status_code == 422
    assert "Give a number above 0." in text(response)
    assert not Offer.objects.exists()


def test_an_offer_that_a_campaign_needs_is_not_shortened(marketer: Client) -> None:
    offer = make_campaign(name="Spring", status="scheduled").offer
    values = {"name": "Ten", "kind": "percent", "value": "10", "valid_from": "2030-05-02"}
    response = marketer.post(reverse("edit-offer", args=[offer.pk]), values)
    assert response.status_code == 422
    assert "The campaign Spring needs this offer from 1 May 2030" in text(response)
    offer.refresh_from_db()
    assert offer.valid_from == date(2030, 1, 1)


@pytest.mark.parametrize("page", ["new-offer", "edit-offer", "new-campaign", "edit-campaign"])
def test_a_name_that_someone_has_just_taken_is_told(
    marketer: Client, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    """Both people ask for the name before either has it, so that no check sees it."""
    campaign = make_campaign(segments=[make_current_segment()])
    segments = [segment.pk for segment in campaign.segments.all()]
    values = campaign_values(offer=campaign.offer_id, segments=segments)
    values |= {"kind": "percent", "value": "10", "valid_from": "2030-01-01"}
    row = {"edit-offer": [campaign.offer_id], "edit-campaign": [campaign.pk]}.get(page, [])
    make_offer(name="Spring")
    make_campaign(name="Spring")
    monkeypatch.setattr(f"campaigns.models.{kind_of(page)}.validate_unique", lambda *_, **__: None)
    response = marketer.post(reverse(page, args=row), values)
    assert response.status_code == 422
    assert "Someone has just taken this name. Choose another." in text(response)
    assert (Offer.objects.count(), Campaign.objects.count()) == (3, 2)


def kind_of(page: str) -> str:
    return "Offer" if page.endswith("offer") else "Campaign"


def test_names_are_shown_as_text(marketer: Client) -> None:
    campaign = make_campaign(name="<script>alert(1)</script>")
    page = text(marketer.get(campaign.get_absolute_url()))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
