import pytest
from django.test import Client

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


def test_a_token_of_odd_bytes_is_an_invalid_token() -> None:
    answer = Client().get("/api/v1/segments/", headers={"Authorization": "Token \xff\xfe"})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert answer.json()["detail"] == "Invalid token."
