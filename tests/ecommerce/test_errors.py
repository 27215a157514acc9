import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from tests.factories import make_user

pytestmark = pytest.mark.django_db


def client_that_is_told_of_errors() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make_user("Marketer"))
    return client


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking for customers and for campaigns fails as nobody expected."""

    def fail(*arguments: object, **options: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("segmentation.api.SegmentViewSet.list", fail)
    monkeypatch.setattr("campaigns.models.Campaign.objects.with_offer", fail)


def test_an_unexpected_error_of_the_api_is_a_problem_without_details(broken: None) -> None:
    answer = client_that_is_told_of_errors().get("/api/v1/segments/")
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "Internal Server Error"
    assert "broken on purpose" not in answer.content.decode()


def test_an_unexpected_error_of_a_page_is_a_page(broken: None) -> None:
    answer = client_that_is_told_of_errors().get("/campaigns/")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode()


@contextmanager
def written_to() -> Iterator[None]:
    """Another connection is writing to the database all the time."""
    if connection.vendor != "sqlite":
        pytest.skip("Only on SQLite does one writer keep all others waiting.")
    name = str(connection.settings_dict["NAME"])
    with closing(sqlite3.connect(name, uri=name.startswith("file:"))) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE customers_city SET name = name")
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 0")
        yield


@pytest.mark.django_db(transaction=True)
def test_a_page_that_cannot_write_says_when_to_try_again() -> None:
    client = Client(raise_request_exception=False)
    client.force_login(make_user())
    with written_to():
        answer = client.post("/logout/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "send it again in a minute" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_api_that_cannot_write_says_when_to_try_again() -> None:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(make_user(is_superuser=True))
    with written_to():
        answer = client.post("/api/v1/cities/", {"external_id": "1", "name": "Cairo"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert answer.json()["code"] == "busy"


def test_a_token_of_odd_bytes_is_an_invalid_token() -> None:
    answer = Client().get("/api/v1/segments/", headers={"Authorization": "Token \xff\xfe"})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert answer.json()["detail"] == "Invalid token."
