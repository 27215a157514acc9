"""What moved between two adopted runs, and how large the segments were."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from customers.models import Customer
from segmentation.models import SegmentationRun
from segmentation.operations.adopting import adopt_run
from segmentation.operations.lifecycle import rename_segment
from segmentation.over_time import listed, movement_view, size_history, sizes_over_time
from tests.factories import make_customer, make_run, make_segment

pytestmark = pytest.mark.django_db
Groups = dict[str, list[Customer]]


def people(number: int) -> list[Customer]:
    return [make_customer() for _ in range(number)]


def adopted(groups: Groups, **values: Any) -> SegmentationRun:
    run = make_run(**values)
    for color, (name, customers) in enumerate(groups.items(), start=1):
        make_segment(run=run, name=name, customers=customers, color=color)
    adopt_run(run=run, adopted_by=None)
    return SegmentationRun.objects.get(pk=run.pk)


@pytest.fixture
def two_runs() -> tuple[SegmentationRun, SegmentationRun]:
    """Burners stay but for one, who lapses; the lapsed split; two are new, one has left."""
    burners, lapsed = people(5), people(6)
    first = adopted({"Burners": burners, "Lapsed": lapsed}, as_of=date(2024, 3, 31))
    second = adopted(
        {
            "Spenders": [*burners[:4], *people(2)],
            "Sleepers": [burners[4], *lapsed[:4]],
            "Savers": lapsed[4:5],
        },
        as_of=date(2024, 6, 30),
    )
    return first, second


def test_the_first_adopted_run_has_nothing_to_be_compared_with() -> None:
    run = adopted({"Burners": people(2)})
    assert movement_view(run) is None
    assert sizes_over_time() is None
    assert size_history(run.segments.get()) is None


def test_the_table_says_who_went_where(
    two_runs: tuple[SegmentationRun, SegmentationRun],
) -> None:
    first, second = two_runs
    view = movement_view(second)
    assert [place.name for place in view.columns] == ["Burners", "Lapsed", "Savers", "Left"]
    assert [(row.place.name, [c.count for c in row.cells]) for row in view.rows] == [
        ("Burners", [4, 1, 0, 0]),
        ("Lapsed", [0, 4, 1, 1]),
        ("New customers", [2, 0, 0, 0]),
    ]
    assert [[c.stayed for c in row.cells] for row in view.rows] == [
        [True, False, False, False],
        [False, True, False, False],
        [False, False, False, False],
    ]
    assert ([row.total for row in view.rows], view.totals) == ([5, 6, 2], [6, 5, 1, 1])
    assert view.rows[0].cells[0].share == pytest.approx(0.8)
    assert view.sides == (f"31 March 2024 ({first})", f"30 June 2024 ({second})")


def test_the_drawing_has_the_colours_of_the_segments(
    two_runs: tuple[SegmentationRun, SegmentationRun],
) -> None:
    chart = movement_view(two_runs[1]).chart
    assert [node.color for node in chart.sources] == ["segment-1", "segment-2", "muted"]
    assert [node.color for node in chart.targets] == [
        "segment-1",
        "segment-2",
        "segment-3",
        "muted",
    ]
    assert chart.counts[0] == [4, 1, 0, 0]


def test_what_came_and_went_is_said_with_names(
    two_runs: tuple[SegmentationRun, SegmentationRun],
) -> None:
    said = " ".join(movement_view(two_runs[1]).sentences)
    assert said == (
        "80% of the customers known both times stayed in their segment. 2 customers are new."
        " “Savers” is new."
    )


def test_what_was_not_found_again_is_said() -> None:
    burners, lapsed = people(4), people(4)
    adopted({"Burners": burners, "Lapsed": lapsed})
    second = adopted({"Everybody": [*burners, *lapsed[:2]]})
    assert "“Lapsed” was not found again." in movement_view(second).sentences


def test_nothing_that_came_or_went_is_said_too() -> None:
    burners = people(4)
    adopted({"Burners": burners})
    view = movement_view(adopted({"Spenders": burners}))
    assert view.sentences == [
        "100% of the customers known both times stayed in their segment.",
        "Every segment was found again.",
    ]


def test_customers_in_no_segment_have_a_row_of_their_own(
    two_runs: tuple[SegmentationRun, SegmentationRun],
) -> None:
    _, second = two_runs
    stored = second.movement
    stored["old"] = [-1, *stored["old"]]
    stored["counts"] = [[0] * len(stored["counts"][0]), *stored["counts"]]
    stored["counts"][0][0] = 3
    view = movement_view(second)
    assert (view.rows[0].place.name, view.rows[0].total) == ("In no segment", 3)


def test_a_new_name_is_shown_everywhere(
    two_runs: tuple[SegmentationRun, SegmentationRun],
) -> None:
    _, second = two_runs
    rename_segment(segment=second.segments.get(name="Burners"), name="Stars")
    view = movement_view(second)
    assert view.rows[0].place.name == view.columns[0].name == "Stars"
    assert sizes_over_time().series[0].name == "Stars"


def test_two_segments_of_one_name_are_told_apart_by_their_keys() -> None:
    burners = people(4)
    adopted({"Lapsed": burners})
    view = movement_view(adopted({"Lapsed": people(4)}))
    assert [row.place.name for row in view.rows] == ["S1 Lapsed", "New customers"]
    assert [place.name for place in view.columns] == ["S2 Lapsed", "Left"]


def test_a_run_that_was_deleted_is_told_as_it_was_stored(
    two_runs: tuple[SegmentationRun, SegmentationRun],
) -> None:
    first, second = two_runs
    first.delete()
    view = movement_view(second)
    assert view.sides[0] == "Before"
    assert [row.place.name for row in view.rows] == ["Burners", "Lapsed", "New customers"]


def test_sizes_are_stacked_by_identity_over_the_adopted_runs(
    two_runs: tuple[SegmentationRun, SegmentationRun],
) -> None:
    make_segment()  # of a run that nobody adopted
    chart = sizes_over_time()
    first, second = (f"run {run.pk}" for run in two_runs)
    assert chart.labels == [f"31 Mar 2024, {first}", f"30 Jun 2024, {second}"]
    assert chart.every_label
    assert [(s.name, s.values, s.color) for s in chart.series] == [
        ("Burners", [5, 6], "segment-1"),
        ("Lapsed", [6, 5], "segment-2"),
        ("Savers", [None, 1], "segment-3"),
    ]
    assert chart.stacked


def test_runs_stand_in_the_order_they_were_adopted_each_once() -> None:
    burners = people(3)
    runs = [adopted({"Burners": burners}, as_of=date(2024, 3, day)) for day in (30, 31)]
    adopt_run(run=runs[0], adopted_by=None)
    again, other = (f"run {run.pk}" for run in runs)
    assert sizes_over_time().labels == [f"31 Mar 2024, {other}", f"30 Mar 2024, {again}"]


def test_the_ten_largest_segments_are_named_over_time() -> None:
    groups = {f"Group {n}": people(n) for n in range(1, 12)}
    adopted(groups)
    adopted(groups)
    series = sizes_over_time().series
    assert [one.name for one in series if one.is_minor] == ["Group 1"]
    assert [one.color for one in series if one.is_minor] == ["others"]


def test_one_segment_has_its_history(
    two_runs: tuple[SegmentationRun, SegmentationRun],
) -> None:
    _, second = two_runs
    chart = size_history(second.segments.get(name="Burners"))
    assert chart.series[0].values == [5, 6]
    assert chart.summary.startswith("31 Mar 2024, run ")
    assert chart.summary.endswith(f"run {second.pk}: 6")
    assert size_history(second.segments.get(name="Savers")) is None
    assert size_history(make_segment()) is None


def test_however_many_segments_the_queries_stay(
    two_runs: tuple[SegmentationRun, SegmentationRun],
    django_assert_num_queries: Callable[..., Any],
) -> None:
    with django_assert_num_queries(2):
        movement_view(two_runs[1])
    with django_assert_num_queries(2):
        sizes_over_time()


@pytest.mark.parametrize(
    ("names", "text"), [([], ""), (["A"], "“A”"), (["A", "B", "C"], "“A”, “B” and “C”")]
)
def test_names_are_listed(names: list[str], text: str) -> None:
    assert listed(names) == (text or "")
