"""How segments are shown: drivers in words, the profile as a heatmap, the map as a scatter."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from customers.charts import Chart, Point, PointSet, Scatter, Series
from customers.facts.catalogue import CATALOGUE, Feature
from customers.periods import in_words
from segmentation.engine.explain import LARGE, NOTICEABLE
from segmentation.engine.naming import GENDERS
from segmentation.figure_words import in_unit, rule_words
from segmentation.models import Segment, SegmentationRun

COLORS = 10
OTHERS = "others"  # the colour of segments that a legend does not name
MOST_NAMED = 10  # segments that a legend names, the largest
MOST_BARS = 20  # segments that have a bar of their own, the largest
TOP_DRIVERS = 3
NEARLY_ALL = 0.95  # of a segment, for whom its rule holds
BAR = 100  # width of a driver's bar in its own units; 50 is the base
FULL_EFFECT = 2.0  # standard deviations that fill half of the bar
NO_SEGMENT, IN_NO_SEGMENT = 0, "In no segment"  # a position on the map, and its name
# The lower edges of the heatmap's shades, in standard deviations from the base.
SHADES = (NOTICEABLE, 0.5, LARGE, 1.3)


@dataclass(frozen=True)
class DriverView:
    """One feature of a segment against everybody, ready to be read."""

    feature: Feature
    mean: str
    base: str
    effect: float
    low: float | None = None  # 95% interval of the effect; None in runs of earlier versions
    high: float | None = None

    @property
    def shade(self) -> str:
        """The CSS class of a heatmap cell: heat-p1 to p4 above the base, heat-n1 to n4 below."""
        steps = sum(abs(self.effect) >= edge for edge in SHADES)
        return f"heat-{'p' if self.effect > 0 else 'n'}{steps}" if steps else "heat-0"

    @property
    def side(self) -> str:
        return "above" if self.effect > 0 else "below"

    @property
    def comparison(self) -> str:
        """How the segment's value stands to everybody's: higher, lower, longer ago …"""
        return self.feature.high if self.effect > 0 else self.feature.low

    @property
    def in_words(self) -> str:
        """The size of the difference (Cohen, 1988), from much lower to much higher."""
        if abs(self.effect) < NOTICEABLE:
            return "as everybody"
        return f"much {self.comparison}" if abs(self.effect) >= LARGE else self.comparison

    @property
    def bar_width(self) -> float:
        return round(min(abs(self.effect) / FULL_EFFECT, 1.0) * BAR / 2, 1)

    @property
    def bar_start(self) -> float:
        return BAR / 2 if self.effect > 0 else BAR / 2 - self.bar_width


@dataclass(frozen=True)
class SegmentView:
    """A segment with its drivers, strongest first, and the class of its colour."""

    segment: Segment
    drivers: list[DriverView]

    @property
    def color(self) -> str:
        return design_color(self.segment).replace("segment-", "seg-")

    @property
    def key(self) -> str:
        """Its key; a number before its run is adopted, as it may become another segment's then."""
        segment = self.segment
        return segment.key if segment.identity_id else f"Segment {segment.position}"

    @property
    def reasons(self) -> list[DriverView]:
        """What noticeably sets it apart, strongest first; gender is never a reason."""
        behaviour = [d for d in self.drivers if d.feature.name not in GENDERS]
        return [d for d in behaviour if abs(d.effect) >= NOTICEABLE]

    @property
    def top_reasons(self) -> list[DriverView]:
        return self.reasons[:TOP_DRIVERS]

    @property
    def others(self) -> list[DriverView]:
        """What is about as with everybody, and gender."""
        return [d for d in self.drivers if d not in self.reasons]

    @property
    def newer_name(self) -> str:
        """What it would be called by what sets it apart now; empty where its name says that, or a
        person gave it."""
        segment = self.segment
        if segment.identity is None or segment.identity.is_named:
            return ""
        return "" if segment.proposed_name == segment.name else segment.proposed_name

    @property
    def rule(self) -> str:
        """Who is in it, as one sentence to check; empty where the run kept no rule."""
        words = rule_words(self.segment)
        if not self.segment.rule.get("conditions"):
            return f"{words}." if words else ""
        return f"Mostly customers with: {words[0].lower()}{words[1:]}."

    @property
    def holds_for(self) -> str:
        """A sentence where the rule does not hold for nearly all of its customers."""
        covers = self.segment.rule.get("covers")
        if covers is None or covers >= NEARLY_ALL or not self.segment.rule.get("conditions"):
            return ""
        return f"That holds for {covers:.0%} of them."


@dataclass(frozen=True)
class Heatmap:
    features: list[Feature]
    rows: list[tuple[SegmentView, list[DriverView]]]
    base: list[str]

    @property
    def has_burn_rate(self) -> bool:
        return any(feature.name == "burn_rate" for feature in self.features)


def color_of(number: int) -> int:
    """The colour of the design for the number of a segment's colour; they repeat after ten."""
    return (number - 1) % COLORS + 1


def is_minor(place: int) -> bool:
    """Whether a legend names the segment at that place, the largest at 0, only with the others."""
    return place >= MOST_NAMED


def design_color(segment: Segment) -> str:
    """The name of its colour; before its run is adopted one that no adopted segment has."""
    palette = "segment" if segment.identity_id else "trial"
    return f"{palette}-{color_of(segment.color)}"


def drawn_color(segment: Segment, place: int) -> str:
    """The colour of a segment among others in a chart; those that a legend does not name have
    one together, as their own would be those of others."""
    return OTHERS if is_minor(place) else design_color(segment)


SEES_MEMBERS = ("customers.view_customer", "segmentation.view_membership")


def found(run: SegmentationRun | None, *, viewer: User) -> dict[str, Any]:
    """What a completed run found, for `segmentation/_found.html`; nothing for no run.

    Who each dot of the map is, only for a viewer who may see customers and where they are.
    """
    if run is None:
        return {}
    segments = list(run.segments.select_related("identity"))
    views = [segment_view(segment) for segment in segments]
    return {
        "segments": views,
        "active": [view for view in views if not view.segment.is_archived],
        "archived": [view for view in views if view.segment.is_archived],
        "archived_customers": sum(s.size for s in segments if s.is_archived),
        "heatmap": heatmap(views),
        "scatter": scatter(run, segments, with_ids=viewer.has_perms(SEES_MEMBERS)),
        "sizes": size_chart(run, views),
    }


def segment_view(segment: Segment) -> SegmentView:
    return SegmentView(segment, [_driver(values) for values in segment.drivers])


def heatmap(views: list[SegmentView]) -> Heatmap:
    """Segments by features, in the order of the catalogue."""
    measured = {d.feature.name for view in views for d in view.drivers}
    features = [feature for name, feature in CATALOGUE.items() if name in measured]
    rows = []
    for view in views:
        found = {driver.feature.name: driver for driver in view.drivers}
        rows.append((view, [found[feature.name] for feature in features]))
    return Heatmap(features, rows, [driver.base for driver in rows[0][1]] if rows else [])


def scatter(
    run: SegmentationRun, segments: list[Segment], *, with_ids: bool = True
) -> Scatter | None:
    """The run's customers in two dimensions; None for a run that stored none."""
    stored = run.customer_map
    if not stored:
        return None
    names_people = with_ids and "ids" in stored  # runs of earlier versions kept none
    ids = stored["ids"] if names_people else [""] * len(stored["x"])
    points: dict[int, list[Point]] = {}
    labels: dict[int, list[str]] = {}
    for x, y, position, who in zip(stored["x"], stored["y"], stored["segment"], ids, strict=True):
        points.setdefault(position, []).append((x, y))
        labels.setdefault(position, []).append(who)
    shown = [
        (s.position, s.name, drawn_color(s, place), is_minor(place))
        for place, s in enumerate(segments)
    ]
    return Scatter(
        id="customer-map",
        title="Map of customers",
        summary=f"{stored['shown']:,} customers in two dimensions, coloured by segment."
        " Customers who behave alike lie close together.",
        axes=(stored["axes"][0], stored["axes"][1]),
        sets=[
            PointSet(name, color, points[position], labels[position] if names_people else (), minor)
            for position, name, color, minor in [
                *shown,
                (NO_SEGMENT, IN_NO_SEGMENT, "muted", False),
            ]
            if position in points
        ],
        note=note_of(run),
        caption=_map_caption(stored["shown"], run.customers or 0),
    )


def note_of(run: SegmentationRun) -> str:
    """What a chart was made from, as its files say it."""
    return f"{run}, as of {in_words(run.as_of)}" if run.as_of else str(run)


def _map_caption(shown: int, customers: int) -> str:
    drawn = f" {shown:,} of {customers:,} are drawn." if shown < customers else ""
    return f"Each dot is a customer.{drawn} Customers who behave alike lie close together."


def size_chart(run: SegmentationRun, views: list[SegmentView]) -> Chart:
    bars, rest = views[:MOST_BARS], views[MOST_BARS:]
    names = [v.segment.name for v in bars]
    sizes = [v.segment.size for v in bars]
    colors = [design_color(v.segment) for v in bars]
    if rest:
        names.append(f"{len(rest)} others")
        sizes.append(sum(v.segment.size for v in rest))
        colors.append(OTHERS)
    return Chart(
        id="segment-sizes",
        kind="hbar",
        title="Customers by segment",
        summary=", ".join(f"{v.segment.name}: {v.segment.size:,}" for v in views),
        labels=names,
        series=[Series("Customers", sizes, "customers", colors)],
        unit="customers",
        axis="Segment",
        note=note_of(run),
    )


def _driver(values: dict[str, Any]) -> DriverView:
    feature = CATALOGUE[str(values["feature"])]
    mean, base = float(values["mean"]), float(values["base"])
    return DriverView(
        feature,
        in_unit(feature, mean),
        in_unit(feature, base),
        float(values["effect"]),
        values.get("low"),
        values.get("high"),
    )
