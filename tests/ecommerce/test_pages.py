"""Every page: who may open it, and that nothing in it needs what the CSP forbids."""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

import campaigns.urls
import customers.urls
import segmentation.urls
from campaigns.models import Campaign
from customers import export_urls
from customers.importing.tables import TABLES
from customers.models import DataImport
from customers.operations.facts import refresh_facts
from ecommerce import urls
from segmentation.models import SegmentationRun
from segmentation.operations.adopting import adopt_run
from segmentation.operations.runs import execute_run, request_run
from segmentation.presets import preset_settings
from tests.factories import (
    make_campaign,
    make_customer,
    make_history,
    make_import,
    make_run,
    make_schedule,
    make_user,
)

pytestmark = pytest.mark.django_db
ROLES = ("Viewer", "Marketer", "Admin", "Integration")
# Pages that everybody with a role may look at, and those that only some may.
FOR_ALL = (
    "overview",
    "data",
    "preparing-files",
    "import",
    "segments",
    "run",
    "report-run",
    "segment",
    "person",
    "run-schedules",
    "runs",
    "campaigns",
    "campaign",
    "offer",
)
FOR_MARKETERS = (
    "name-columns",
    "undo-import",
    "new-run",
    "new-run-schedule",
    "run-schedule",
    "new-campaign",
    "edit-campaign",
    "new-offer",
    "edit-offer",
)
OWN = ("account", "change-password")
ACTIONS = (
    "start-import",
    "cancel-import",
    "load-import",
    "retry-import",
    "adopt-run",
    "cancel-run",
    "delete-run",
    "delete-run-schedule",
    "rename-segment",
    "archive-segment",
    "restore-segment",
    "delete-campaign",
    "move-campaign",
)
OWN_ACTIONS = ("create-token", "revoke-token", "logout")
DOWNLOADS = (
    "download-rejects",
    "download-template",
    "export-overview",
    "export-records",
    "export-members",
    "export-memberships",
    "export-difference",
    "compare-run",
    "find-person",
)
WITHOUT_LOGIN = ("login", "health", "favicon")


@pytest.fixture
def address() -> Callable[[str], str]:
    """The address of a page by its name, for the rows that are there."""
    segment_of_campaign = make_campaign()
    rows = {
        "import": make_import(task=DataImport.Task.CHECK),
        "run": (run := make_run()),
        "memberships": run,
        "difference": run,
        "schedule": make_schedule(),
        "segment": segment_of_campaign.segments.get(),
        "person": make_customer(),
        "campaign": segment_of_campaign,
        "offer": segment_of_campaign.offer,
        "rejects": make_import(status=DataImport.Status.COMPLETED),
        "columns": make_import(status=DataImport.Status.MAPPING),
        "members": segment_of_campaign.segments.get(),
    }
    nothing = {"rows": 0, "created": 0, "updated": 0, "unchanged": 0, "rejected": 0}
    tables = {table.name: nothing for table in TABLES} | {"cities": nothing | {"created": 1}}
    loaded = make_import(
        status=DataImport.Status.COMPLETED, tables=tables, loaded_at=timezone.now()
    )

    def find(page: str) -> str:
        arguments = {
            "move-campaign": [rows["campaign"].pk, "schedule"],
            "revoke-token": ["x"],
            "undo-import": [loaded.pk],
        }
        if page in arguments:
            return reverse(page, args=arguments[page])
        kind = page.rpartition("-")[2]
        takes_row = kind in rows and not page.startswith(("new-", "start-", "find-"))
        return reverse(page, args=[rows[kind].pk] if takes_row else [])

    return find


class Inspector(HTMLParser):
    """Notes what a page holds against a strict content security policy."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name, value in given.items():
            if name == "style" or name.startswith(("on", "hx-on")):
                self.faults.append(f'{tag} has {name}="{value}"')
            if "//" in (value or "") and name in ("src", "href", "action"):
                self.faults.append(f"{tag} leads elsewhere: {value}")
        data_block = given.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in given and not data_block):
            self.faults.append(f"{tag} inside the page")


def faults_of(html: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(html)
    return inspector.faults


# Who may come in -----------------------------------------------------------------------------


def test_every_page_is_in_the_lists_above() -> None:
    modules = (customers.urls, export_urls, segmentation.urls, campaigns.urls, urls)
    named = {path.name for module in modules for path in module.urlpatterns if path_name(path)}
    listed = FOR_ALL + FOR_MARKETERS + OWN + ACTIONS + OWN_ACTIONS + DOWNLOADS + WITHOUT_LOGIN
    assert named == set(listed)


def path_name(path: Any) -> str | None:
    return getattr(path, "name", None)


@pytest.mark.parametrize("page", FOR_ALL + FOR_MARKETERS + OWN + DOWNLOADS)
def test_a_page_needs_login(client: Client, address: Callable[[str], str], page: str) -> None:
    response = client.get(address(page))
    assert response.status_code == 302
    assert response.url == f"/login/?next={address(page)}"


@pytest.mark.parametrize("page", ACTIONS + OWN_ACTIONS[:2])
def test_an_action_needs_login(client: Client, address: Callable[[str], str], page: str) -> None:
    response = client.post(address(page))
    assert response.status_code == 302
    assert response.url.startswith("/login/")


@pytest.mark.parametrize("role", ROLES)
def test_everybody_with_a_role_may_look(
    client: Client, address: Callable[[str], str], role: str
) -> None:
    client.force_login(make_user(role))
    assert {page: client.get(address(page)).status_code for page in FOR_ALL + OWN} == dict.fromkeys(
        FOR_ALL + OWN, 200
    )


@pytest.mark.parametrize("page", FOR_ALL + FOR_MARKETERS + DOWNLOADS)
def test_a_person_without_a_role_sees_nothing(
    client: Client, address: Callable[[str], str], page: str
) -> None:
    client.force_login(make_user())
    assert client.get(address(page)).status_code == 403


@pytest.mark.parametrize("page", FOR_MARKETERS)
@pytest.mark.parametrize(
    ("role", "status"), [("Marketer", 200), ("Admin", 200), ("Viewer", 403), ("Integration", 403)]
)
def test_only_marketers_and_admins_change_things(
    client: Client, address: Callable[[str], str], page: str, role: str, status: int
) -> None:
    client.force_login(make_user(role))
    assert client.get(address(page)).status_code == status


@pytest.mark.parametrize("page", ACTIONS)
def test_a_viewer_changes_nothing(client: Client, address: Callable[[str], str], page: str) -> None:
    client.force_login(make_user("Viewer"))
    assert client.post(address(page)).status_code == 403
    assert Campaign.objects.get().status == Campaign.Status.DRAFT
    assert not SegmentationRun.objects.current()
    assert DataImport.objects.filter(status=DataImport.Status.QUEUED).count() == 1


@pytest.mark.parametrize("page", FOR_MARKETERS)
def test_a_viewer_submits_nothing(client: Client, address: Callable[[str], str], page: str) -> None:
    client.force_login(make_user("Viewer"))
    assert client.post(address(page), {"name": "x"}).status_code == 403


@pytest.mark.parametrize("page", ACTIONS + OWN_ACTIONS[:2])
def test_an_action_is_not_done_by_following_a_link(
    client: Client, address: Callable[[str], str], page: str
) -> None:
    client.force_login(make_user("Admin"))
    assert client.get(address(page)).status_code == 405


@pytest.mark.parametrize("page", ACTIONS + OWN_ACTIONS[:2])
def test_an_action_from_another_site_is_refused(address: Callable[[str], str], page: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("Admin"))
    assert client.post(address(page)).status_code == 403


def test_health_is_told_without_login(client: Client) -> None:
    response = client.get("/health/")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_health_is_told_without_tls_to_who_balances_the_load(
    client: Client, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True  # as in production
    assert client.get("/health/").status_code == 200
    for page in ("/login/", "/health/more/"):
        response = client.get(page)
        assert (response.status_code, response.url) == (301, f"https://testserver{page}")


def test_a_row_that_is_not_there_is_not_found(client: Client) -> None:
    client.force_login(make_user("Admin"))
    for page in ("import", "run", "segment", "campaign", "offer", "edit-campaign", "edit-offer"):
        assert client.get(reverse(page, args=[10**9])).status_code == 404
        assert client.get(f"/{page}/nothing/").status_code == 404


def test_a_person_logs_in_and_out(client: Client) -> None:
    make_user("Viewer", username="mona", password="a long password")
    values = {"username": "mona", "password": "a long password", "next": "/data/"}
    assert client.post("/login/", values).url == "/data/"
    assert client.post("/logout/").url == "/login/"
    assert client.get("/data/").status_code == 302


def test_a_wrong_password_is_refused(client: Client) -> None:
    make_user("Viewer", username="mona", password="a long password")
    response = client.post("/login/", {"username": "mona", "password": "another"})
    assert "correct username and password" in response.content.decode()


def test_login_does_not_lead_to_another_site(client: Client) -> None:
    make_user("Viewer", username="mona", password="a long password")
    values = {"username": "mona", "password": "a long password", "next": "https://example.org/"}
    assert client.post("/login/", values).url == "/"


def test_the_menu_shows_what_a_person_may_open(client: Client) -> None:
    def menu() -> list[str]:
        return [item.label for item in client.get("/account/").context["navigation"]]

    client.force_login(make_user())
    assert menu() == []
    client.force_login(make_user("Viewer"))
    assert menu() == ["Overview", "Segments", "Campaigns", "Data"]


def test_the_menu_marks_where_one_is(client: Client) -> None:
    client.force_login(make_user("Marketer"))
    for page, label in (("/", "Overview"), ("/data/", "Data"), ("/campaigns/new/", "Campaigns")):
        here = [item.label for item in client.get(page).context["navigation"] if item.is_here]
        assert here == [label]


# What the browser may run --------------------------------------------------------------------


@pytest.mark.parametrize("page", FOR_ALL + FOR_MARKETERS + OWN + WITHOUT_LOGIN[:1])
def test_a_page_needs_nothing_that_the_policy_forbids(
    client: Client, address: Callable[[str], str], page: str
) -> None:
    client.force_login(make_user("Marketer"))
    response = client.get(address(page))
    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert faults_of(response.content.decode()) == []


def test_full_pages_need_nothing_that_the_policy_forbids(client: Client) -> None:
    client.force_login(make_user("Marketer"))
    make_history(customers=60)
    refresh_facts()
    asked = request_run(settings=preset_settings("natural"), requested_by=None, queue=False)
    run = execute_run(asked.pk)
    adopt_run(run=run, adopted_by=None)
    for page in (
        "/",
        "/segments/",
        run.get_absolute_url(),
        run.segments.first().get_absolute_url(),
    ):
        response = client.get(page)
        assert (response.status_code, faults_of(response.content.decode())) == (200, [])


@pytest.mark.parametrize(
    "html",
    [
        "<p style='color: red'>",
        "<button onclick='go()'>",
        "<script>go()</script>",
        "<style>p {}</style>",
        "<script src='https://cdn.example.org/x.js'></script>",
    ],
)
def test_the_inspector_sees_each_fault(html: str) -> None:
    assert faults_of(html)


def test_error_pages_are_plain_and_ours(client: Client) -> None:
    client.force_login(make_user())
    for address, heading in (("/nowhere/", "Page not found"), ("/campaigns/", "Not allowed")):
        page = client.get(address).content.decode()
        assert heading in page
        assert faults_of(page) == []
