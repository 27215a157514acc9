import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from tests.factories import make_campaign, make_user

pytestmark = pytest.mark.django_db


def admin_client() -> Client:
    client = Client()
    client.force_login(make_user("Admin", is_staff=True))
    return client


def test_an_admin_does_not_become_a_superuser() -> None:
    person = make_user("Viewer")
    page = admin_client().get(reverse("admin:auth_user_change", args=[person.pk]))
    assert 'name="is_superuser"' not in page.content.decode()
    assert 'name="groups"' in page.content.decode()


def test_an_admin_does_not_change_a_superuser() -> None:
    root = make_user(is_superuser=True)
    password = reverse("admin:auth_user_password_change", args=[root.pk])
    assert admin_client().post(password, {"password1": "x", "password2": "x"}).status_code == 403
    assert admin_client().post(reverse("admin:auth_user_delete", args=[root.pk])).status_code == 403


@pytest.mark.parametrize(
    "page", ["django_q/schedule/add/", "django_q/schedule/", "knox/authtoken/add/"]
)
def test_an_admin_schedules_nothing_and_makes_no_tokens_for_others(page: str) -> None:
    assert admin_client().get(f"/admin/{page}").status_code == 403
    assert admin_client().post(f"/admin/{page}", {}).status_code == 403


def test_an_admin_sees_groups_and_does_not_change_them() -> None:
    client, group = admin_client(), Group.objects.get(name="Viewer")
    change = reverse("admin:auth_group_change", args=[group.pk])
    assert client.get(change).status_code == 200
    assert client.post(change, {"name": "Viewer", "permissions": []}).status_code == 403
    assert client.post(reverse("admin:auth_group_add"), {"name": "New"}).status_code == 403
    delete = reverse("admin:auth_group_delete", args=[group.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403


def test_an_admin_revokes_tokens() -> None:
    token, _ = AuthToken.objects.create(user=make_user("Viewer"))
    address = reverse("admin:knox_authtoken_delete", args=[token.pk])
    admin_client().post(address, {"post": "yes"})
    assert not AuthToken.objects.exists()


def test_a_superuser_makes_superusers() -> None:
    client = Client()
    client.force_login(make_user(is_superuser=True, is_staff=True))
    page = client.get(reverse("admin:auth_user_change", args=[make_user().pk]))
    assert 'name="is_superuser"' in page.content.decode()


def test_the_history_of_a_campaign_says_who_changed_what() -> None:
    campaign = make_campaign(name="Spring")
    campaign.name = "Summer"
    campaign.save()
    page = admin_client().get(reverse("admin:campaigns_campaign_history", args=[campaign.pk]))
    assert "Spring → Summer" in page.content.decode()
    assert "style=" not in page.content.decode()
