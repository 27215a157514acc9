"""The pictures of the README and the user guide: `make screenshots`."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.charts import wait_for_charts
from tests.browser.chromium import chromium, install_chromium
from tests.browser.conftest import LOGIN, PASSWORD, log_in
from tests.browser.messy_files import UNCLEAR, write_messy, write_tidy
from tests.browser.site import ROOT, running_site
from tests.browser.steps import PATIENCE, button, load_button, upload

FOLDER = ROOT / "docs/screenshots"
COLORS = 256  # enough for flat pages, and a third of the bytes


@dataclass(frozen=True)
class Picture:
    name: str
    address: str
    width: int = 1440
    height: int = 1000
    theme: str = "light"


PICTURES = (
    Picture("overview", "/"),
    Picture("overview-phone", "/", 390, 844, "dark"),
    Picture("segments", "/segments/", height=1340),
    Picture("segments-dark", "/segments/", height=1340, theme="dark"),
    Picture("segment", "/segments/1/"),
    Picture("run", "/segments/runs/1/", height=1340),
    Picture("campaign", "/campaigns/1/"),
    Picture("data", "/data/", height=1060),
)
# The demonstration's own records are import 1; what the messy workbook refers to is import 2.
MESSY_IMPORT = "/data/imports/3/"
COLUMNS = Picture("columns", MESSY_IMPORT, height=1480)
PREVIEW = Picture("preview", MESSY_IMPORT, height=1480)


def main() -> None:
    install_chromium()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with running_site(data, ["demo", "--prepare-only"]) as site, chromium() as browser:
            site.make_person(LOGIN, PASSWORD, "Mona", "Marketer")
            for picture in PICTURES:
                take(browser, site.url, picture)
            take_an_import(browser, site.url, data)


def take_an_import(browser: Browser, url: str, folder: Path) -> None:
    """A workbook with an unclear heading: what is asked, and what it would change."""
    with browser.new_context(base_url=url) as context:
        page = context.new_page()
        log_in(page)
        upload(page, write_tidy(folder))
        load_button(page).click(timeout=PATIENCE)
        upload(page, write_messy(folder))
        button(page, "Check with these columns").wait_for(timeout=PATIENCE)
        take(browser, url, COLUMNS)
        page.get_by_label(UNCLEAR, exact=True).select_option("transaction_id")
        click(page, "Check with these columns")
        load_button(page).wait_for(timeout=PATIENCE)
        take(browser, url, PREVIEW)


def click(page: Page, name: str) -> None:
    button(page, name).click(timeout=PATIENCE)


def take(browser: Browser, url: str, picture: Picture) -> None:
    size = {"width": picture.width, "height": picture.height}
    context = browser.new_context(viewport=size, base_url=url, color_scheme=picture.theme)
    page = context.new_page()
    log_in(page)
    page.goto(picture.address)
    wait_for_charts(page)
    page.wait_for_timeout(600)  # the charts' animation
    path = FOLDER / f"{picture.name}.png"
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(COLORS).save(path, optimize=True)
    context.close()
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
