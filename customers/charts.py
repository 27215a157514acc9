"""What a chart is, before anything draws it: numbers, names, units and a sentence."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Point = tuple[float, float]
Cell = str | float | None


@dataclass(frozen=True)
class Numbers:
    """What a chart shows, as a table: one click away on the page, and as CSV."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    percent: bool = False  # the figures are shares
    words: int = 1  # so many columns at the left hold words, not figures

    @property
    def shown(self) -> list[list[str]]:
        """The rows as people read them."""
        return [[self._in_words(cell) for cell in row] for row in self.rows]

    def _in_words(self, cell: Cell) -> str:
        if cell is None:
            return "–"
        if isinstance(cell, str):
            return cell
        return f"{100 * cell:,.1f}%" if self.percent else _figure(cell)


@dataclass(frozen=True)
class Series:
    """`color` names a colour of the design: claim, burn, customers, muted, segment-1 …"""

    name: str
    values: Sequence[float | None]
    color: str
    colors: Sequence[str] = ()  # one for each value, where the values are different things
    is_minor: bool = False  # the legend names it only together with the others of that kind


@dataclass(frozen=True)
class Chart:
    """One chart of a page: `templates/_chart.html` shows it and `static/js/charts.js` draws it."""

    id: str
    kind: str  # line, bar, hbar, doughnut, parallel
    title: str
    summary: str  # what a person who can't see it should know
    labels: Sequence[str]
    series: Sequence[Series]
    unit: str
    axis: str = ""  # what the labels are: Month, City
    percent: bool = False
    stacked: bool = False
    every_label: bool = False  # none is left out for want of room; "day, run" stands in two lines
    note: str = ""  # the filters that were applied; also written into its CSV file
    # A last row that would crush the picture: only in the numbers, the CSV file and the caption.
    rest: tuple[str, Sequence[float | None]] | None = None

    @property
    def caption(self) -> str:
        if self.rest is None:
            return ""
        label, values = self.rest
        counts = zip(values, self.series, strict=True)
        return f"{label}: {', '.join(f'{v:,} {s.name.lower()}' for v, s in counts)}."

    @property
    def data(self) -> dict[str, Any]:
        return asdict(self) | {"numbers": asdict(self.numbers)}

    @property
    def rows(self) -> list[tuple[str, Sequence[float | None]]]:
        """A label and a value for each series."""
        drawn: list[tuple[str, Sequence[float | None]]] = [
            (label, [series.values[i] for series in self.series])
            for i, label in enumerate(self.labels)
        ]
        return [*drawn, *([self.rest] if self.rest else [])]

    @property
    def numbers(self) -> Numbers:
        columns = [self.axis or "Group", *(series.name for series in self.series)]
        return Numbers(columns, [[label, *values] for label, values in self.rows], self.percent)

    @property
    def is_empty(self) -> bool:
        return not any(value for series in self.series for value in series.values)


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """What every chart below has; like a Chart, `_chart.html` shows it. All numbers are finite."""

    id: str
    title: str
    summary: str  # what a person who can't see it should know
    note: str = ""  # what it was made from; also written into its CSV file and picture
    caption: str = ""  # a sentence below it

    @property
    def numbers(self) -> Numbers | None:
        """Its table; None where it has none."""
        return None

    @property
    def data(self) -> dict[str, Any]:
        return asdict(self) | {"numbers": self.numbers and asdict(self.numbers)}


@dataclass(frozen=True)
class PointSet:
    """Points that belong together."""

    name: str
    color: str
    points: Sequence[Point]
    labels: Sequence[str] = ()  # one for each point, told when it is pointed at
    is_minor: bool = False  # the legend names it only together with the others of that kind
    dash: Literal["", "dashed", "dotted"] = ""  # of a line through them


@dataclass(frozen=True, kw_only=True)
class Scatter(Drawing):
    """Points in two dimensions, one set for each segment."""

    axes: tuple[str, str]
    sets: Sequence[PointSet] = ()
    points_are: str = "Customer"  # what the points' labels name
    kind: str = "scatter"

    @property
    def numbers(self) -> Numbers:
        """How many points each set has; where each lies is only in its CSV file."""
        columns = ["Segment", f"{self.points_are}s drawn"]
        return Numbers(columns, [[one.name, len(one.points)] for one in self.sets])


@dataclass(frozen=True)
class Mark:
    """A point to look at, and why: (8, 882.8) “The bend: 8 segments”."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Curve(Drawing):
    """Lines over a number, each going through its points from left to right."""

    axes: tuple[str, str]
    lines: Sequence[PointSet]
    mark: Mark | None = None
    from_zero: bool = True  # whether the vertical axis shows 0
    kind: str = "curve"

    @property
    def numbers(self) -> Numbers:
        """One row for each place on the horizontal axis."""
        values = [dict(line.points) for line in self.lines]
        places = sorted({x for line in values for x in line})
        names = [line.name for line in self.lines] if len(self.lines) > 1 else [self.axes[1]]
        return Numbers(
            [self.axes[0], *names], [[x, *(line.get(x) for line in values)] for x in places]
        )


@dataclass(frozen=True)
class Bracket:
    """One join of a dendrogram: its corners from foot to foot."""

    corners: Sequence[Point]
    color: str = "muted"
    size: int | None = None  # how many are below it

    @property
    def height(self) -> float:
        return max(y for _, y in self.corners)


@dataclass(frozen=True, kw_only=True)
class Dendrogram(Drawing):
    """The last joins of a hierarchical clustering, up to everybody in one group."""

    brackets: Sequence[Bracket]
    leaves: Sequence[tuple[float, str]] = ()  # where a lowest branch stands, and what it is
    leaves_are: str = "Customers in each branch"
    unit: str = "customers"
    cut: Mark | None = None  # the height at which the groups are taken; x is not looked at
    axis: str = "Distance"
    kind: str = "dendrogram"

    @property
    def numbers(self) -> Numbers:
        """How many groups there are before each join, at which distance it happens, of how many."""
        joins = sorted(self.brackets, key=lambda bracket: bracket.height, reverse=True)
        return Numbers(
            ["Groups", f"{self.axis} at which two join", f"{self.unit.capitalize()} joined"],
            [[groups, join.height, join.size] for groups, join in enumerate(joins, 2)],
        )


@dataclass(frozen=True)
class WidthSet:
    """The silhouette widths (-1 to 1) of a segment's customers."""

    name: str
    color: str
    widths: Sequence[float]


@dataclass(frozen=True, kw_only=True)
class SilhouettePlot(Drawing):
    """How well each customer fits the own segment, sorted and grouped by segment."""

    sets: Sequence[WidthSet]
    mean: float
    axis: str = "Silhouette width"
    kind: str = "silhouette"

    @property
    def numbers(self) -> Numbers:
        return Numbers(
            ["Segment", "Customers drawn", "Mean width", "Below zero"],
            [
                [s.name, len(s.widths), sum(s.widths) / len(s.widths), sum(w < 0 for w in s.widths)]
                for s in self.sets
                if s.widths
            ],
        )


@dataclass(frozen=True)
class Node:
    """One end of a movement."""

    name: str
    color: str


@dataclass(frozen=True, kw_only=True)
class Sankey(Drawing):
    """How many went from where (left) to where (right)."""

    sides: tuple[str, str]  # what stands left and right: 1 May 2026, 1 June 2026
    sources: Sequence[Node]
    targets: Sequence[Node]
    counts: Sequence[Sequence[int]]  # a row for each source, a column for each target
    unit: str = "customers"
    kind: str = "sankey"

    @property
    def numbers(self) -> Numbers:
        """One row for each movement that somebody made, in the order of the drawing."""
        return Numbers(
            [*self.sides, self.unit.capitalize()],
            [
                [source.name, target.name, count]
                for source, row in zip(self.sources, self.counts, strict=True)
                for target, count in zip(self.targets, row, strict=True)
                if count
            ],
            words=2,
        )


def _figure(value: float) -> str:
    """1,234 or 12.35 or −0.357: as many decimals as tell something."""
    size = abs(value)
    decimals = 0 if value == int(value) or size >= 1000 else 2 if size >= 1 else 3
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")
