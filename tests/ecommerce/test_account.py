"""A person's own page: tokens that are shown once, and the password."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken
from pytest_django import Settings

from ecommerce.proxies import client_address
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PASSWORD, BETTER = "the first one of mona", "the second one of mona"


@pytest.fixture
def mona() -> User:
    return make_user("Viewer", username="mona", password=PASSWORD)


@pytest.fixture
def at_home(client: Client, mona: User) -> Client:
    client.force_login(mona)
    return client


def new_token(client: Client) -> str:
    """The token as the page shows it."""
    page = client.post(reverse("create-token")).content.decode()
    return re.search(r"<code class=\"user-select-all[^>]*>(\w+)</code>", page)[1]


def status_with(token: str) -> int:
    """What the API answers to a program with this token."""
    headers = {"Authorization": f"Token {token}"}
    return Client().get("/api/v1/customers/", headers=headers).status_code


def test_the_page_says_who_one_is(at_home: Client) -> None:
    page = at_home.get(reverse("account")).content.decode()
    assert "<dd>mona</dd>" in page
    assert "<dd>Viewer</dd>" in page


def test_a_token_is_shown_once(at_home: Client) -> None:
    token = new_token(at_home)
    assert token not in at_home.get(reverse("account")).content.decode()


def test_a_token_opens_the_api_with_the_role_of_its_owner(at_home: Client) -> None:
    token = new_token(at_home)
    assert status_with(token) == 200
    User.objects.get(username="mona").groups.clear()
    assert status_with(token) == 403


def test_a_token_is_not_stored(at_home: Client, mona: User) -> None:
    token = new_token(at_home)
    stored = AuthToken.objects.get(user=mona)
    assert token not in vars(stored).values()
    assert stored.expiry > timezone.now() + timedelta(days=80)


def test_a_revoked_token_opens_nothing(at_home: Client) -> None:
    token, other = new_token(at_home), new_token(at_home)
    digest = AuthToken.objects.get(token_key=token[: len(AuthToken.objects.first().token_key)])
    response = at_home.post(reverse("revoke-token", args=[digest.digest]), follow=True)
    assert "The token no longer opens anything." in response.content.decode()
    assert (status_with(token), status_with(other)) == (401, 200)


def test_a_token_of_someone_else_is_neither_seen_nor_revoked(at_home: Client) -> None:
    theirs, token = AuthToken.objects.create(user=make_user("Admin"))
    assert theirs.token_key not in at_home.get(reverse("account")).content.decode()
    assert at_home.post(reverse("revoke-token", args=[theirs.digest])).status_code == 404
    assert status_with(token) == 200


def test_a_token_that_has_ended_opens_nothing(mona: User) -> None:
    _, token = AuthToken.objects.create(user=mona, expiry=timedelta(seconds=-1))
    assert status_with(token) == 401


def test_the_password_is_changed(at_home: Client, mona: User) -> None:
    values = {"old_password": PASSWORD, "new_password1": BETTER, "new_password2": BETTER}
    page = at_home.post(reverse("change-password"), values, follow=True).content.decode()
    assert "Your password is changed." in page
    mona.refresh_from_db()
    assert mona.check_password(BETTER)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"old_password": "wrong"}, "old password was entered incorrectly"),
        ({"new_password2": "another one of mona"}, "didn’t match"),
        ({"new_password1": "12345678", "new_password2": "12345678"}, "too common"),
    ],
)
def test_a_password_that_will_not_do_is_refused(
    at_home: Client, mona: User, values: dict[str, str], sentence: str
) -> None:
    right = {"old_password": PASSWORD, "new_password1": BETTER, "new_password2": BETTER}
    page = at_home.post(reverse("change-password"), right | values).content.decode()
    assert sentence in page
    mona.refresh_from_db()
    assert mona.check_password(PASSWORD)


def test_too_many_wrong_passwords_lock_the_login(client: Client, mona: User) -> None:
    for _ in range(10):
        client.post("/login/", {"username": "mona", "password": "wrong"})
    response = client.post("/login/", {"username": "mona", "password": PASSWORD})
    assert response.status_code == 429
    assert "locked for 15 minutes" in response.content.decode()


def wrong_logins(client: Client, *forwarded_for: str) -> list[int]:
    """The answers to a wrong password from each of these chains of addresses."""
    values = {"username": "mona", "password": "wrong"}
    return [
        client.post("/login/", values, headers={"X-Forwarded-For": chain}).status_code
        for chain in forwarded_for
    ]


def test_behind_a_proxy_the_lock_is_for_one_address(
    client: Client, mona: User, settings: Settings
) -> None:
    settings.PROXY_COUNT = 1
    # Who attacks may send addresses along, and the proxy appends the true one.
    chains = [f"198.51.100.{n}, 203.0.113.9" for n in range(10)]
    assert wrong_logins(client, *chains, "203.0.113.9")[-1] == 429
    assert wrong_logins(client, "203.0.113.10") == [200]


def test_without_a_proxy_nobody_says_another_address(client: Client, mona: User) -> None:
    assert wrong_logins(client, *(f"198.51.100.{n}" for n in range(11)))[-1] == 429


@pytest.mark.parametrize(
    ("proxies", "chain", "address"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "203.0.113.9, 10.0.0.7", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "", "10.0.0.1"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "someone", "10.0.0.1"),
    ],
)
def test_the_address_is_the_one_our_outermost_proxy_wrote(
    settings: Settings, proxies: int, chain: str, address: str
) -> None:
    settings.PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": chain}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="10.0.0.1")
    assert client_address(request) == address
