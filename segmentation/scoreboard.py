"""The scoreboard of a run: every model it tried with its scores, sorted as asked."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from segmentation.candidate_scores import BY_NAME, SCORES, Score
from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.bad_settings import BadSettings
from segmentation.models import Candidate, SegmentationRun
from segmentation.parameter_words import told_apart
from segmentation.presets import RunSettings

FIRST_ROWS = 12  # models that are shown at once
MODEL = "model"


@dataclass(frozen=True)
class View:
    """How a person asked to see the scoreboard."""

    sort: str = ""  # a score's or "model"; "": the recommended one first, then by clarity
    is_reversed: bool = False
    all_columns: bool = False
    all_rows: bool = False
    chosen: tuple[int, ...] = ()  # positions of A and B; empty: the best two

    @classmethod
    def asked(cls, query: QueryDict) -> "View":
        sort = query.get("sort", "")
        name = sort.removeprefix("-")
        known = name if name in {*BY_NAME, MODEL} else ""
        asked = [query.get(letter, "") for letter in "ab"]
        is_chosen = all(text.isdecimal() and len(text) < 6 for text in asked)
        chosen = tuple(map(int, asked)) if is_chosen else ()
        columns, rows = (bool(query.get(part)) for part in ("columns", "rows"))
        return cls(known, sort.startswith("-"), columns, rows, chosen)

    @property
    def order(self) -> str:
        """-stability: as the address says it."""
        return f"-{self.sort}" if self.is_reversed else self.sort

    @property
    def query(self) -> str:
        """?sort=-stability&columns=all, or "?" for the first view."""
        asked = {"sort": self.order, "columns": self.all_columns, "rows": self.all_rows}
        asked |= dict(zip("ab", self.chosen, strict=False))
        return "?" + urlencode({k: "all" if v is True else v for k, v in asked.items() if v})

    def sorted_by(self, name: str) -> "View":
        """By that column, the best first; if it is so already, the other way round."""
        return replace(self, sort=name, is_reversed=self.sort == name and not self.is_reversed)


@dataclass(frozen=True)
class Heading:
    label: str
    meaning: str
    link: str
    order: str  # what the link sorts by, as the address says it
    direction: str  # ascending, descending or none, for aria-sort


@dataclass(frozen=True)
class Row:
    candidate: Candidate
    name: str  # of the model, with what tells it from the others of its algorithm
    cells: list[tuple[str, str]]  # a score and its interval, which is empty where it is exact
    new_run: str  # the query of the form for a run with this model alone


@dataclass(frozen=True)
class Scoreboard:
    """What `segmentation/_scoreboard.html` shows."""

    headings: list[Heading]
    rows: list[Row]
    picked: tuple[int, ...]  # positions of the two rows that are chosen
    total: int
    view: View
    estimated_on: int | None  # customers that the common silhouettes were estimated on

    @property
    def is_same_twice(self) -> bool:
        return len(self.view.chosen) == 2 and len(set(self.view.chosen)) == 1

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
    picked = _picked(ordered, view)
    is_shown = view.all_rows or len(ordered) <= FIRST_ROWS
    shown = (
        ordered
        if is_shown
        else [c for n, c in enumerate(ordered) if n < FIRST_ROWS or c.position in view.chosen]
    )
    names = told_apart(candidates)
    samples = [c.silhouette_sample for c in candidates if c.silhouette_sample]
    return Scoreboard(
        headings=[
            _heading(view, MODEL, "Model", "The algorithm, and what it worked on.", None),
            *(_heading(view, s.name, s.label, s.meaning, s.is_low_good) for s in columns),
        ],
        rows=[_row(c, names[c.position], columns, run) for c in shown],
        picked=picked,
        total=len(candidates),
        view=view,
        estimated_on=samples[0] if samples else None,
    )


def _picked(candidates: Sequence[Candidate], view: View) -> tuple[int, ...]:
    """The two that were chosen, or else the recommended one and the next."""
    if set(view.chosen) <= {c.position for c in candidates} and view.chosen:
        return view.chosen
    return tuple(c.position for c in sorted(candidates, key=_importance)[:2])


def new_run_query(candidate: Candidate, run: SegmentationRun) -> str:
    """The query that fills in the form of a new run with this model alone, made as it was here."""
    asked: dict[str, object] = {
        "preset": run.preset,
        "algorithm": candidate.algorithm,
        "reduction": candidate.reduction,
    }
    if ALGORITHMS[candidate.algorithm].takes_clusters:
        asked["clusters"] = candidate.clusters
    if candidate.reduction != "none":
        asked["components"] = candidate.components
    with suppress(BadSettings, KeyError):  # a run of an earlier version
        settings = RunSettings.from_json(run.parameters, preset=run.preset, seed=run.seed)
        asked |= _made_with(settings, candidate)
    return urlencode(asked | {"seed": run.seed}, safe=",")


def _made_with(settings: RunSettings, candidate: Candidate) -> dict[str, object]:
    """What else the run was asked for, as far as it belongs to the candidate."""
    clustering, preparation = settings.clustering, settings.clustering.preparation
    asked: dict[str, object] = {"features": ",".join(settings.features)}
    if candidate.reduction == "pca" and clustering.explained is not None:
        asked["explained"] = clustering.explained
    if candidate.reduction == "tsne":
        asked["perplexity"] = clustering.perplexity
    # Parameters are only asked for together with their one algorithm.
    asked |= {f"{candidate.algorithm}__{n}": value for n, value in clustering.parameters.items()}
    asked |= {"transform": preparation.transform, "scaling": preparation.scaling}
    asked |= {f"transform__{name}": value for name, value in preparation.transforms.items()}
    asked |= {f"weight__{name}": value for name, value in preparation.weights.items()}
    return asked | ({"as_of": settings.as_of.isoformat()} if settings.as_of else {})


def _row(candidate: Candidate, apart: str, columns: Sequence[Score], run: SegmentationRun) -> Row:
    cells = [(score.text(candidate), score.interval(candidate)) for score in columns]
    name = f"{candidate.model_name}{apart}"
    return Row(candidate, name, cells, new_run_query(candidate, run))


def _heading(view: View, name: str, label: str, meaning: str, is_low_good: bool | None) -> Heading:
    direction = "none"
    if view.sort == name:
        is_ascending = (is_low_good is not False) != view.is_reversed
        direction = "ascending" if is_ascending else "descending"
    then = view.sorted_by(name)
    return Heading(label, meaning, then.query, then.order, direction)


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
