"""The overview: its tiles, their change against the period before, and its charts."""

from dataclasses import replace
from datetime import date

import pytest

from customers.charts import Chart, Series
from customers.operations.facts import refresh_facts
from customers.overview import Tile, overview
from customers.periods import Period
from tests.factories import (
    make_branch,
    make_customer,
    make_history,
    make_merchant,
    make_transaction,
)

APRIL = Period(date(2024, 4, 1), date(2024, 4, 30))


def tiles_of(period: Period) -> dict[str, Tile]:
    return {tile.label: tile for tile in overview(refresh_facts(), period).tiles}


def make_tile(value: float | None, before: float | None, **values: object) -> Tile:
    return Tile("Claims", value, "Coupons that customers took.", before=before, **values)


@pytest.mark.parametrize(
    ("value", "before", "change", "direction", "tone"),
    [
        (120, 100, 0.2, "up", "good"),
        (80, 100, -0.2, "down", "bad"),
        (100, 100, 0.0, "same", "neutral"),
        (100, 0, None, "same", "neutral"),
        (100, None, None, "same", "neutral"),
        (None, 100, None, "same", "neutral"),
    ],
)
def test_a_tile_tells_its_change(
    value: float | None, before: float | None, change: float | None, direction: str, tone: str
) -> None:
    tile = make_tile(value, before)
    assert tile.change == (None if change is None else pytest.approx(change))
    assert (tile.direction, tile.tone) == (direction, tone)


def test_a_share_changes_in_percentage_points() -> None:
    assert make_tile(0.5, 0.4, is_share=True).change == pytest.approx(0.1)


def test_fewer_days_to_burn_are_welcome() -> None:
    assert make_tile(8, 10, more_is_better=False).tone == "good"
    assert make_tile(12, 10, more_is_better=False).tone == "bad"


def test_more_outstanding_coupons_are_neither_good_nor_bad() -> None:
    assert make_tile(12, 10, more_is_better=None).tone == "neutral"


@pytest.mark.django_db
def test_tiles_compare_with_the_period_before() -> None:
    her = make_customer(joined_on=date(2024, 3, 2))
    for day in (date(2024, 3, 2), date(2024, 4, 1), date(2024, 4, 30)):
        make_transaction(customer=her, claimed_on=day)
    make_transaction(customer=her, claimed_on=date(2024, 3, 1), burnt_on=date(2024, 4, 2))
    tiles = tiles_of(APRIL)
    assert (tiles["Claims"].value, tiles["Claims"].before) == (2, 1)
    assert (tiles["Burns"].value, tiles["Burns"].before) == (1, 0)
    assert (tiles["Burn rate"].value, tiles["Burn rate"].before) == (0.5, 0)
    assert (tiles["Outstanding"].value, tiles["Outstanding"].before) == (3, 2)
    assert (tiles["Customers"].value, tiles["New customers"].before) == (1, 1)
    assert tiles["Typical days to burn"].value == 32


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first_claim", "before"),
    [(date(2024, 3, 2), 1), (date(2024, 3, 3), None), (APRIL.start, None)],
)
def test_only_records_of_the_whole_period_before_are_compared_with(
    first_claim: date, before: int | None
) -> None:
    make_transaction(claimed_on=first_claim)
    page = overview(refresh_facts(), APRIL)
    assert page.is_compared == (before is not None)
    claims = next(tile for tile in page.tiles if tile.label == "Claims")
    assert claims.before == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("claims", "hint"), [(1, "with burns of coupons claimed earlier"), (2, "")]
)
def test_a_burn_rate_of_more_than_all_is_explained(claims: int, hint: str) -> None:
    for _ in range(2):
        make_transaction(claimed_on=date(2024, 3, 2), burnt_on=APRIL.start)
    for _ in range(claims):
        make_transaction(claimed_on=APRIL.end)
    burn_rate = tiles_of(APRIL)["Burn rate"]
    assert (burn_rate.hint, burn_rate.change) == (hint, None if hint else 1)


@pytest.mark.django_db
def test_charts_show_the_same_figures_as_the_tiles() -> None:
    make_history()
    page = overview(refresh_facts(), APRIL)
    tiles = {tile.label: tile.value for tile in page.tiles}
    for name in ("activity", "by-city", "by-merchant", "by-branch"):
        claims, burns = page.charts[name].series
        assert (sum(claims.values), sum(burns.values)) == (tiles["Claims"], tiles["Burns"])
    for name in ("gender", "loyalty"):
        assert sum(page.charts[name].series[0].values) == tiles["Active customers"]
    assert sum(page.charts["joined"].series[0].values) == tiles["New customers"]


@pytest.mark.django_db
def test_a_chart_says_its_numbers_in_words_and_as_a_table() -> None:
    make_transaction(claimed_on=APRIL.start, burnt_on=APRIL.end)
    chart = overview(refresh_facts(), APRIL).charts["activity"]
    assert chart.summary == "1 claims and 1 burns by day, 1 April 2024 to 30 April 2024."
    assert chart.rows[0] == ("1 Apr 2024", [1, 0])
    assert chart.data["note"] == "1 April 2024 to 30 April 2024"
    assert not chart.is_empty


@pytest.mark.django_db
def test_without_records_every_chart_is_empty() -> None:
    page = overview(refresh_facts(), APRIL)
    assert all(chart.is_empty for chart in page.charts.values())
    assert page.charts["by-city"].summary.endswith("None yet.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("claimed_on", "burnt_on"),
    [(APRIL.start, None), (APRIL.start, APRIL.end), (date(2024, 3, 31), APRIL.end)],
)
@pytest.mark.parametrize(("others", "crush"), [(3, False), (4, True)])
def test_others_that_would_crush_the_named_places_are_not_drawn(
    others: int, crush: bool, claimed_on: date, burnt_on: date | None
) -> None:
    for n in range(1, 11 + others):
        branch = make_branch(merchant=make_merchant(name=f"Merchant {n:02}"))
        make_transaction(branch=branch, claimed_on=claimed_on, burnt_on=burnt_on)
    chart = overview(refresh_facts(), APRIL).charts["by-merchant"]
    counts = [others * (claimed_on >= APRIL.start), others * (burnt_on is not None)]
    assert chart.rest == (("All others", counts) if crush else None)
    assert chart.labels[-1] == ("Merchant 10" if crush else "Other")
    assert chart.rows[-1] == ("All others" if crush else "Other", counts)


def test_what_is_not_drawn_is_said_below_the_picture() -> None:
    series = [Series("Claims", [5], "claim"), Series("Burns", [2], "burn")]
    chart = Chart("by-city", "hbar", "By city", "", ["Cairo"], series, "coupons")
    assert chart.caption == ""
    told = replace(chart, rest=("All others", [1234, 56]))
    assert told.caption == "All others: 1,234 claims, 56 burns."
    assert told.data["rest"] == ("All others", [1234, 56])
