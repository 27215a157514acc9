"""The map of customers as it is drawn on paper: points of a page, no script needed."""

from collections.abc import Sequence
from dataclasses import dataclass

from customers.charts import Point, PointSet, Scatter

WIDTH, HEIGHT, MARGIN = 640, 300, 4  # of the drawing, in its own units


@dataclass(frozen=True)
class PaperSet:
    name: str  # empty: the legend does not name it
    color: str  # the class of its colour
    path: str  # the dots, as lines without length


@dataclass(frozen=True)
class PaperMap:
    sets: list[PaperSet]
    others: int  # segments that the legend does not name
    caption: str
    width: int = WIDTH
    height: int = HEIGHT


def paper_map(drawn: Scatter) -> PaperMap:
    """The scatter's dots within the drawing, upwards as on the screen."""
    points = [point for one in drawn.sets for point in one.points]
    scale = _Scale([x for x, _ in points], [y for _, y in points])
    return PaperMap(
        [
            PaperSet("" if s.is_minor else s.name, _class(s), scale.path(s.points))
            for s in drawn.sets
        ],
        sum(s.is_minor for s in drawn.sets),
        drawn.caption,
    )


class _Scale:
    """From the map's coordinates to those of the drawing."""

    def __init__(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        self.left, self.bottom = min(xs), min(ys)
        self.wide, self.high = max(xs) - self.left or 1.0, max(ys) - self.bottom or 1.0

    def path(self, points: Sequence[Point]) -> str:
        return "".join(f"M{self._x(x)} {self._y(y)}h0" for x, y in points)

    def _x(self, x: float) -> int:
        return round(MARGIN + (WIDTH - 2 * MARGIN) * (x - self.left) / self.wide)

    def _y(self, y: float) -> int:
        return round(HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (y - self.bottom) / self.high)


def _class(points: PointSet) -> str:
    return points.color.replace("segment-", "seg-")
