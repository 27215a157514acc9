"""What the pages of a run say: what it found, what its segments rest on, how it was made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User

from customers.facts.catalogue import CATALOGUE, Feature
from customers.periods import in_words
from segmentation.display import SegmentView, found, note_of
from segmentation.engine.recommendation import RULES
from segmentation.engine.scaling import SCALINGS
from segmentation.engine.settings import ClusteringSettings
from segmentation.engine.transforms import TRANSFORMS
from segmentation.figure_words import in_unit, rule_words
from segmentation.models import Candidate, SegmentationRun
from segmentation.notices import guard_sentence, guard_warns
from segmentation.operations.progress import STAGES
from segmentation.paper_map import paper_map
from segmentation.parameter_words import parameters_in_words
from segmentation.presets import RunSettings
from segmentation.run_charts import NotDrawn, score_charts
from segmentation.segment_charts import parallel_profile, silhouette_plot
from segmentation.settings_words import model_in_words, view_of


@dataclass(frozen=True)
class RuleView:
    """A segment's rule in words, and how far it holds."""

    segment: SegmentView
    words: str
    covers: float | None  # share of the segment for whom it holds, 0 to 1
    purity: float | None  # share of those for whom it holds who are in the segment, 0 to 1


@dataclass(frozen=True)
class Prepared:
    """What was done to one feature before customers were compared."""

    feature: Feature
    transform: str
    skew: float | None
    weight: float
    missing: str  # a sentence; empty where everybody had a value


def result(
    run: SegmentationRun, candidates: Sequence[Candidate], *, viewer: User
) -> dict[str, Any]:
    """Everything the page and the report of a completed run show, by its name in the template."""
    shown = found(run, viewer=viewer)
    views: list[SegmentView] = shown["segments"]
    best = next((c for c in candidates if c.is_best), None)
    return shown | {
        "best": best,
        "runner_up": next((c for c in candidates if c.is_runner_up), None),
        "left_out": left_out_words(run),
        "in_none": max((run.customers or 0) - sum(view.segment.size for view in views), 0),
        "is_usable": run.reasons.get("is_usable", True),
        "guard_sentence": guard_sentence(run),
        "guard_warns": guard_warns(run),
        "rules": rules_in_words(views),
        "fidelity": run.rules.get("fidelity"),
        "assignment": run.reasons.get("assignment"),
        "recommendation": RULES,
        "prepared": prepared_features(run),
        "settings": settings_in_words(run, best),
        "seconds": {STAGES.get(name, name): spent for name, spent in run.seconds.items()},
    }


def on_paper(shown: dict[str, Any]) -> dict[str, Any]:
    """What only the report shows, of a result: a map, sheets of segments, features by segments.

    Paper is narrow: features stand below each other, segments side by side.
    """
    views: list[SegmentView] = shown["segments"]
    largest = max((view.segment.share for view in views), default=1.0) or 1.0
    heat = shown["heatmap"]
    columns = [cells for _, cells in heat.rows]
    return {
        "map": paper_map(shown["scatter"]) if shown["scatter"] else None,
        "sheets": [(view, round(100 * view.segment.share / largest, 1)) for view in views],
        "turned": [
            (feature, [column[place] for column in columns], heat.base[place])
            for place, feature in enumerate(heat.features)
        ],
    }


def drawings(
    run: SegmentationRun, candidates: Sequence[Candidate], views: Sequence[SegmentView]
) -> dict[str, Any]:
    """The charts of the analyst's part, and those that do not apply."""
    made = [silhouette_plot(run, views), parallel_profile(views), *score_charts(candidates)]
    return {
        "charts": [replace(c, note=note_of(run)) for c in made if not isinstance(c, NotDrawn)],
        "not_drawn": [chart for chart in made if isinstance(chart, NotDrawn)],
    }


def left_out_words(run: SegmentationRun) -> list[tuple[str, str]]:
    """Each feature that could not be used, by its label, and why."""
    return [(CATALOGUE[name].label, reason) for name, reason in run.left_out_features.items()]


def rules_in_words(views: Sequence[SegmentView]) -> list[RuleView]:
    """The rule of each segment that has one."""
    return [
        RuleView(view, rule_words(view.segment), rule.get("covers"), rule.get("purity"))
        for view in views
        if (rule := view.segment.rule)
    ]


def prepared_features(run: SegmentationRun) -> list[Prepared]:
    """What was done to each feature, in the order of the catalogue."""
    return [
        Prepared(
            feature,
            TRANSFORMS.get(done["transform"], done["transform"]),
            done["skew"],
            done["weight"],
            _missing(feature, done["missing"]),
        )
        for name, feature in CATALOGUE.items()
        if (done := run.preparation.get(name))
    ]


def _missing(feature: Feature, filling: dict[str, Any] | None) -> str:
    if not filling or not filling["customers"]:
        return ""
    count = filling["customers"]
    who = "1 customer" if count == 1 else f"{count:,} customers"
    rule = ", the median of the others" if feature.missing == "median" else ""
    return f"{who} had no value and counted as {in_unit(feature, filling['value'])}{rule}."


def settings_in_words(run: SegmentationRun, best: Candidate | None) -> list[tuple[str, str]]:
    """What was asked for, and what is set about the recommended model."""
    used = [] if best is None else [("Recommended", str(best)), *parameters_in_words(best)]
    view = view_of(run)
    if view is None:
        return [("Preset", run.preset), *used]
    settings = view.settings
    scaling = settings.clustering.preparation.scaling
    return [
        ("Preset", view.title),
        ("Tried", _tried(settings.clustering, best)),
        *used,
        *_map_settings(settings, best),
        ("Scaling", SCALINGS.get(scaling, scaling)),
        ("As of", _as_of(run, is_asked=settings.as_of is not None)),
    ]


def _tried(settings: ClusteringSettings, best: Candidate | None) -> str:
    """The model with as many components as there were, and how many were asked for."""
    asked = settings.components
    is_less = best is not None and best.reduction == settings.reduction and best.components < asked
    if best is None or not is_less or settings.explained is not None or best.reduction == "none":
        return model_in_words(settings)
    used = model_in_words(replace(settings, components=best.components))
    return f"{used}; {asked} components were asked for, and there are no more than these"


def _map_settings(settings: RunSettings, best: Candidate | None) -> list[tuple[str, str]]:
    if best is None or best.reduction != "tsne":
        return []
    return [("Perplexity", f"{settings.clustering.perplexity:g}")]


def _as_of(run: SegmentationRun, *, is_asked: bool) -> str:
    why = "the day asked for" if is_asked else "the last day with activity"
    return f"{in_words(run.as_of)}, {why}" if run.as_of else why
