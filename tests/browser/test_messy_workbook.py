"""A messy workbook in a browser: mapped, previewed, loaded, mended, undone, and nothing lost."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Download, Locator, Page, expect

from tests.browser.accessibility import faults_of
from tests.browser.conftest import listen
from tests.browser.messy_files import UNCLEAR, mend, write_messy, write_tidy
from tests.browser.steps import PATIENCE, button, go_to, load_button, upload

pytestmark = pytest.mark.browser

SERVED_AS_WORKBOOK = "<html><body><h1>Your session has ended. Log in again.</h1></body></html>"


@pytest.fixture
def faults() -> Iterator[list[tuple[str, ...]]]:
    """What axe found on the pages on the way; in the end there must be nothing."""
    found: list[tuple[str, ...]] = []
    yield found
    assert found == []


@pytest.fixture(autouse=True)
def no_complaints(complaints: list[str]) -> Iterator[None]:
    """No error of a script and nothing that the content security policy refused."""
    yield
    assert complaints == []


def test_no_row_of_a_messy_workbook_is_lost(
    page: Page, tmp_path: Path, faults: list[tuple[str, ...]]
) -> None:
    load_the_tidy_file(page, write_tidy(tmp_path))
    messy = write_messy(tmp_path)
    name_the_unclear_column(page, messy, faults)
    read_the_preview(page, faults)
    load_the_good_rows(page, faults)
    rejects = download_the_rejects(page, tmp_path)
    before = records(page, tmp_path)
    load_the_mended_rows(page, mend(rejects, tmp_path / "mended.csv"), faults)
    assert records(page, tmp_path) != before
    undo_the_last_import(page, faults)
    assert records(page, tmp_path) == before
    the_same_workbook_again_changes_nothing(page, messy, faults)


def test_a_discarded_file_leaves_nothing(
    page: Page, tmp_path: Path, faults: list[tuple[str, ...]]
) -> None:
    upload(page, shops(tmp_path, "discarded"))
    expect_preview(page)
    button(page, "Discard").click()
    expect(page.get_by_text("Nothing was loaded")).to_be_visible()
    faults += faults_of(page)
    go_to(page, "Data")
    expect(row_of_import(page, "discarded.csv")).to_contain_text("Cancelled")
    assert "discarded" not in records(page, tmp_path, "Merchants")


def test_a_second_click_on_load_is_harmless(page: Page, tmp_path: Path) -> None:
    upload(page, shops(tmp_path, "twice"))
    expect_preview(page)
    load_button(page).dblclick()
    expect(page.get_by_text("figures are up to date")).to_be_visible(timeout=PATIENCE)
    assert records(page, tmp_path, "Merchants").count("twice") == 1


def test_loading_in_two_windows_loads_once(
    page: Page, tmp_path: Path, complaints: list[str]
) -> None:
    upload(page, shops(tmp_path, "windows"))
    expect_preview(page)
    other = page.context.new_page()
    listen(other, complaints)
    other.goto(page.url)
    load_button(page).click()
    expect(page.get_by_text("figures are up to date")).to_be_visible(timeout=PATIENCE)
    load_button(other).click()
    expect(other.get_by_text("This import was checked again since")).to_be_visible()
    assert records(page, tmp_path, "Merchants").count("windows") == 1


def test_a_web_page_that_is_called_a_workbook_is_refused_in_a_sentence(
    page: Page, tmp_path: Path, faults: list[tuple[str, ...]]
) -> None:
    file = tmp_path / "report.xlsx"
    file.write_text(SERVED_AS_WORKBOOK, encoding="utf-8")
    upload(page, file)
    expect(page.get_by_role("alert")).to_contain_text("web page", timeout=PATIENCE)
    faults += faults_of(page)


def load_the_tidy_file(page: Page, file: Path) -> None:
    upload(page, file)
    expect_preview(page)
    expect(button(page, "Load all or nothing")).to_be_enabled()
    load_button(page).click()
    expect(page.get_by_text("figures are up to date")).to_be_visible(timeout=PATIENCE)
    expect(outcome(page, "Total", "Created")).to_have_text("11")


def name_the_unclear_column(page: Page, file: Path, faults: list[tuple[str, ...]]) -> None:
    upload(page, file)
    missing = page.get_by_text("Still to name")
    expect(missing.first).to_be_visible(timeout=PATIENCE)
    faults += faults_of(page)
    page.get_by_label(UNCLEAR, exact=True).select_option("transaction_id")
    button(page, "Check with these columns").click()
    expect_preview(page)


def read_the_preview(page: Page, faults: list[tuple[str, ...]]) -> None:
    expect_counts(page, {"To be created": 4, "To be updated": 2, "Unchanged": 2, "Rejected": 7})
    expect(page.get_by_text("change the figures of 4 customers")).to_be_visible()
    expect(example(page, "customers", "00017")).to_contain_text("City city_id 1 2")
    expect(example(page, "transactions", "T-1")).to_contain_text("claimed")
    expect(page.get_by_text("Would load nothing, because 7 rows are rejected")).to_be_visible()
    expect(button(page, "Load all or nothing")).to_be_disabled()
    faults += faults_of(page)


def load_the_good_rows(page: Page, faults: list[tuple[str, ...]]) -> None:
    load_button(page).click()
    expect(page.get_by_text("figures are up to date")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("7 of 15 rows were rejected")).to_be_visible()
    expect(outcome(page, "Customers", "Created")).to_have_text("2")
    expect(outcome(page, "Transactions", "Rejected")).to_have_text("4")
    faults += faults_of(page)


def download_the_rejects(page: Page, folder: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the rejected rows as CSV").click()
    return saved(download.value, folder)


def load_the_mended_rows(page: Page, file: Path, faults: list[tuple[str, ...]]) -> None:
    upload(page, file)
    expect_preview(page)
    expect_counts(page, {"To be created": 5, "To be updated": 2, "Unchanged": 0, "Rejected": 0})
    faults += faults_of(page)
    load_button(page).click()
    expect(page.get_by_text("figures are up to date")).to_be_visible(timeout=PATIENCE)
    expect(outcome(page, "Total", "Rejected")).to_have_text("0")


def undo_the_last_import(page: Page, faults: list[tuple[str, ...]]) -> None:
    go_to(page, "Data")
    page.get_by_role("link", name="mended.csv").click()
    page.get_by_role("link", name="Undo this import").click()
    transactions = page.get_by_role("row", name="Transactions").get_by_role("cell")
    expect(transactions).to_have_text(["3", "1"])
    faults += faults_of(page)
    button(page, "Undo this import").click()
    expect(page.get_by_text("This import was undone")).to_be_visible(timeout=PATIENCE)
    faults += faults_of(page)


def the_same_workbook_again_changes_nothing(
    page: Page, file: Path, faults: list[tuple[str, ...]]
) -> None:
    upload(page, file)
    nothing = page.get_by_text("Loading it would change nothing")
    expect(nothing).to_be_visible(timeout=PATIENCE)
    expect_counts(page, {"To be created": 0, "To be updated": 0, "Unchanged": 8, "Rejected": 7})
    expect(load_button(page)).to_have_count(0)
    faults += faults_of(page)


def expect_preview(page: Page) -> None:
    heading = page.get_by_role("heading", name="What will happen, by table")
    expect(heading).to_be_visible(timeout=PATIENCE)


def expect_counts(page: Page, counts: dict[str, int]) -> None:
    for label, count in counts.items():
        tile = page.locator(".tile").filter(has=page.get_by_text(label, exact=True))
        expect(tile.locator(".value")).to_have_text(str(count))


def outcome(page: Page, table: str, column: str) -> Locator:
    """The cell of the table that says what became of the rows."""
    headings = ("Rows in the file", "Created", "Updated", "Unchanged", "Rejected")
    row = page.get_by_role("row", name=re.compile(rf"^{table} "))
    return row.get_by_role("cell").nth(headings.index(column))


def example(page: Page, table: str, key: str) -> Locator:
    """The rows that say what changes in one record."""
    region = page.get_by_role("region", name=f"What changes in {table}")
    return region.locator("tbody").filter(has=page.get_by_text(key, exact=True))


def row_of_import(page: Page, file: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=file))


def records(page: Page, folder: Path, table: str = "Transactions") -> str:
    """All records of a table as the page exports them, without the lines that say when."""
    go_to(page, "Data")
    page.get_by_label("Records", exact=True).select_option(table)
    with page.expect_download() as download:
        button(page, "Download CSV").click()
    text = saved(download.value, folder).read_text(encoding="utf-8-sig")
    return text.partition("\n\n")[2] or text.partition("\r\n\r\n")[2]


def saved(download: Download, folder: Path) -> Path:
    path = folder / download.suggested_filename
    download.save_as(path)
    return path


def shops(folder: Path, name: str) -> Path:
    """A file of one merchant that bears its name."""
    path = folder / f"{name}.csv"
    path.write_text(f"merchant_id,merchant_name\n{name}-1,Books\n", encoding="utf-8")
    return path
