"""What is drawn on a page."""

from playwright.sync_api import Page


def wait_for_charts(page: Page) -> None:
    page.wait_for_function(
        "[...document.querySelectorAll('canvas[data-source]')].every(c => Chart.getChart(c))"
    )


def every_chart_is_drawn(page: Page) -> None:
    wait_for_charts(page)
    assert page.locator("canvas[data-source]").count() > 0
