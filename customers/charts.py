"""What a chart is, before anything draws it: numbers, names, units and a sentence."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Series:
    """`color` names a colour of the design: claim, burn, customers, muted, segment-1 …"""

    name: str
    values: Sequence[float | None]
    color: str
    colors: Sequence[str] = ()  # one for each value, where the values are different things


@dataclass(frozen=True)
class Chart:
    """One chart of a page: `templates/_chart.html` shows it and `static/js/charts.js` draws it."""

    id: str
    kind: str  # line, bar, hbar, doughnut
    title: str
    summary: str  # what a person who can't see it should know
    labels: Sequence[str]
    series: Sequence[Series]
    unit: str
    axis: str = ""  # what the labels are: Month, City
    percent: bool = False
    stacked: bool = False
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
        return asdict(self)

    @property
    def rows(self) -> list[tuple[str, Sequence[float | None]]]:
        """The numbers as a table: a label and a value for each series."""
        drawn: list[tuple[str, Sequence[float | None]]] = [
            (label, [series.values[i] for series in self.series])
            for i, label in enumerate(self.labels)
        ]
        return [*drawn, *([self.rest] if self.rest else [])]

    @property
    def is_empty(self) -> bool:
        return not any(value for series in self.series for value in series.values)


@dataclass(frozen=True)
class Scatter:
    """Points in two dimensions, one set for each segment."""

    id: str
    title: str
    summary: str
    axes: tuple[str, str]
    sets: Sequence["PointSet"] = field(default_factory=list)
    note: str = ""
    caption: str = ""
    kind: str = "scatter"

    @property
    def data(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class PointSet:
    name: str
    color: str
    points: Sequence[tuple[float, float]]
