"""How segments move and grow from run to run, ready to be shown."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from customers.charts import Chart, Node, Sankey, Series
from customers.periods import in_words
from segmentation.display import IN_NO_SEGMENT, MOST_NAMED, OTHERS, color_of
from segmentation.engine.matching import NO_SEGMENT
from segmentation.models import Segment, SegmentationRun, SegmentIdentity

MOST_RUNS = 12  # adopted ones that a chart over time shows, the latest
NEW, LEFT = "New customers", "Left"
# The lower edges of the table's shades: shares of the customers of a row.
SHADES = (0.02, 0.1, 0.3, 0.6)
LEAST_SHOWN = 0.005  # a share below it would read 0%


@dataclass(frozen=True)
class Place:
    """Where customers were, or are."""

    name: str
    color: str = "muted"  # of the design
    identity: int | None = None  # primary key; None: no segment that stays

    @property
    def swatch(self) -> str:
        return self.color.replace("segment-", "seg-")


@dataclass(frozen=True)
class Cell:
    """Customers who went from the row's place to the column's."""

    count: int
    share: float  # of the row, 0 to 1
    stayed: bool

    @property
    def share_in_words(self) -> str:
        return "<1%" if self.share < LEAST_SHOWN else f"{self.share:.0%}"

    @property
    def shade(self) -> str:
        steps = sum(self.share >= edge for edge in SHADES)
        return f"heat-p{steps}" if steps else "heat-0"


@dataclass(frozen=True)
class Row:
    place: Place
    cells: list[Cell]

    @property
    def total(self) -> int:
        return sum(cell.count for cell in self.cells)


@dataclass(frozen=True)
class MovementView:
    """Who moved between the adopted run and the one adopted before."""

    sentences: list[str]
    sides: tuple[str, str]
    columns: list[Place]
    rows: list[Row]

    @property
    def totals(self) -> list[int]:
        columns = zip(*(row.cells for row in self.rows), strict=True)
        return [sum(cell.count for cell in column) for column in columns]

    @property
    def has_left(self) -> bool:
        return any(place.name == LEFT for place in self.columns)

    @property
    def has_new(self) -> bool:
        return any(row.place.name == NEW for row in self.rows)

    @property
    def chart(self) -> Sankey:
        return Sankey(
            id="movement",
            title="Who moved where",
            summary=" ".join(self.sentences),
            sides=self.sides,
            sources=[Node(row.place.name, row.place.color) for row in self.rows],
            targets=[Node(place.name, place.color) for place in self.columns],
            counts=[[cell.count for cell in row.cells] for row in self.rows],
            note=f"{self.sides[0]} to {self.sides[1]}",
        )


def movement_view(run: SegmentationRun) -> MovementView | None:
    """What moved since the run adopted before; None for the first one.

    Segments have the names they have now, those that are gone the ones they had last.
    """
    stored = run.movement
    if not stored:
        return None
    places = _places(stored)
    olds = [*(places[label] for label in stored["old"]), Place(NEW)]
    news = [*(places[label] for label in stored["new"]), Place(LEFT)]
    before = SegmentationRun.objects.light().filter(pk=stored["run"]).first()
    rows = [
        Row(
            old,
            [_cell(old, new, count, sum(counts)) for new, count in zip(news, counts, strict=True)],
        )
        for old, counts in zip(olds, stored["counts"], strict=True)
    ]
    used = [any(row.cells[column].count for row in rows) for column in range(len(news))]
    return MovementView(
        sentences=_sentences(stored, places),
        sides=(_side(before) if before else "Before", _side(run)),
        columns=_only(news, used),
        rows=[Row(row.place, _only(row.cells, used)) for row in rows if row.total],
    )


def sizes_over_time() -> Chart | None:
    """The segments' sizes in the adopted runs, the latest last; None before the second one."""
    runs = _adopted()
    segments = list(Segment.objects.filter(run__in=runs).select_related("identity"))
    if len(runs) < 2:
        return None
    sizes: dict[SegmentIdentity, dict[int, int]] = {}
    for segment in sorted(segments, key=lambda s: (s.identity_id or 0, s.run_id)):
        if segment.identity:
            sizes.setdefault(segment.identity, {})[segment.run_id] = segment.size
    names = _told_apart(sizes)
    now = runs[-1].pk
    largest = sorted(sizes, key=lambda i: (-sizes[i].get(now, 0), -sum(sizes[i].values())))
    minor = largest[MOST_NAMED:]
    series = [
        Series(
            names[identity],
            [by_run.get(run.pk) for run in runs],
            OTHERS if identity in minor else f"segment-{color_of(identity.color)}",
            is_minor=identity in minor,
        )
        for identity, by_run in sizes.items()
    ]
    told = f"Customers by segment in the last {len(runs)} adopted runs."
    return _chart_over_time(runs, series, "sizes-over-time", told)


def size_history(segment: Segment) -> Chart | None:
    """How large one segment was in each adopted run; None where only one has it."""
    if segment.identity is None:
        return None
    runs = _adopted()
    by_run = dict(segment.identity.segments.filter(run__in=runs).values_list("run_id", "size"))
    if len(by_run) < 2:
        return None
    sizes = [by_run.get(run.pk) for run in runs]
    series = Series("Customers", sizes, f"segment-{color_of(segment.color)}")
    told = "; ".join(
        f"{day}: {'–' if size is None else f'{size:,}'}"
        for day, size in zip(_days(runs), sizes, strict=True)
    )
    return _chart_over_time(runs, [series], "size-history", told)


def listed(names: Iterable[str]) -> str:
    """“A”, “B” and “C”"""
    return joined(f"“{name}”" for name in names)


def joined(words: Iterable[str]) -> str:
    """a, b and c"""
    *first, last = [*words] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _adopted() -> list[SegmentationRun]:
    """The last adopted runs, in the order they were adopted."""
    return list(SegmentationRun.objects.adopted().light()[:MOST_RUNS])[::-1]


def _chart_over_time(
    runs: list[SegmentationRun], series: list[Series], name: str, summary: str
) -> Chart:
    return Chart(
        id=name,
        kind="bar",
        title="Size over time",
        summary=summary,
        labels=_days(runs),
        series=series,
        unit="customers",
        axis="As of",
        stacked=len(series) > 1,
        every_label=True,
        note=f"{runs[0]} to {runs[-1]}",
    )


def _days(runs: list[SegmentationRun]) -> list[str]:
    """The day each run looked back from, and the run: 31 Mar 2024, run 3"""
    return [f"{run.as_of:%-d %b %Y}, {str(run).lower()}" if run.as_of else str(run) for run in runs]


def _side(run: SegmentationRun) -> str:
    return f"{in_words(run.as_of)} ({run})" if run.as_of else str(run)


def _places(stored: dict[str, Any]) -> dict[int, Place]:
    """Each segment of either run by its primary key; one that was deleted as it was stored."""
    keys = [label for label in (*stored["old"], *stored["new"]) if label != NO_SEGMENT]
    found = Segment.objects.filter(pk__in=keys).select_related("identity").in_bulk()
    identities = {s.identity for s in found.values() if s.identity}
    names = _told_apart(identities)
    return {NO_SEGMENT: Place(IN_NO_SEGMENT)} | {
        key: _place(found[key], names)
        if key in found
        else Place(stored["names"][str(key)], f"segment-{color_of(stored['colors'][str(key)])}")
        for key in keys
    }


def _place(segment: Segment, names: dict[SegmentIdentity, str]) -> Place:
    identity = segment.identity
    name = names[identity] if identity else segment.name
    color = identity.color if identity else segment.color
    return Place(name, f"segment-{color_of(color)}", segment.identity_id)


def _told_apart(identities: Iterable[SegmentIdentity]) -> dict[SegmentIdentity, str]:
    """Their names; a new one that is called as one that is gone has its key beside it."""
    all_of_them = list(identities)
    times = Counter(identity.name for identity in all_of_them)
    return {
        identity: str(identity) if times[identity.name] > 1 else identity.name
        for identity in all_of_them
    }


def _cell(old: Place, new: Place, count: int, total: int) -> Cell:
    same = old == new and (old.identity is not None or old.name == IN_NO_SEGMENT)
    return Cell(count, count / total if total else 0.0, same)


def _only(items: Sequence[Any], used: Sequence[bool]) -> list[Any]:
    return [item for item, is_used in zip(items, used, strict=True) if is_used]


def _sentences(stored: dict[str, Any], places: dict[int, Place]) -> list[str]:
    said = []
    if stored["moved"] is not None:
        said.append(
            f"{1 - stored['moved']:.0%} of the customers known both times stayed in their segment."
        )
    if came := sum(stored["counts"][-1]):
        said.append(f"{came:,} {'customer is' if came == 1 else 'customers are'} new.")
    appeared = [places[label].name for label in stored["appeared"]]
    vanished = [places[label].name for label in stored["vanished"]]
    returned = [places[label].name for label in stored.get("returned", [])]
    if appeared:
        said.append(f"{listed(appeared)} {_is_or_are(appeared)} new.")
    if returned:
        said.append(f"{listed(returned)} {_is_or_are(returned)} back.")
    if vanished:
        said.append(f"{listed(vanished)} {_was_or_were(vanished)} not found again.")
    if not appeared and not returned and not vanished:
        said.append("Every segment was found again.")
    return said


def _is_or_are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _was_or_were(names: list[str]) -> str:
    return "was" if len(names) == 1 else "were"
