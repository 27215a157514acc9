"""The charts of a run's segments: how well customers fit them, and what they are like."""

from collections.abc import Iterable, Sequence

from customers.charts import Chart, Series, SilhouettePlot, WidthSet
from customers.facts.catalogue import CATALOGUE
from segmentation.display import (
    IN_NO_SEGMENT,
    MOST_BARS,
    SegmentView,
    design_color,
    drawn_color,
    is_minor,
)
from segmentation.models import SegmentationRun
from segmentation.run_charts import NotDrawn

SD = "standard deviations from everybody"
IN_PLAIN_WORDS = "below or above everybody"


def silhouette_plot(
    run: SegmentationRun, views: Sequence[SegmentView]
) -> SilhouettePlot | NotDrawn:
    title = "How well customers fit their segment"
    stored = run.silhouette_plot
    if not stored:
        return NotDrawn(title, "It needs at least two segments.")
    drawn = views[:MOST_BARS]
    known = [(str(v.segment.position), v.segment.name, design_color(v.segment)) for v in drawn]
    fewer = f" Only the {MOST_BARS} largest segments are drawn." if len(views) > MOST_BARS else ""
    widths = stored["widths"]
    return SilhouettePlot(
        id="silhouette-plot",
        title=title,
        summary="Silhouette width of single customers by segment; above 0 a customer is nearer to"
        f" the own segment than to any other. The mean is {stored['mean']:.2f}.",
        sets=[
            WidthSet(name, color, widths[position])
            for position, name, color in [*known, ("0", IN_NO_SEGMENT, "muted")]
            if widths.get(position)
        ],
        mean=stored["mean"],
        caption=f"{stored['shown']:,} customers drawn by the seed. Below 0 a customer is nearer to"
        f" another segment.{fewer}",
    )


def parallel_profile(views: Sequence[SegmentView], unit: str = SD) -> Chart | NotDrawn:
    title = "The segments' profiles side by side"
    measured = {d.feature.name for view in views for d in view.drivers}
    features = [feature for name, feature in CATALOGUE.items() if name in measured]
    if len(features) < 2:
        return NotDrawn(title, "It needs at least two features.")
    return Chart(
        id="profiles",
        kind="parallel",
        title=title,
        summary="How far the average of each segment lies from everybody's, by feature.",
        labels=[feature.label for feature in features],
        series=[_profile(view, n, [f.name for f in features]) for n, view in enumerate(views)],
        unit=unit,
        axis="Feature",
    )


def _profile(view: SegmentView, place: int, names: Iterable[str]) -> Series:
    effects = {driver.feature.name: driver.effect for driver in view.drivers}
    return Series(
        view.segment.name,
        [round(effects.get(name, 0.0), 3) for name in names],
        drawn_color(view.segment, place),
        is_minor=is_minor(place),
    )
