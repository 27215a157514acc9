"""The whole main job in a browser, from logging in to a scheduled campaign."""

import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from customers.demo import write_demo_data
from tests.browser.accessibility import faults_of
from tests.browser.charts import every_chart_is_drawn
from tests.browser.site import ROOT
from tests.browser.steps import PATIENCE, go_to, load_button, upload

pytestmark = pytest.mark.browser

WORKBOOK = ROOT.parent / "shared/data/E-commerce_data.xlsx"
# Every page of the product, once for each kind.
ADDRESSES = (
    "/",
    "/data/",
    "/data/preparing-files/",
    "/data/export/",
    "/data/imports/1/",
    "/data/imports/1/undo/",
    "/data/imports/2/",
    "/data/imports/2/columns/",
    "/segments/",
    "/segments/1/",
    "/segments/runs/new/",
    "/segments/runs/1/",
    "/campaigns/",
    "/campaigns/1/",
    "/campaigns/new/",
    "/campaigns/offers/1/",
    "/campaigns/offers/new/",
    "/account/",
    "/account/password/",
)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference workbook; where it is absent, a zip of made-up records of the same size."""
    if WORKBOOK.exists():
        return WORKBOOK
    folder = tmp_path_factory.mktemp("records")
    write_demo_data(folder, customers=1000, transactions=5000, seed=7)
    return Path(shutil.make_archive(str(folder), "zip", folder))


def test_a_marketer_goes_from_records_to_a_campaign(
    page: Page, records: Path, complaints: list[str]
) -> None:
    import_records(page, records)
    look_at_the_overview(page)
    find_and_adopt_segments(page)
    make_an_offer(page)
    assign_the_offer(page)
    schedule_the_campaign(page)
    check_the_same_file_again(page, records)
    every_page_is_accessible(page)
    assert complaints == []


def import_records(page: Page, records: Path) -> None:
    expect(page.get_by_text("Nothing to show yet")).to_be_visible()
    page.get_by_role("link", name="Import records").click()
    upload(page, records)
    expect(page.get_by_text("Nothing is loaded yet")).to_be_visible(timeout=PATIENCE)
    load_button(page).click()
    expect(page.get_by_text("figures are up to date")).to_be_visible(timeout=PATIENCE)
    customers = page.get_by_role("row", name="Customers")
    expect(customers.get_by_role("cell").first).to_have_text("1,000")


def look_at_the_overview(page: Page) -> None:
    page.get_by_role("link", name="See the overview").click()
    page.get_by_role("link", name="All time").click()
    tile = page.locator(".tile", has_text="Claims").first
    expect(tile.locator(".value")).to_have_text("5,000")
    every_chart_is_drawn(page)
    page.get_by_role("button", name="Show the numbers of Claims and burns over time").click()
    expect(page.get_by_role("columnheader", name="Burns").first).to_be_visible()


def find_and_adopt_segments(page: Page) -> None:
    go_to(page, "Segments")
    page.get_by_role("link", name="Find segments").click()
    page.get_by_text("Five groups", exact=True).click()
    page.get_by_role("button", name="Start the run").click()
    adopt = page.get_by_role("button", name="Adopt these segments")
    expect(adopt).to_be_visible(timeout=PATIENCE)
    every_chart_is_drawn(page)
    adopt.click()
    expect(page.get_by_text("are now the current ones")).to_be_visible()
    expect(page.locator(".segment-card")).to_have_count(5)


def make_an_offer(page: Page) -> None:
    go_to(page, "Campaigns")
    page.get_by_role("link", name="New offer").click()
    page.get_by_label("Name").fill("Welcome back")
    page.get_by_label("Value").fill("20")
    page.get_by_role("button", name="Save the offer").click()
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    expect(page.get_by_text("20% off").first).to_be_visible()


def assign_the_offer(page: Page) -> None:
    go_to(page, "Segments")
    card = page.locator(".segment-card").first
    name = card.get_by_role("heading").inner_text()
    card.get_by_role("link", name="Assign an offer").click()
    expect(page.get_by_role("checkbox", name=re.compile(rf"^{re.escape(name)} "))).to_be_checked()
    page.get_by_label("Name").fill("Spring return")
    page.get_by_label("Offer").select_option("Welcome back (20% off)")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_role("heading", name="Spring return Draft")).to_be_visible()
    expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()


def schedule_the_campaign(page: Page) -> None:
    page.get_by_role("button", name="Schedule").click()
    expect(page.get_by_text("“Spring return” is scheduled.")).to_be_visible()
    go_to(page, "Campaigns")
    row = page.get_by_role("row", name="Spring return")
    expect(row).to_contain_text("Scheduled")


def check_the_same_file_again(page: Page, records: Path) -> None:
    upload(page, records)
    nothing = page.get_by_text("Loading it would change nothing")
    expect(nothing).to_be_visible(timeout=PATIENCE)


def every_page_is_accessible(page: Page) -> None:
    faults = []
    for address in ADDRESSES:
        page.goto(address)
        assert urlsplit(page.url).path == address, "another page answered"
        faults += faults_of(page)
    assert faults == []
