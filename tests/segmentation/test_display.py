"""How segments are shown: in words and units, in shades and in colours."""

from datetime import date
from typing import Any

import pytest

from segmentation.display import (
    DriverView,
    color_of,
    heatmap,
    scatter,
    segment_view,
    size_chart,
)
from segmentation.models import Segment, SegmentationRun, SegmentIdentity


def make_driver(feature: str = "burn_rate", effect: float = 1.0) -> dict[str, Any]:
    return {"feature": feature, "mean": 0.8, "base": 0.5, "effect": effect}


def make_segment(position: int = 1, **values: Any) -> Segment:
    defaults = {"name": f"Segment {position}", "size": 10 * position, "drivers": [make_driver()]}
    defaults |= {"color": position, "identity": SegmentIdentity(pk=position)}
    return Segment(position=position, **defaults | values)


def shown(effect: float) -> DriverView:
    return segment_view(make_segment(drivers=[make_driver(effect=effect)])).drivers[0]


def make_rule(*conditions: tuple[str, str, float | None, float | None]) -> dict[str, Any]:
    names = ("feature", "kind", "low", "high")
    told = [dict(zip(names, values, strict=True)) | {"whole": False} for values in conditions]
    return {"conditions": told, "covers": 0.78, "purity": 0.93}


def test_a_rule_is_one_sentence_in_units() -> None:
    rule = make_rule(
        ("recency_days", "above", 200.0, None),
        ("burn_rate", "between", 0.5, 0.625),
        ("gender_name_Female", "no", None, None),
    )
    assert segment_view(make_segment(rule=rule)).rule == (
        "Mostly customers with: last active more than 200 days ago, burn rate between 50% and"
        " 62.5%, and not female."
    )


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (("city_frequency", "above", 2.0, None), "more than 2 cities."),
        (("city_frequency", "below", None, 1.0), "at most 1 city."),
        (("outstanding", "below", None, 0.0), "no outstanding coupons."),
        (("claims_per_month", "above", 2.25, None), "more than 2.25 claims per month."),
        (("recency_days", "below", None, 0.0), "last active today."),
        (("tenure_days", "below", None, 90.0), "customer for at most 90 days."),
    ],
)
def test_what_is_counted_is_named_with_its_number(condition: Any, words: str) -> None:
    said = segment_view(make_segment(rule=make_rule(condition))).rule
    assert said == f"Mostly customers with: {words}"


def test_a_rule_says_for_how_many_it_holds_unless_for_nearly_all() -> None:
    rule = make_rule(("burn_rate", "above", 0.5, None))
    view = segment_view(make_segment(rule=rule | {"covers": 0.77}))
    assert view.holds_for == "That holds for 77% of them."
    assert segment_view(make_segment(rule=rule | {"covers": 0.95})).holds_for == ""
    assert segment_view(make_segment(rule=make_rule())).holds_for == ""


def test_a_segment_without_a_rule_says_none() -> None:
    assert segment_view(make_segment()).rule == ""
    said = segment_view(make_segment(rule=make_rule())).rule
    assert said == "No short rule tells them from the others."


@pytest.mark.parametrize(
    ("effect", "shade"),
    [
        (0.0, "heat-0"),
        (0.29, "heat-0"),
        (-0.29, "heat-0"),
        (0.3, "heat-p1"),
        (0.5, "heat-p2"),
        (-0.79, "heat-n2"),
        (0.8, "heat-p3"),
        (-1.3, "heat-n4"),
        (9.0, "heat-p4"),
    ],
)
def test_a_larger_effect_has_a_darker_shade(effect: float, shade: str) -> None:
    assert shown(effect).shade == shade


@pytest.mark.parametrize(
    ("effect", "start", "width", "side"),
    [
        (1.0, 50, 25, "above"),
        (-1.0, 25, 25, "below"),
        (5.0, 50, 50, "above"),
        (-5.0, 0, 50, "below"),
    ],
)
def test_a_bar_grows_from_the_base_and_stays_in_its_box(
    effect: float, start: float, width: float, side: str
) -> None:
    bar = shown(effect)
    assert (bar.bar_start, bar.bar_width, bar.side) == (start, width, side)


def test_a_driver_is_told_against_the_base() -> None:
    bar = shown(1.0)
    assert (bar.feature.label, bar.mean, bar.base) == ("Burn rate", "80%", "50%")


def test_gender_is_never_a_reason() -> None:
    features = ["gender_name_Male", "burn_rate", "recency_days", "merchant_frequency"]
    view = segment_view(
        make_segment(drivers=[make_driver(name) for name in [*features, "transaction_frequency"]])
    )
    assert [driver.feature.name for driver in view.top_reasons] == features[1:]
    assert [driver.feature.name for driver in view.others] == features[:1]


def test_a_reason_is_noticeable() -> None:
    effects = {"burn_rate": -0.3, "recency_days": 0.29, "merchant_frequency": -0.29}
    view = segment_view(make_segment(drivers=[make_driver(*driver) for driver in effects.items()]))
    assert [driver.feature.name for driver in view.reasons] == ["burn_rate"]
    assert [driver.feature.name for driver in view.others] == ["recency_days", "merchant_frequency"]


@pytest.mark.parametrize(
    ("feature", "effect", "words"),
    [
        ("burn_rate", 0.29, "as everybody"),
        ("burn_rate", -0.29, "as everybody"),
        ("burn_rate", 0.3, "higher"),
        ("burn_rate", -0.79, "lower"),
        ("burn_rate", 0.8, "much higher"),
        ("recency_days", 0.5, "longer ago"),
        ("recency_days", -0.8, "much more recent"),
    ],
)
def test_a_difference_is_told_in_words(feature: str, effect: float, words: str) -> None:
    view = segment_view(make_segment(drivers=[make_driver(feature, effect)]))
    assert view.drivers[0].in_words == words


@pytest.mark.parametrize("effect", [0.2, 0.29, 0.3, 0.5])
def test_a_card_and_the_heatmap_agree_on_what_is_noticeable(effect: float) -> None:
    view = segment_view(make_segment(drivers=[make_driver(effect=effect)]))
    cell = view.drivers[0]
    assert bool(view.reasons) == (cell.in_words != "as everybody") == (cell.shade != "heat-0")


def test_colours_repeat_after_ten() -> None:
    assert [color_of(position) for position in (1, 10, 11, 21)] == [1, 10, 1, 1]
    assert segment_view(make_segment(3, color=12)).color == "seg-2"


def test_before_a_run_is_adopted_its_segments_have_no_key_and_no_colour_of_an_adopted_one() -> None:
    adopted = segment_view(make_segment(3, key="S7", color=7))
    tried = segment_view(make_segment(3, key="S3", identity=None))
    assert (adopted.key, adopted.color) == ("S7", "seg-7")
    assert (tried.key, tried.color) == ("Segment 3", "trial-3")
    assert size_chart(SegmentationRun(pk=3), [tried]).series[0].colors == ["trial-3"]


def test_the_heatmap_has_the_order_of_the_catalogue() -> None:
    first = make_segment(drivers=[make_driver("burn_rate"), make_driver("recency_days")])
    second = make_segment(2, drivers=[make_driver("recency_days", -1), make_driver("burn_rate")])
    table = heatmap([segment_view(first), segment_view(second)])
    assert [feature.name for feature in table.features] == ["recency_days", "burn_rate"]
    assert [[cell.feature.name for cell in cells] for _, cells in table.rows] == [
        ["recency_days", "burn_rate"]
    ] * 2
    assert table.rows[1][1][0].effect == -1
    assert table.base == ["0 days ago", "50%"]


def test_without_segments_the_heatmap_is_empty() -> None:
    assert (heatmap([]).features, heatmap([]).rows, heatmap([]).base) == ([], [], [])


def test_the_map_has_a_set_of_points_for_each_segment() -> None:
    stored = {"x": [1, 2, 3], "y": [4, 5, 6], "segment": [2, 1, 2], "axes": ["A", "B"], "shown": 3}
    run = SegmentationRun(pk=1, customers=8, customer_map=stored)
    drawn = scatter(run, [make_segment(1), make_segment(2)])
    assert [points.points for points in drawn.sets] == [[(2, 5)], [(1, 4), (3, 6)]]
    assert [points.color for points in drawn.sets] == ["segment-1", "segment-2"]
    assert "3 of 8 are drawn" in drawn.caption


def test_customers_in_no_segment_are_drawn_apart() -> None:
    stored = {"x": [1, 2], "y": [1, 2], "segment": [0, 1], "axes": ["A", "B"], "shown": 2}
    run = SegmentationRun(pk=1, customers=2, customer_map=stored | {"ids": ["C-1", "C-2"]})
    drawn = scatter(run, [make_segment()])
    assert [(points.name, points.points, points.labels) for points in drawn.sets] == [
        ("Segment 1", [(2, 2)], ["C-2"]),
        ("In no segment", [(1, 1)], ["C-1"]),
    ]
    assert drawn.sets[1].color == "muted"
    assert "are drawn" not in drawn.caption  # because all are


def test_a_run_without_a_map_draws_none() -> None:
    assert scatter(SegmentationRun(), [make_segment()]) is None


def test_sizes_are_told_by_segment_in_its_colour() -> None:
    views = [segment_view(make_segment(1)), segment_view(make_segment(2, size=2000))]
    chart = size_chart(SegmentationRun(pk=3, as_of=date(2024, 7, 4)), views)
    assert chart.rows == [("Segment 1", [10]), ("Segment 2", [2000])]
    assert chart.series[0].colors == ["segment-1", "segment-2"]
    assert chart.summary == "Segment 1: 10, Segment 2: 2,000"
    assert chart.note == "Run 3, as of 4 July 2024"


MANY = [make_segment(position) for position in range(1, 26)]


def test_the_twenty_largest_segments_have_bars_and_the_others_one() -> None:
    chart = size_chart(SegmentationRun(pk=3), [segment_view(segment) for segment in MANY])
    assert len(chart.labels) == 21
    assert chart.rows[-1] == ("5 others", [10 * (21 + 22 + 23 + 24 + 25)])
    assert chart.series[0].colors[-1] == "others"


def test_the_map_names_the_ten_largest_segments() -> None:
    places = [*range(1, 26), 0]
    stored = {"x": places, "y": places, "segment": places, "axes": ["A", "B"], "shown": 26}
    drawn = scatter(SegmentationRun(pk=1, customers=26, customer_map=stored), MANY)
    assert [points.name for points in drawn.sets if not points.is_minor] == [
        *(f"Segment {position}" for position in range(1, 11)),
        "In no segment",
    ]
    assert {points.color for points in drawn.sets if points.is_minor} == {"others"}
