"""Exports of the figures and charts of a page."""

from django.utils import timezone

from customers.charts import Chart
from customers.exporting.export import Cell, Column, Export, Kind, Table
from customers.models import FactsVersion
from customers.overview import Overview, Tile
from customers.periods import Period, in_words

TILE_COLUMNS = (
    Column("Figure"),
    Column("Value", Kind.NUMBER),
    Column("Unit"),
    Column("Period before", Kind.NUMBER),
    Column("Change", Kind.NUMBER),
    Column("Change in"),
    Column("Meaning"),
)


def overview_export(version: FactsVersion, overview: Overview, period: Period) -> Export:
    """Everything the overview page shows: its figures, then the numbers of each chart."""
    compared = str(period.before) if overview.is_compared else "nothing, records begin later"
    return Export(
        title="Overview",
        as_of=_as_of(version),
        filters=[("Period", str(period)), ("Compared with", compared)],
        tables=[
            Table("Figures", TILE_COLUMNS, [_tile(t) for t in overview.tiles], title="Figures"),
            *(chart_table(chart) for chart in overview.charts.values()),
        ],
    )


def chart_table(chart: Chart) -> Table:
    """The numbers of a chart, with the last row that its picture leaves out."""
    kind = Kind.SHARE if chart.percent else Kind.NUMBER
    series = [Column(series.name, kind) for series in chart.series]
    name = chart.id.replace("-", " ").capitalize()
    rows = [(label, *values) for label, values in chart.rows]
    return Table(name, [Column(chart.axis or "Group"), *series], rows, title=chart.title)


def _as_of(version: FactsVersion) -> str:
    made = f"figures made {in_words(timezone.localdate(version.created_at))}"
    return f"{made}, last activity {in_words(version.last_day)}" if version.last_day else made


def _tile(tile: Tile) -> list[Cell]:
    percent = "%" if tile.is_share else tile.unit
    change_in = ("points" if tile.is_share else "%") if tile.change is not None else ""
    return [
        tile.label,
        _shown(tile.value, tile.is_share),
        percent,
        _shown(tile.before, tile.is_share),
        _shown(tile.change, True),
        change_in,
        tile.meaning,
    ]


def _shown(value: float | None, is_share: bool) -> float | None:
    """A share as percent, so that figures of all kinds can stand in one column."""
    return round(100 * value, 4) if value is not None and is_share else value
