"""What charts hand over to the page: their table, their numbers, and nothing JSON can't write."""

import json
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils.html import escape

from customers.charts import (
    Bracket,
    Chart,
    Curve,
    Dendrogram,
    Mark,
    Node,
    Numbers,
    PointSet,
    Sankey,
    Scatter,
    Series,
    SilhouettePlot,
    WidthSet,
)

WORDS = {"id": "a-chart", "title": "A title", "summary": "What it shows."}


def make_sankey() -> Sankey:
    return Sankey(
        **WORDS,
        sides=("1 May 2026", "1 June 2026"),
        sources=[Node("Regulars", "segment-1"), Node("New customers", "muted")],
        targets=[Node("Regulars", "segment-1"), Node("Left", "muted")],
        counts=[[1200, 30], [45, 0]],
    )


def make_curve(**changes: Any) -> Curve:
    lines = [PointSet("Inertia", "muted", [(2, 900.0), (3, 500.5)])]
    return Curve(**WORDS | {"axes": ("Segments", "Inertia"), "lines": lines} | changes)


def make_dendrogram() -> Dendrogram:
    low = Bracket([(5, 0), (5, 1.5), (15, 1.5), (15, 0)], "segment-1", 48)
    high = Bracket([(10, 1.5), (10, 4), (25, 4), (25, 0)], size=51)
    leaves = [(5, "40"), (15, "8"), (25, "3")]
    return Dendrogram(**WORDS, brackets=[low, high], leaves=leaves, cut=Mark(0, 2, "2 segments"))


def make_silhouette() -> SilhouettePlot:
    sets = [WidthSet("Regulars", "segment-1", [0.5, 0.25, -0.15]), WidthSet("Lapsed", "muted", [])]
    return SilhouettePlot(**WORDS, sets=sets, mean=0.2)


def make_scatter() -> Scatter:
    points = PointSet("Regulars", "segment-1", [(0.1, 0.2)], ["C-1"])
    return Scatter(**WORDS, axes=("First", "Second"), sets=[points])


def make_parallel() -> Chart:
    return Chart(
        **WORDS,
        kind="parallel",
        labels=["Recency", "Burn rate"],
        series=[Series("Regulars", [-0.4567, 1.2], "segment-1")],
        unit="standard deviations from everybody",
        axis="Feature",
    )


EVERY = [make_sankey, make_curve, make_dendrogram, make_silhouette, make_scatter, make_parallel]


@pytest.mark.parametrize("make", EVERY)
def test_a_chart_is_on_its_page_in_words_and_as_data(make: Any) -> None:
    chart = make()
    page = render_to_string("_chart.html", {"chart": chart})
    assert f'data-chart="{chart.kind}"' in page
    assert f'aria-label="{chart.summary}"' in page
    assert json.loads(json.dumps(chart.data, allow_nan=False))["kind"] == chart.kind


@pytest.mark.parametrize("make", EVERY)
def test_a_chart_shows_its_numbers_as_a_table(make: Any) -> None:
    chart = make()
    page = render_to_string("_chart.html", {"chart": chart})
    assert 'data-chart-tool="numbers"' in page
    assert all(escape(cell) in page for row in chart.numbers.shown for cell in row)
    handed_over = json.loads(json.dumps(chart.data))["numbers"]["rows"]
    assert handed_over == [list(row) for row in chart.numbers.rows]


def test_points_are_counted_by_segment_in_place_of_a_table_of_all() -> None:
    scatter = make_scatter()
    assert scatter.numbers.columns == ["Segment", "Customers drawn"]
    assert scatter.numbers.rows == [[one.name, len(one.points)] for one in scatter.sets]


def test_points_carry_the_customers_they_stand_for() -> None:
    assert make_scatter().data["sets"][0]["labels"] == ["C-1"]


def test_a_movement_is_told_row_by_row_without_those_nobody_made() -> None:
    numbers = make_sankey().numbers
    assert numbers.columns == ["1 May 2026", "1 June 2026", "Customers"]
    assert numbers.rows == [
        ["Regulars", "Regulars", 1200],
        ["Regulars", "Left", 30],
        ["New customers", "Regulars", 45],
    ]


def test_words_of_a_table_are_set_as_words_and_figures_as_figures() -> None:
    page = render_to_string("_chart.html", {"chart": make_sankey()})
    assert '<th scope="row">Regulars</th><td>Left</td><td class="num">30</td>' in page


def test_one_curve_has_a_column_named_after_the_axis() -> None:
    numbers = make_curve().numbers
    assert numbers == Numbers(["Segments", "Inertia"], [[2, 900.0], [3, 500.5]])


def test_curves_with_different_places_share_one_table() -> None:
    bic, aic = PointSet("BIC", "claim", [(2, 9.0), (3, 8.0)]), PointSet("AIC", "burn", [(3, 7.0)])
    numbers = make_curve(lines=[bic, aic]).numbers
    assert numbers.columns == ["Segments", "BIC", "AIC"]
    assert numbers.rows == [[2, 9.0, None], [3, 8.0, 7.0]]


def test_a_dendrogram_tells_at_which_distance_groups_join() -> None:
    numbers = make_dendrogram().numbers
    assert numbers.columns == ["Groups", "Distance at which two join", "Customers joined"]
    assert numbers.rows == [[2, 4, 51], [3, 1.5, 48]]


def test_a_silhouette_plot_tells_each_segment_with_customers() -> None:
    assert make_silhouette().numbers.rows == [["Regulars", 3, pytest.approx(0.2), 1]]


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (1234, "1,234"),
        (1234.56, "1,235"),
        (-12.345, "−12.35"),
        (8.0, "8"),
        (0.35714, "0.357"),
        (-0.0001, "0.000"),
        (0, "0"),
        (None, "–"),
        ("Regulars", "Regulars"),
    ],
)
def test_a_figure_has_the_decimals_that_tell_something(figure: Any, text: str) -> None:
    assert Numbers(["A"], [[figure]]).shown == [[text]]


def test_shares_are_shown_in_percent() -> None:
    assert Numbers(["Month", "Burn rate"], [["May", 0.4712]], percent=True).shown == [
        ["May", "47.1%"]
    ]
