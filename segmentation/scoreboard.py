"""The scoreboard of a run: every model it tried with its scores, sorted as asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.recommendation import LARGEST, MOST_NOISE, SMALLEST
from segmentation.models import Candidate, SegmentationRun

FIRST_ROWS = 12  # models that are shown at once
NOTHING = "–"
Value = float | None


@dataclass(frozen=True)
class Score:
    """One column of the scoreboard."""

    name: str  # in the address
    label: str
    meaning: str
    written: Callable[[float], str]
    is_low_good: bool | None = False  # None: neither is
    is_basic: bool = True  # shown before all columns are asked for
    path: str = ""  # of a value inside the field `approximation`

    def value(self, candidate: Candidate) -> Value:
        if self.path:
            return (candidate.approximation or {}).get(self.path)
        value: Value = getattr(candidate, self.name)
        return value

    def text(self, candidate: Candidate) -> str:
        value = self.value(candidate)
        return NOTHING if value is None else self.written(value).replace("-", "−")


def _decimals(count: int) -> Callable[[float], str]:
    return lambda value: f"{value:,.{count}f}"


def _share(value: float) -> str:
    return f"{100 * value:.1f}%" if 0 < value < 0.0995 else f"{100 * value:.0f}%"


SCORES = (
    Score("clusters", "Segments", "How many the model found.", _decimals(0), None),
    Score(
        "silhouette_common",
        "Silhouette, common",
        "In the standardised space that all models share, −1 to 1; models are ranked by it."
        " Where it is estimated, with its 95 % interval.",
        _decimals(3),
    ),
    Score("silhouette", "Silhouette, own", "In the space the model was fitted in.", _decimals(3)),
    Score(
        "stability",
        "Stability",
        "Mean adjusted Rand index over bootstrap resamples: 1 is the same again, 0 is chance.",
        _decimals(2),
    ),
    Score(
        "structure",
        "Structure",
        "Standard deviations above the same model on shuffled columns; from 3 it is no chance.",
        _decimals(1),
    ),
    Score(
        "noise_share",
        "In none",
        f"Customers in no segment; a usable model leaves out at most {MOST_NOISE:.0%}.",
        _share,
        is_low_good=True,
    ),
    Score(
        "smallest_share",
        "Smallest",
        f"Customers in the smallest segment; usable from {SMALLEST:.0%}.",
        _share,
    ),
    Score(
        "largest_share",
        "Largest",
        f"Customers in the largest segment; usable up to {LARGEST:.0%}.",
        _share,
        is_low_good=True,
        is_basic=False,
    ),
    Score(
        "calinski_harabasz",
        "Calinski–Harabasz",
        "Spread between segments over spread within them, in the common space.",
        _decimals(0),
        is_basic=False,
    ),
    Score(
        "davies_bouldin",
        "Davies–Bouldin",
        "Spread within segments over the distance between them, in the common space; low is good.",
        _decimals(2),
        is_low_good=True,
        is_basic=False,
    ),
    Score(
        "inertia",
        "Inertia",
        "Squared distances to the middle of the own segment; compare only within one model.",
        _decimals(0),
        is_low_good=True,
        is_basic=False,
    ),
    Score(
        "bic",
        "BIC",
        "Of mixtures; low is good, within one model.",
        _decimals(0),
        is_low_good=True,
        is_basic=False,
    ),
    Score(
        "aic",
        "AIC",
        "Of mixtures; low is good, within one model.",
        _decimals(0),
        is_low_good=True,
        is_basic=False,
    ),
    Score(
        "explained_variance",
        "Variance kept",
        "By the principal components.",
        _share,
        is_basic=False,
    ),
    Score(
        "trustworthiness",
        "Trustworthiness",
        "Of a t-SNE map: 1 where all neighbours on the map are neighbours.",
        _decimals(3),
        is_basic=False,
    ),
    Score(
        "agreement",
        "Approximation",
        "Where a model was fitted on some customers: its agreement with the exact result, measured"
        " where both run (adjusted Rand index).",
        _decimals(2),
        is_basic=False,
        path="agreement",
    ),
    Score(
        "seconds",
        "Seconds",
        "That the fit took.",
        _decimals(2),
        is_low_good=True,
        is_basic=False,
    ),
)
BY_NAME = {score.name: score for score in SCORES}
MODEL = "model"


@dataclass(frozen=True)
class View:
    """How a person asked to see the scoreboard."""

    sort: str = ""  # a score's or "model"; "": the recommended one first, then by clarity
    is_reversed: bool = False
    all_columns: bool = False
    all_rows: bool = False

    @classmethod
    def asked(cls, query: QueryDict) -> "View":
        sort = query.get("sort", "")
        name = sort.removeprefix("-")
        known = name if name in {*BY_NAME, MODEL} else ""
        return cls(known, sort.startswith("-"), "columns" in query, "rows" in query)

    @property
    def query(self) -> str:
        """?sort=-stability&columns=all, or "?" for the first view."""
        sort = f"-{self.sort}" if self.is_reversed else self.sort
        asked = {"sort": sort, "columns": self.all_columns, "rows": self.all_rows}
        return "?" + urlencode({k: "all" if v is True else v for k, v in asked.items() if v})

    def sorted_by(self, name: str) -> "View":
        """By that column, the best first; if it is so already, the other way round."""
        return replace(self, sort=name, is_reversed=self.sort == name and not self.is_reversed)


@dataclass(frozen=True)
class Heading:
    label: str
    meaning: str
    link: str
    direction: str  # ascending, descending or none, for aria-sort


@dataclass(frozen=True)
class Row:
    candidate: Candidate
    cells: list[str]
    interval: str  # of the common silhouette; empty where it is exact
    new_run: str  # the query of the form for a run with this model alone


@dataclass(frozen=True)
class Scoreboard:
    """What `segmentation/_scoreboard.html` shows."""

    headings: list[Heading]
    rows: list[Row]
    picked: tuple[int, ...]  # positions of the two rows that are chosen at first
    total: int
    view: View
    estimated_on: int | None  # customers that the common silhouettes were estimated on

    @property
    def more_rows(self) -> str:
        return replace(self.view, all_rows=not self.view.all_rows).query

    @property
    def more_columns(self) -> str:
        return replace(self.view, all_columns=not self.view.all_columns).query

    @property
    def is_cut(self) -> bool:
        return self.total > FIRST_ROWS


def scoreboard(candidates: Sequence[Candidate], view: View, run: SegmentationRun) -> Scoreboard:
    """The candidates of the run as asked."""
    columns = [score for score in SCORES if score.is_basic or view.all_columns]
    ordered = _sorted(candidates, view)
    shown = ordered if view.all_rows else ordered[:FIRST_ROWS]
    samples = [c.silhouette_sample for c in candidates if c.silhouette_sample]
    return Scoreboard(
        headings=[
            _heading(view, MODEL, "Model", "The algorithm, and what it worked on.", None),
            *(_heading(view, s.name, s.label, s.meaning, s.is_low_good) for s in columns),
        ],
        rows=[_row(candidate, columns, run) for candidate in shown],
        picked=tuple(c.position for c in sorted(shown, key=_importance)[:2]),
        total=len(candidates),
        view=view,
        estimated_on=samples[0] if samples else None,
    )


def new_run_query(candidate: Candidate, run: SegmentationRun) -> str:
    """The query that fills in the form of a new run with this model alone."""
    algorithm = ALGORITHMS[candidate.algorithm]
    asked: dict[str, object] = {
        "preset": run.preset,
        "algorithm": candidate.algorithm,
        "reduction": candidate.reduction,
    }
    if candidate.reduction != "none":
        asked["components"] = candidate.components
    if algorithm.takes_clusters:
        asked["clusters"] = candidate.clusters
    if features := run.parameters.get("features"):
        asked["features"] = ",".join(features)
    asked["seed"] = run.seed
    return urlencode(asked, safe=",")


def interval_of(candidate: Candidate) -> str:
    """0.31–0.34; empty where the common silhouette is exact."""
    low, high = candidate.silhouette_low, candidate.silhouette_high
    if low is None or high is None:
        return ""
    return f"{low:.3f} to {high:.3f}".replace("-", "−")


def _row(candidate: Candidate, columns: Sequence[Score], run: SegmentationRun) -> Row:
    cells = [score.text(candidate) for score in columns]
    return Row(candidate, cells, interval_of(candidate), new_run_query(candidate, run))


def _heading(view: View, name: str, label: str, meaning: str, is_low_good: bool | None) -> Heading:
    direction = "none"
    if view.sort == name:
        is_ascending = (is_low_good is not False) != view.is_reversed
        direction = "ascending" if is_ascending else "descending"
    return Heading(label, meaning, view.sorted_by(name).query, direction)


def _sorted(candidates: Sequence[Candidate], view: View) -> list[Candidate]:
    if not view.sort:
        return sorted(candidates, key=_importance)
    if view.sort == MODEL:
        ordered = sorted(candidates, key=lambda c: (c.model_name, c.clusters))
        return ordered[::-1] if view.is_reversed else ordered
    score = BY_NAME[view.sort]
    sign = (1 if score.is_low_good is not False else -1) * (-1 if view.is_reversed else 1)
    # Whoever has no such score comes last, in either direction.
    return sorted(
        candidates,
        key=lambda c: ((value := score.value(c)) is None, sign * (value or 0), c.position),
    )


def _importance(candidate: Candidate) -> tuple[bool, bool, float, int]:
    clarity = candidate.silhouette_common
    return (
        not candidate.is_best,
        not candidate.is_runner_up,
        2.0 if clarity is None else -clarity,
        candidate.position,
    )
