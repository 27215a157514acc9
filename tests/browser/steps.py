"""Steps that several journeys through the site take."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page

PATIENCE = 60_000  # milliseconds for a worker to do its part


def go_to(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()


def upload(page: Page, file: Path) -> None:
    """Give a file to be checked; what was found is shown next."""
    go_to(page, "Data")
    page.get_by_label("File with your records").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    page.wait_for_url("**/data/imports/*/")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name)


def load_button(page: Page) -> Locator:
    """Load 11 rows, or Load the 8 good rows."""
    return page.get_by_role("button", name=re.compile(r"^Load (the )?[\d,]+ (good )?rows?$"))
