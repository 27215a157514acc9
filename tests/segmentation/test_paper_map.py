"""The map of customers on paper."""

from customers.charts import PointSet, Scatter
from segmentation.paper_map import paper_map


def make_scatter(*sets: PointSet) -> Scatter:
    return Scatter(id="map", title="Map", summary="", axes=("A", "B"), sets=sets, caption="Dots.")


def test_dots_lie_within_the_drawing_upwards() -> None:
    drawn = paper_map(make_scatter(PointSet("Burners", "segment-3", [(0, 0), (2, 1)])))
    assert [(one.name, one.color, one.path) for one in drawn.sets] == [
        ("Burners", "seg-3", "M4 296h0M636 4h0")
    ]


def test_one_place_for_all_is_drawn() -> None:
    assert paper_map(make_scatter(PointSet("All", "muted", [(5, 5)]))).sets[0].path == "M4 296h0"


def test_small_segments_are_named_together() -> None:
    drawn = paper_map(
        make_scatter(
            PointSet("Burners", "trial-1", [(0, 0)]), PointSet("Few", "muted", [(1, 1)], (), True)
        )
    )
    assert ([one.name for one in drawn.sets], drawn.others) == (["Burners", ""], 1)
