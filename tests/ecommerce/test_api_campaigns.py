"""Offers and campaigns over the API."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from campaigns.models import Campaign, Offer
from tests.factories import (
    make_api_client,
    make_branch,
    make_campaign,
    make_merchant,
    make_offer,
    make_segment,
)

pytestmark = pytest.mark.django_db
Status = Campaign.Status


@pytest.fixture
def api() -> APIClient:
    return make_api_client("Marketer")


def running_now() -> dict[str, Any]:
    """An offer and a window that includes today."""
    today = timezone.localdate()
    return {
        "offer": make_offer(valid_from=today - timedelta(days=9), valid_until=None),
        "starts_on": today - timedelta(days=1),
        "ends_on": today + timedelta(days=1),
    }


def test_an_offer_is_created_for_merchants_and_branches(api: APIClient) -> None:
    branch = make_branch(external_id="b1", merchant=make_merchant(external_id="m1"))
    offer = {
        "name": "A fifth off",
        "kind": "percent",
        "value": "20.00",
        "valid_from": "2030-01-01",
        "merchants": ["m1"],
        "branches": ["b1"],
    }
    response = api.post("/api/v1/offers/", offer)
    assert response.status_code == 201
    assert response.json() | offer == response.json()
    assert response.json()["gives"] == "20% off"
    assert list(Offer.objects.get().branches.all()) == [branch]


def test_an_offer_keeps_its_rules(api: APIClient) -> None:
    offer = {"name": "Too much", "kind": "percent", "value": 120, "valid_from": "2030-01-01"}
    response = api.post("/api/v1/offers/", offer)
    assert response.status_code == 400
    assert response.json()["errors"]["non_field_errors"][0].startswith("Percent off needs")


def test_offers_are_filtered_by_a_day_they_can_be_used(api: APIClient) -> None:
    kept = make_offer(valid_until=None)
    make_offer(valid_until=date(2030, 6, 30))
    results = api.get("/api/v1/offers/?usable_on=2030-07-01").json()["results"]
    assert [offer["id"] for offer in results] == [kept.pk]


def test_an_offer_in_use_stays(api: APIClient) -> None:
    offer = make_campaign().offer
    assert api.delete(f"/api/v1/offers/{offer.pk}/").status_code == 409
    assert api.delete(f"/api/v1/offers/{make_offer().pk}/").status_code == 204


def test_a_campaign_begins_as_a_draft(api: APIClient) -> None:
    segment = make_segment()
    wanted = {
        "name": "May",
        "offer": make_offer().pk,
        "segments": [segment.pk],
        "starts_on": "2030-05-01",
        "ends_on": "2030-05-31",
    }
    response = api.post("/api/v1/campaigns/", wanted | {"status": "running"})
    assert response.status_code == 201
    campaign = Campaign.objects.get()
    assert response.json() | wanted == response.json()
    assert campaign.status == Status.DRAFT
    assert campaign.created_by_id == int(api.session["_auth_user_id"])
    assert campaign.history.latest().history_user_id == campaign.created_by_id


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("ends_on", {"ends_on": "2031-06-01"}),
        ("starts_on", {"starts_on": "2029-06-01"}),
        ("non_field_errors", {"starts_on": "2030-06-01"}),
        ("segments", {"segments": []}),
        ("segments", {"segments": [0]}),
        ("offer", {"offer": 0}),
        ("name", {"name": ""}),
    ],
)
def test_a_campaign_keeps_its_rules(api: APIClient, field: str, change: dict[str, Any]) -> None:
    campaign = make_campaign()
    response = api.patch(f"/api/v1/campaigns/{campaign.pk}/", change)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


def test_a_draft_is_changed_and_deleted(api: APIClient) -> None:
    campaign, segment = make_campaign(), make_segment()
    address = f"/api/v1/campaigns/{campaign.pk}/"
    changed = api.patch(address, {"name": "New", "segments": [segment.pk]}).json()
    assert (changed["name"], changed["segments"]) == ("New", [segment.pk])
    assert api.delete(address).status_code == 204


def test_only_a_draft_is_changed_or_deleted(api: APIClient) -> None:
    campaign = make_campaign(status=Status.SCHEDULED)
    address = f"/api/v1/campaigns/{campaign.pk}/"
    refused = api.patch(address, {"name": "New"})
    assert refused.status_code == 409
    assert refused.json()["detail"].startswith("Only a draft can be changed.")
    assert api.delete(address).status_code == 409
    assert Campaign.objects.get().name == campaign.name


def test_a_campaign_is_scheduled_and_taken_back(api: APIClient) -> None:
    address = f"/api/v1/campaigns/{make_campaign().pk}"
    assert api.post(f"{address}/schedule/").json()["status"] == "scheduled"
    assert api.post(f"{address}/unschedule/").json()["status"] == "draft"


def test_a_campaign_whose_day_has_come_runs_and_is_ended(api: APIClient) -> None:
    campaign = make_campaign(**running_now())
    address = f"/api/v1/campaigns/{campaign.pk}"
    assert api.post(f"{address}/schedule/").json()["status"] == "running"
    ended = api.post(f"{address}/end/").json()
    assert (ended["status"], ended["ends_on"]) == ("ended", str(campaign.ends_on))
    campaign.refresh_from_db()
    assert campaign.ended_on == timezone.localdate()


@pytest.mark.parametrize(
    ("step", "status"), [("schedule", "ended"), ("unschedule", "draft"), ("end", "scheduled")]
)
def test_a_step_that_is_not_possible_is_a_conflict(api: APIClient, step: str, status: str) -> None:
    campaign = make_campaign(status=status)
    response = api.post(f"/api/v1/campaigns/{campaign.pk}/{step}/")
    assert response.status_code == 409
    assert response.json()["detail"].startswith("Only a ")
    campaign.refresh_from_db()
    assert campaign.status == status


def test_campaigns_are_filtered(api: APIClient) -> None:
    may, june = make_campaign(), make_campaign(status=Status.ENDED, starts_on=date(2030, 5, 20))
    wanted = {
        f"offer={may.offer_id}": may,
        f"segments={june.segments.get().pk}": june,
        "status=ended": june,
        "starts_on__lte=2030-05-01": may,
    }
    for query, campaign in wanted.items():
        results = api.get(f"/api/v1/campaigns/?{query}").json()["results"]
        assert [row["id"] for row in results] == [campaign.pk]


@pytest.mark.parametrize("name", ["offers", "campaigns"])
def test_more_rows_take_no_more_queries(api: APIClient, name: str) -> None:
    counts = []
    for rows in (1, 9):
        for _ in range(rows):
            offer = make_offer()
            offer.branches.set([make_branch()])
            offer.merchants.set([make_merchant()])
            make_campaign(offer=offer, segments=[make_segment(), make_segment()])
        with CaptureQueriesContext(connection) as queries:
            api.get(f"/api/v1/{name}/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 7
