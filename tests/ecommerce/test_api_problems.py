"""What the API says when something is wrong."""

import json
from base64 import b64encode
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from rest_framework.test import APIClient

from tests.factories import make_api_client, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> APIClient:
    return make_api_client("Admin")


def problem(response: Any, status: int) -> dict[str, Any]:
    """The problem of an answer, after a look at its form."""
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert response.status_code == body["status"] == status
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"]
    return body


def test_invalid_data_are_explained_field_by_field(api: APIClient) -> None:
    body = problem(api.post("/api/v1/customers/", {"gender": "X", "joined_on": "soon"}), 400)
    assert body["code"] == "invalid"
    assert sorted(body["errors"]) == ["external_id", "gender", "joined_on"]
    assert body["errors"]["external_id"] == ["This field is required."]


def test_data_that_are_no_object_are_refused(api: APIClient) -> None:
    body = problem(api.post("/api/v1/customers/", [1, 2]), 400)
    assert list(body["errors"]) == ["non_field_errors"]


def test_malformed_json_is_refused(api: APIClient) -> None:
    response = api.post("/api/v1/customers/", "{", content_type="application/json")
    assert problem(response, 400)["code"] == "parse_error"


@pytest.mark.parametrize(
    "sent", ["[" * 100_000, '{"external_id":' * 100_000, '{"external_id": "c1", "city": 1e400}']
)
def test_what_no_program_can_mean_is_refused(api: APIClient, sent: str) -> None:
    response = api.post("/api/v1/customers/", sent, content_type="application/json")
    problem(response, 400)


@pytest.mark.parametrize(
    "address",
    [
        "campaigns/?segments=" + "9" * 30,
        "campaigns/?offer=" + "9" * 30,
        "customers/?segment=" + "9" * 30,
        "segments/?run=" + "9" * 30,
    ],
)
def test_a_filter_by_a_number_beyond_all_rows_is_refused(api: APIClient, address: str) -> None:
    problem(api.get(f"/api/v1/{address}"), 400)


def test_a_number_that_is_too_large_is_refused(api: APIClient) -> None:
    values = {"external_id": "x", "name": "X", "latitude": 0, "longitude": 0}
    sent = json.dumps(values).replace('"longitude": 0', '"longitude": 1e400')
    problem(api.post("/api/v1/cities/", sent, content_type="application/json"), 400)
    runs = {"seed": 10**30, "clusters": [10**30]}
    assert sorted(problem(api.post("/api/v1/runs/", runs), 400)["errors"]) == ["clusters", "seed"]


def test_another_media_type_is_refused(api: APIClient) -> None:
    response = api.post("/api/v1/customers/", "a,b", content_type="text/csv")
    assert problem(response, 415)["code"] == "unsupported_media_type"


def test_another_answer_than_json_is_refused(api: APIClient) -> None:
    response = api.get("/api/v1/customers/", headers={"Accept": "text/html"})
    assert problem(response, 406)["code"] == "not_acceptable"


def test_another_method_is_refused(api: APIClient) -> None:
    response = api.delete("/api/v1/customers/")
    assert problem(response, 405)["code"] == "method_not_allowed"
    assert "GET" in response["Allow"]


@pytest.mark.parametrize("name", ["1000000", "9" * 30, "abc", "-1"])
def test_a_customer_that_is_not_there_is_not_found(api: APIClient, name: str) -> None:
    problem(api.get(f"/api/v1/customers/{name}/"), 404)


@pytest.mark.parametrize("address", ["/api/", "/api/v1/nothing/", "/api/v2/", "/api/v1/customers"])
def test_an_unknown_address_is_not_found(api: APIClient, address: str) -> None:
    assert problem(api.get(address), 404)["code"] == "not_found"
    assert problem(api.post(address, {}), 404)["code"] == "not_found"


def test_an_unknown_address_asks_for_login_first(client: Client) -> None:
    response = client.get("/api/v1/nothing/")
    assert problem(response, 401)["code"] == "not_authenticated"


@pytest.mark.parametrize("position", ["x", "1.5", "9" * 5000])
def test_a_cursor_nobody_handed_out_is_not_found(api: APIClient, position: str) -> None:
    cursor = b64encode(f"p={position}".encode()).decode()
    problem(api.get("/api/v1/customers/", {"cursor": cursor}), 404)


def test_a_cursor_beyond_all_rows_finds_an_empty_page(api: APIClient) -> None:
    make_customer()
    cursor = b64encode(b"p=" + b"9" * 40).decode()
    assert api.get("/api/v1/customers/", {"cursor": cursor}).json()["results"] == []


def test_a_row_written_at_the_same_moment_is_a_conflict(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def clash(*args: object, **kwargs: object) -> None:
        raise IntegrityError

    monkeypatch.setattr("customers.operations.records.mark_facts_stale", clash)
    body = problem(api.post("/api/v1/customers/", {"external_id": "c1"}), 409)
    assert body["code"] == "conflict"
