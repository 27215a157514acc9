"""The laboratory in a browser: find, compare, adopt, rename, find again, explain, repeat."""

import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from customers.demo import write_demo_data
from tests.browser.accessibility import faults_of
from tests.browser.charts import every_chart_is_drawn
from tests.browser.steps import PATIENCE, button, go_to, load_button, upload

pytestmark = pytest.mark.browser

CUSTOMERS = 2_400
ADDRESSES = (
    "/segments/",
    "/segments/runs/1/?columns=True&rows=True",
    "/segments/runs/",
    "/segments/runs/1/compare/?a=1&b=2",
    "/segments/runs/1/report/",
    "/segments/runs/2/",
    "/segments/customers/1/",
    "/segments/schedules/",
    "/segments/schedules/1/",
)
OWN_NAME = "Our faithful friends"


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("records")
    write_demo_data(folder, customers=CUSTOMERS, transactions=26_000, seed=3)
    return Path(shutil.make_archive(str(folder), "zip", folder))


def test_a_team_finds_segments_and_keeps_them(
    page: Page, records: Path, complaints: list[str]
) -> None:
    upload(page, records)
    load_button(page).click(timeout=PATIENCE)
    expect(page.get_by_text("figures are up to date")).to_be_visible(timeout=PATIENCE)
    ask_for_too_much(page)
    # The browser says of the refused form that it was refused, and nothing else.
    assert ["422" in complaint for complaint in complaints] == [True]
    complaints.clear()
    find_the_best(page)
    look_at_the_scoreboard(page)
    compare_two(page)
    adopt(page)
    rename_the_first(page)
    find_again(page)
    see_who_moved(page)
    look_at_a_customer(page)
    repeat_the_run(page)
    print_the_report(page)
    every_page_is_accessible(page)
    assert complaints == []


def ask_for_too_much(page: Page) -> None:
    """What can't be done is said at its field, and what was filled in stays."""
    go_to(page, "Segments")
    page.get_by_role("link", name="Find segments").click()
    page.get_by_text("Advanced", exact=True).click()
    page.get_by_role("radio", name=re.compile("^DBSCAN")).check()
    page.get_by_label("Distance", exact=True).fill("0")
    button(page, "Start the run").click()
    expect(page.get_by_text("give a number above 0").first).to_be_visible()
    expect(page.get_by_label("Distance", exact=True)).to_have_value("0")


def find_the_best(page: Page) -> None:
    go_to(page, "Segments")
    page.get_by_role("link", name="Find segments").click()
    expect(page.get_by_label("Find the best groups")).to_be_checked()
    button(page, "Start the run").click()
    # Finished models are there while others are still tried.
    expect(page.get_by_text(re.compile(r"Tried so far: \d+ models"))).to_be_visible(
        timeout=PATIENCE
    )
    expect(button(page, "Adopt these segments")).to_be_visible(timeout=2 * PATIENCE)
    # The groups that are in the records are found.
    expect(page.locator(".verdict .pill")).to_have_text(re.compile("^(Clear|Good) groups$"))
    every_chart_is_drawn(page)


def look_at_the_scoreboard(page: Page) -> None:
    board = page.locator("#scoreboard")
    board.get_by_role("button", name="More figures").click()
    board.get_by_role("button", name=re.compile("^Stability")).click()
    board.get_by_role("button", name="Show all 69 models").click()
    expect(board.locator("tbody tr")).to_have_count(69)
    shown = board.locator("tbody tr", has=page.get_by_text("recommended", exact=True))
    expect(shown).to_have_count(1)


def compare_two(page: Page) -> None:
    button(page, "Compare A and B").click()
    expect(page.get_by_role("heading", name="Two models side by side")).to_be_visible()
    expect(page.get_by_role("heading", name="Where the same customers are")).to_be_visible()
    page.go_back()


def adopt(page: Page) -> None:
    button(page, "Adopt these segments").click()
    expect(page.get_by_text("are now the current ones")).to_be_visible()
    every_chart_is_drawn(page)


def rename_the_first(page: Page) -> None:
    card = page.locator(".segment-card").first
    card.locator("summary", has_text="Rename").click()
    card.get_by_label(re.compile("^New name of")).fill(OWN_NAME)
    card.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=OWN_NAME)).to_be_visible()


def find_again(page: Page) -> None:
    """Another run, without gender, finds most of them again: the name stays."""
    page.get_by_role("link", name="New run").first.click()
    page.get_by_text("As many groups as there are", exact=True).click()
    page.get_by_text("Advanced", exact=True).click()
    page.get_by_label("Without gender").check()
    button(page, "Start the run").click()
    expect(button(page, "Adopt these segments")).to_be_visible(timeout=PATIENCE)
    page.once("dialog", lambda dialog: dialog.accept())
    button(page, "Adopt these segments").click()
    expect(page.get_by_text("are now the current ones")).to_be_visible()
    expect(page.get_by_role("heading", name=OWN_NAME)).to_be_visible()


def see_who_moved(page: Page) -> None:
    expect(page.get_by_role("heading", name="From run to run")).to_be_visible()
    expect(page.get_by_role("heading", name="Where customers went")).to_be_visible()
    every_chart_is_drawn(page)


def look_at_a_customer(page: Page) -> None:
    page.get_by_placeholder("Customer id").fill("1")
    button(page, "Find").click()
    expect(page.get_by_role("heading", name="Why here")).to_be_visible()
    expect(page.get_by_role("heading", name="What would move them")).to_be_visible()
    expect(page.locator(".stays li")).to_have_count(2)


def repeat_the_run(page: Page) -> None:
    go_to(page, "Segments")
    page.get_by_role("link", name="New run").first.click()
    button(page, "Repeat this run…").click()
    expect(page.get_by_role("heading", name="Repeat a run")).to_be_visible()
    button(page, "Repeat it").click()
    expect(page.get_by_role("heading", name="Repeated runs")).to_be_visible()
    expect(page.get_by_role("row", name="Find the best groups")).to_be_visible()


def print_the_report(page: Page) -> None:
    """On paper there is no navigation, and nothing is cut off."""
    page.goto("/segments/runs/1/report/")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_role("heading", name="Segment by segment")).to_be_visible()
    page.emulate_media(media="screen")


def every_page_is_accessible(page: Page) -> None:
    faults = []
    for address in ADDRESSES:
        page.goto(address)
        assert urlsplit(page.url).path == urlsplit(address).path, "another page answered"
        faults += faults_of(page)
    assert faults == []
