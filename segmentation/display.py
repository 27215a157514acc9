"""How segments are shown: drivers in words, the profile as a heatmap, the map as a scatter."""

from dataclasses import dataclass

from customers.charts import Chart, PointSet, Scatter, Series
from customers.facts.catalogue import CATALOGUE, Feature, Kind
from customers.periods import in_words
from segmentation.engine.explain import LARGE, NOTICEABLE
from segmentation.engine.naming import GENDERS
from segmentation.models import Candidate, Segment, SegmentationRun

COLORS = 10
TOP_DRIVERS = 3
BAR = 100  # width of a driver's bar in its own units; 50 is the base
FULL_EFFECT = 2.0  # standard deviations that fill half of the bar
SMALL = 0.2  # standard deviations below which a difference is none (Cohen, 1988)
# The lower edges of the heatmap's shades, in standard deviations from the base.
SHADES = (SMALL, 0.5, LARGE, 1.3)


@dataclass(frozen=True)
class DriverView:
    """One feature of a segment against everybody, ready to be read."""

    feature: Feature
    mean: str
    base: str
    effect: float

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
        if abs(self.effect) < SMALL:
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
        return f"seg-{color_of(self.segment.position)}"

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


@dataclass(frozen=True)
class Heatmap:
    features: list[Feature]
    rows: list[tuple[SegmentView, list[DriverView]]]
    base: list[str]


def color_of(position: int) -> int:
    """The number of the colour for a segment's position; colours repeat after ten."""
    return (position - 1) % COLORS + 1


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


def scatter(run: SegmentationRun, segments: list[Segment]) -> Scatter | None:
    """The run's customers in two dimensions; None for a run that stored none."""
    stored = run.customer_map
    if not stored:
        return None
    points: dict[int, list[tuple[float, float]]] = {s.position: [] for s in segments}
    for x, y, position in zip(stored["x"], stored["y"], stored["segment"], strict=True):
        if position in points:
            points[position].append((x, y))
    return Scatter(
        id="customer-map",
        title="Map of customers",
        summary=f"{stored['shown']:,} customers in two dimensions, coloured by segment."
        " Customers who behave alike lie close together.",
        axes=(stored["axes"][0], stored["axes"][1]),
        sets=[
            PointSet(s.name, f"segment-{color_of(s.position)}", points[s.position])
            for s in segments
        ],
        note=_note(run),
        caption=_map_caption(stored["shown"], run.customers or 0),
    )


def _note(run: SegmentationRun) -> str:
    return f"{run}, as of {in_words(run.as_of)}" if run.as_of else str(run)


def _map_caption(shown: int, customers: int) -> str:
    drawn = f" {shown:,} of {customers:,} are drawn." if shown < customers else ""
    return f"Each dot is a customer.{drawn} Customers who behave alike lie close together."


def size_chart(run: SegmentationRun, views: list[SegmentView]) -> Chart:
    note = _note(run)
    return Chart(
        id="segment-sizes",
        kind="hbar",
        title="Customers by segment",
        summary=", ".join(f"{v.segment.name}: {v.segment.size:,}" for v in views),
        labels=[v.segment.name for v in views],
        series=[
            Series(
                "Customers",
                [v.segment.size for v in views],
                "customers",
                [f"segment-{color_of(v.segment.position)}" for v in views],
            )
        ],
        unit="customers",
        axis="Segment",
        note=note,
    )


def score_charts(candidates: list[Candidate]) -> list[Chart]:
    """Inertia and silhouette by the number of segments, when a run tried more than one number."""
    if len({c.clusters for c in candidates}) < 2:
        return []
    labels = [str(c.clusters) for c in candidates]
    return [
        Chart(
            id="silhouettes",
            kind="line",
            title="How clearly the segments are apart",
            summary="Silhouette in the common space by number of segments; higher is better.",
            labels=labels,
            series=[Series("Silhouette", [c.silhouette_common for c in candidates], "customers")],
            unit="silhouette",
            axis="Segments",
        ),
        Chart(
            id="elbow",
            kind="line",
            title="How much each further segment explains",
            summary="Inertia by number of segments; a bend shows where more segments add little.",
            labels=labels,
            series=[Series("Inertia", [c.inertia for c in candidates], "muted")],
            unit="inertia",
            axis="Segments",
        ),
    ]


def left_out_words(run: SegmentationRun) -> list[tuple[str, str]]:
    """Each feature that could not be used, by its label, and why."""
    return [(CATALOGUE[name].label, reason) for name, reason in run.left_out_features.items()]


def in_unit(feature: Feature, value: float) -> str:
    """82%, 54 days ago, 7.9"""
    if feature.kind in (Kind.SHARE, Kind.INDICATOR):
        return f"{value:.0%}"
    whole = feature.suffix or value >= 100
    return f"{value:,.{0 if whole else 1}f}{feature.suffix}"


def _driver(values: dict[str, float | str]) -> DriverView:
    feature = CATALOGUE[str(values["feature"])]
    mean, base = float(values["mean"]), float(values["base"])
    return DriverView(
        feature, in_unit(feature, mean), in_unit(feature, base), float(values["effect"])
    )
