from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import chromium
from tests.browser.site import Site, running_site

LOGIN, PASSWORD = "mona", "a-password-of-the-tests-only"
expect.set_options(timeout=15_000)  # milliseconds; a busy machine may take its time


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An empty site with one marketer."""
    folder: Path = tmp_path_factory.mktemp("site")
    with running_site(folder) as running:
        running.make_person(LOGIN, PASSWORD, "Mona", "Marketer")
        yield running


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about: errors of scripts, refused content, failed requests."""
    return []


@pytest.fixture
def page(browser: Browser, site: Site, complaints: list[str]) -> Iterator[Page]:
    """A browser page that is logged in as a marketer and listens for complaints."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=site.url)
    page = context.new_page()
    listen(page, complaints)
    log_in(page)
    yield page
    context.close()


def listen(page: Page, complaints: list[str]) -> None:
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text) if message.type in ("error", "warning") else None
        ),
    )


def log_in(page: Page) -> None:
    page.goto("/login/")
    page.get_by_label("Username").fill(LOGIN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/")
