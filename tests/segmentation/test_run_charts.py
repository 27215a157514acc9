"""The charts of a run: what each shows, and why one is missing."""

import pytest

from customers.charts import Curve
from segmentation.display import segment_view
from segmentation.models import Candidate, Segment, SegmentationRun, SegmentIdentity
from segmentation.run_charts import (
    NotDrawn,
    dendrogram,
    elbow,
    k_distances,
    likelihoods,
    score_charts,
    silhouette_curves,
)
from segmentation.segment_charts import parallel_profile, silhouette_plot

INERTIAS = {2: 1000.0, 3: 600.0, 4: 300.0, 5: 280.0, 6: 265.0, 7: 255.0}


def candidate(clusters: int, algorithm: str = "kmeans", **values: object) -> Candidate:
    defaults = {"reduction": "none", "components": 7, "position": clusters}
    return Candidate(algorithm=algorithm, clusters=clusters, **defaults | values)


def segment(position: int, **effects: float) -> Segment:
    drivers = [
        {"feature": name, "mean": 1.0, "base": 0.5, "effect": effect}
        for name, effect in effects.items()
    ]
    identity = SegmentIdentity(pk=position)
    name = f"Group {position}"
    return Segment(position=position, color=position, name=name, drivers=drivers, identity=identity)


def test_silhouettes_have_a_line_for_each_model_and_a_mark_at_the_recommended_one() -> None:
    tried = [
        candidate(3, silhouette_common=0.4, is_best=True),
        candidate(2, silhouette_common=0.3),
        candidate(2, "hierarchical", silhouette_common=0.2),
        candidate(3, "hierarchical", silhouette_common=0.25),
        candidate(9, "dbscan", silhouette_common=0.1),
    ]
    chart = silhouette_curves(tried)
    assert isinstance(chart, Curve)
    assert {line.name: line.points for line in chart.lines} == {
        "K-means": [(2, 0.3), (3, 0.4)],
        "Hierarchical": [(2, 0.2), (3, 0.25)],
    }
    assert chart.mark is not None
    assert (chart.mark.x, chart.mark.y, chart.mark.label) == (3, 0.4, "Recommended: 3 segments")


def test_lines_of_models_have_no_colour_of_a_segment() -> None:
    tried = [
        candidate(k, algorithm, silhouette_common=0.3, reduction=reduction)
        for algorithm in ("kmeans", "hierarchical")
        for reduction in ("none", "pca")
        for k in (2, 3)
    ]
    chart = silhouette_curves(tried)
    assert isinstance(chart, Curve)
    assert len({(line.color, line.dash) for line in chart.lines}) == 4
    assert {line.color.rstrip("12345") for line in chart.lines} == {"model-"}


def test_a_silhouette_of_zero_is_a_point_like_any_other() -> None:
    chart = silhouette_curves(
        [candidate(2, silhouette_common=0.0), candidate(3, silhouette_common=0.1)]
    )
    assert isinstance(chart, Curve)
    assert chart.lines[0].points == [(2, 0.0), (3, 0.1)]


def test_the_bend_of_the_elbow_is_marked() -> None:
    chart = elbow([candidate(k, inertia=inertia) for k, inertia in INERTIAS.items()])
    assert isinstance(chart, Curve)
    assert chart.mark is not None
    assert (chart.mark.x, chart.mark.y) == (4, 300.0)
    assert chart.mark.label == "The bend: 4 segments"


def test_a_straight_line_has_no_bend() -> None:
    chart = elbow([candidate(k, inertia=100.0 - 10 * k) for k in range(2, 8)])
    assert isinstance(chart, Curve)
    assert chart.mark is None
    assert "There is no bend" in chart.summary


def test_of_several_spaces_the_recommended_one_is_drawn() -> None:
    tried = [candidate(k, inertia=i, silhouette_common=0.4) for k, i in INERTIAS.items()]
    tried += [
        candidate(k, reduction="pca", components=2, inertia=i / 2, is_best=k == 3)
        for k, i in INERTIAS.items()
    ]
    chart = elbow(tried)
    assert isinstance(chart, Curve)
    assert chart.title.endswith("K-means on 2 principal components")


def test_of_mixtures_the_lowest_bic_is_marked() -> None:
    bics = {2: (900.0, 880.0), 3: (700.0, 660.0), 4: (720.0, 650.0)}
    chart = likelihoods(
        [candidate(k, "gaussian_mixture", bic=b, aic=a) for k, (b, a) in bics.items()]
    )
    assert isinstance(chart, Curve)
    assert [line.name for line in chart.lines] == ["BIC", "AIC"]
    assert chart.mark is not None
    assert (chart.mark.x, chart.mark.y) == (3, 700.0)


def test_the_distance_that_was_used_is_marked_on_its_curve() -> None:
    curve = {"distances": [2.0, 1.0, 0.6, 0.5, 0.1], "eps": 0.6, "min_samples": 10}
    chart = k_distances([candidate(4, "dbscan", curves={"k_distance": curve})])
    assert isinstance(chart, Curve)
    assert chart.lines[0].points == [(0, 2.0), (25, 1.0), (50, 0.6), (75, 0.5), (100, 0.1)]
    assert chart.mark is not None
    assert (chart.mark.x, chart.mark.y) == (50, 0.6)


def test_the_dendrogram_is_cut_between_two_merges() -> None:
    merges = [
        {"x": [5, 5, 15, 15], "y": [0, 2, 2, 0]},
        {"x": [25, 25, 35, 35], "y": [0, 3, 3, 0]},
        {"x": [10, 10, 30, 30], "y": [2, 9, 9, 3]},
    ]
    curves = {"dendrogram": {"merges": merges, "leaves": [4, 6, 5, 1000]}}
    chart = dendrogram([candidate(2, "hierarchical", curves=curves)])
    assert not isinstance(chart, NotDrawn)
    assert chart.cut is not None
    assert (chart.cut.y, chart.cut.label) == (6, "2 segments")
    assert chart.leaves == [(5, "4"), (15, "6"), (25, "5"), (35, "1,000")]
    assert [bracket.color for bracket in chart.brackets] == ["customers", "customers", "muted"]
    assert [bracket.size for bracket in chart.brackets] == [10, 1005, 1015]


def test_the_silhouette_plot_has_the_names_and_colours_of_the_segments() -> None:
    stored = {"mean": 0.3, "shown": 4, "widths": {"1": [0.5, 0.1], "2": [0.4], "0": [-0.2]}}
    views = [segment_view(segment(n, burn_rate=1.0)) for n in (1, 2)]
    chart = silhouette_plot(SegmentationRun(silhouette_plot=stored), views)
    assert not isinstance(chart, NotDrawn)
    assert [(one.name, one.color, one.widths) for one in chart.sets] == [
        ("Group 1", "segment-1", [0.5, 0.1]),
        ("Group 2", "segment-2", [0.4]),
        ("In no segment", "muted", [-0.2]),
    ]


def test_the_silhouettes_of_the_twenty_largest_segments_are_drawn() -> None:
    stored = {"mean": 0.3, "shown": 25, "widths": {str(n): [0.5] for n in range(26)}}
    views = [segment_view(segment(n, burn_rate=1.0)) for n in range(1, 26)]
    chart = silhouette_plot(SegmentationRun(silhouette_plot=stored), views)
    assert not isinstance(chart, NotDrawn)
    assert [one.name for one in chart.sets][-2:] == ["Group 20", "In no segment"]
    assert "Only the 20 largest segments are drawn." in chart.caption


def test_the_profile_has_the_features_in_the_order_of_the_catalogue() -> None:
    views = [segment_view(segment(1, burn_rate=1.23456, recency_days=-0.5))]
    chart = parallel_profile(views)
    assert not isinstance(chart, NotDrawn)
    assert chart.labels == ["Last active", "Burn rate"]
    assert chart.series[0].values == [-0.5, 1.235]


def test_what_does_not_apply_says_what_it_needs() -> None:
    missing = score_charts([candidate(5, inertia=10.0, silhouette_common=0.3)])
    assert all(isinstance(chart, NotDrawn) for chart in missing)
    assert [chart.reason for chart in missing] == [
        "It needs models with several numbers of segments.",
        "It needs K-means with several numbers of segments.",
        "It needs Gaussian mixtures with several numbers of segments.",
        "It needs DBSCAN.",
        "It needs hierarchical clustering.",
    ]


@pytest.mark.parametrize("views", [[], [segment_view(segment(1, burn_rate=1.0))]])
def test_a_profile_needs_two_features(views: list) -> None:
    assert isinstance(parallel_profile(views), NotDrawn)
    assert isinstance(silhouette_plot(SegmentationRun(), views), NotDrawn)
