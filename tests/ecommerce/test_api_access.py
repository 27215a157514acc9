"""Who may come in to the API, and how."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from customers.models import City
from tests.factories import (
    make_api_client,
    make_campaign,
    make_city,
    make_customer,
    make_offer,
    make_run,
    make_segment,
    make_transaction,
    make_user,
)

pytestmark = pytest.mark.django_db
LISTS = [
    "customers",
    "transactions",
    "cities",
    "merchants",
    "branches",
    "imports",
    "runs",
    "segments",
    "offers",
    "campaigns",
]
DOCUMENTATION = ["schema", "docs"]


def token_client(**values: timedelta) -> tuple[APIClient, AuthToken]:
    instance, token = AuthToken.objects.create(user=make_user("Viewer"), **values)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client, instance


@pytest.mark.parametrize("name", [*(f"v1/{name}" for name in LISTS), "v1", *DOCUMENTATION])
def test_nobody_comes_in_without_login(client: Client, name: str) -> None:
    response = client.get(f"/api/{name}/")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("name", LISTS)
def test_a_viewer_sees_every_list(name: str) -> None:
    response = make_api_client("Viewer").get(f"/api/v1/{name}/")
    assert response.status_code == 200
    assert response.json() == {"next": None, "previous": None, "results": []}


@pytest.mark.parametrize("name", LISTS)
def test_somebody_without_a_role_sees_nothing(name: str) -> None:
    response = make_api_client().get(f"/api/v1/{name}/")
    assert response.status_code == 403
    assert response.json()["code"] == "permission_denied"


@pytest.mark.parametrize("name", LISTS)
def test_a_viewer_writes_nothing(name: str) -> None:
    if name != "segments":
        assert make_api_client("Viewer").post(f"/api/v1/{name}/", {}).status_code == 403


def test_a_viewer_changes_and_deletes_nothing() -> None:
    client = make_api_client("Viewer")
    rows = {"cities": make_city(), "customers": make_customer(), "transactions": make_transaction()}
    rows |= {"offers": make_offer(), "campaigns": make_campaign()}
    for name, row in rows.items():
        assert client.patch(f"/api/v1/{name}/{row.pk}/", {}).status_code == 403
        assert client.delete(f"/api/v1/{name}/{row.pk}/").status_code == 403


@pytest.mark.parametrize("step", ["schedule", "unschedule", "end"])
def test_a_viewer_moves_no_campaign(step: str) -> None:
    address = f"/api/v1/campaigns/{make_campaign().pk}/{step}/"
    assert make_api_client("Viewer").post(address).status_code == 403


@pytest.mark.parametrize("role", ["Viewer", "Integration"])
@pytest.mark.parametrize("step", ["adopt", "cancel"])
def test_only_those_who_may_change_runs_take_a_step_with_one(role: str, step: str) -> None:
    address = f"/api/v1/runs/{make_run().pk}/{step}/"
    assert make_api_client(role).post(address).status_code == 403


def test_a_marketer_corrects_no_records() -> None:
    client = make_api_client("Marketer")
    assert client.post("/api/v1/customers/", {"external_id": "c1"}).status_code == 403
    assert client.patch(f"/api/v1/cities/{make_city().pk}/", {}).status_code == 403


def test_an_integration_writes_customers_but_no_cities() -> None:
    client = make_api_client("Integration")
    assert client.post("/api/v1/customers/", {"external_id": "c1"}).status_code == 201
    assert client.post("/api/v1/cities/", {"external_id": "x", "name": "X"}).status_code == 403
    assert client.delete(f"/api/v1/customers/{make_customer().pk}/").status_code == 403


def test_a_token_opens_the_api() -> None:
    client, _ = token_client()
    assert client.get("/api/v1/customers/").status_code == 200
    assert client.get("/api/schema/").status_code == 200
    assert client.get("/api/docs/").status_code == 200


def test_an_expired_token_opens_nothing() -> None:
    client, token = token_client()
    AuthToken.objects.filter(pk=token.pk).update(expiry=timezone.now() - timedelta(seconds=1))
    response = client.get("/api/v1/customers/")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert response.json()["code"] == "authentication_failed"


def test_a_token_that_was_never_made_opens_nothing(client: Client) -> None:
    for token in ("Token wrong", "Token", "Token a b"):
        response = client.get("/api/v1/customers/", headers={"Authorization": token})
        assert response.status_code == 401


def test_a_token_of_somebody_who_left_opens_nothing() -> None:
    client, token = token_client()
    token.user.is_active = False
    token.user.save()
    assert client.get("/api/v1/customers/").status_code == 401


def test_a_session_alone_writes_nothing() -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(make_user("Admin"))
    response = client.post("/api/v1/cities/", {"external_id": "cairo", "name": "Cairo"})
    assert response.status_code == 403
    assert "CSRF" in response.json()["detail"]
    assert not City.objects.exists()


def test_a_token_writes_without_a_csrf_token() -> None:
    client = APIClient(enforce_csrf_checks=True)
    _, token = AuthToken.objects.create(user=make_user("Admin"))
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    response = client.post("/api/v1/cities/", {"external_id": "cairo", "name": "Cairo"})
    assert response.status_code == 201


def test_members_are_shown_to_those_who_may_see_segments() -> None:
    segment = make_segment(customers=[make_customer()])
    address = f"/api/v1/segments/{segment.pk}/members/"
    assert make_api_client("Viewer").get(address).status_code == 200
    assert make_api_client().get(address).status_code == 403
    assert APIClient().get(address).status_code == 401
