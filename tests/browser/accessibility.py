"""What people who can't see well, or look at a phone, would stumble over on a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS = ("serious", "critical")
VIEWS = ((1440, "light"), (1440, "dark"), (390, "light"), (390, "dark"))


def faults_of(page: Page) -> list[tuple[str, ...]]:
    """The serious faults that axe finds, on a large screen and on a phone, in both themes."""
    before = page.viewport_size
    faults = [fault for width, theme in VIEWS for fault in _faults_in(page, width, theme)]
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)
    return faults


def _faults_in(page: Page, width: int, theme: str) -> list[tuple[str, ...]]:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    page.reload()  # a chart, and a colour of the other theme, would still be on their way
    where = (page.url, str(width), theme)
    fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    faults = [] if fits else [(*where, "wider than the screen")]
    found = Axe().run(page).response["violations"]
    serious = [fault for fault in found if fault["impact"] in SERIOUS]
    return faults + [(*where, fault["id"], fault["nodes"][0]["html"]) for fault in serious]
