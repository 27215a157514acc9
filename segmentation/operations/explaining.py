"""What a run says about its segments: verdict, names, rules, gender, and what pages draw."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from customers.facts.catalogue import INDICATORS
from segmentation.engine.algorithms import ALGORITHMS, NotFittable
from segmentation.engine.algorithms.large import fit_any
from segmentation.engine.candidates import Outcome
from segmentation.engine.explain import Profile, profiles
from segmentation.engine.guard import Guard, gender_guard
from segmentation.engine.judging import judge
from segmentation.engine.naming import name_segments
from segmentation.engine.preparing import prepare
from segmentation.engine.reductions import pca, reduce
from segmentation.engine.resampling import Structure
from segmentation.engine.rules import Rules, decision_rules
from segmentation.engine.run_model import Assignment, RunModel, run_model
from segmentation.engine.sampling import sample_rows
from segmentation.engine.scores import silhouette_widths
from segmentation.engine.search import SEARCHED, Candidate
from segmentation.engine.verdict import Verdict
from segmentation.presets import RunSettings

MAP_POINTS = 5_000
PLOT_CUSTOMERS = 1_000


@dataclass(frozen=True, eq=False)
class Explanation:
    """All that is said about the recommended candidate."""

    profiles: list[Profile]
    names: list[str]
    verdict: Verdict
    beyond_correlation: Structure | None
    rules: Rules
    guard: Guard
    model: RunModel
    assignment: Assignment
    map_rows: np.ndarray  # (m,) customers that the map shows
    customer_map: dict[str, Any]
    silhouette_plot: dict[str, Any]


def explain(
    outcome: Outcome,
    settings: RunSettings,
    fills: Mapping[str, float],
    genders: Mapping[str, np.ndarray],
) -> Explanation:
    """Explain the recommended candidate; `genders` are the (n,) indicators of all customers."""
    best, features, seed = outcome.best, outcome.features, settings.seed
    found = profiles(features, best.labels)
    names = name_segments(found)
    titles = {profile.label: name for profile, name in zip(found, names, strict=True)}
    without = _labels_without_gender(outcome, settings)
    judgement, beyond = judge(outcome, seed=seed)
    model, assignment = run_model(
        features,
        outcome.prepared,
        best.reduced,
        best.clustering.predictor,
        best.labels,
        fills=fills,
        seed=seed,
    )
    rows = sample_rows(len(best.labels), MAP_POINTS, seed)
    return Explanation(
        profiles=found,
        names=names,
        verdict=judgement,
        beyond_correlation=beyond,
        rules=decision_rules(features, best.labels, seed=seed),
        guard=gender_guard(best.labels, without, features, genders=genders, names=titles),
        model=model,
        assignment=assignment,
        map_rows=rows,
        customer_map=_customer_map(outcome, rows, seed),
        silhouette_plot=_silhouette_plot(outcome, seed),
    )


def guard_to_json(guard: Guard) -> dict[str, Any]:
    return {
        "agreement": guard.agreement,
        "sentence": guard.sentence,
        "segments": [asdict(one) for one in guard.gendered],
    }


def _labels_without_gender(outcome: Outcome, settings: RunSettings) -> np.ndarray | None:
    """The labels (n,) of the same model refitted without gender; None where there is no such."""
    features = outcome.features
    behaviour = [name for name in features.names if name not in INDICATORS]
    if len(behaviour) == len(features.names) or not behaviour:
        return None
    best = outcome.best
    prepared = prepare(features.select(behaviour), settings.clustering.preparation)
    reduced = reduce(best.space, prepared.values, seed=settings.seed)
    algorithm = ALGORITHMS[best.algorithm]
    try:
        (clustering, _), *_ = fit_any(
            algorithm,
            reduced.values,
            clusters=(best.clusters,) if algorithm.takes_clusters else (),
            parameters=best.trial.parameters,
            seed=settings.seed,
            most=SEARCHED if settings.clustering.is_automatic else None,
        )
    except NotFittable:
        return None
    return clustering.labels


def _customer_map(outcome: Outcome, rows: np.ndarray, seed: int) -> dict[str, Any]:
    """At most 5,000 customers in two dimensions, each with its segment's position; 0: in none."""
    plane, axes = _plane(outcome.best, outcome.prepared.common, seed)
    return {
        "x": plane[rows, 0].round(3).tolist(),
        "y": plane[rows, 1].round(3).tolist(),
        "segment": (outcome.best.labels[rows] + 1).tolist(),
        "axes": axes,
        "shown": len(rows),
    }


def _plane(best: Candidate, common: np.ndarray, seed: int) -> tuple[np.ndarray, list[str]]:
    """Two dimensions to draw the customers in: the run's own, or else two principal components."""
    axes = ["Main direction 1", "Main direction 2"]
    if best.space.reduction != "none" and best.reduced.components >= 2:
        on_map = best.space.reduction == "tsne"
        return best.reduced.values[:, :2], ["Map, across", "Map, up"] if on_map else axes
    plane = pca(common, components=2).values
    if plane.shape[1] == 1:
        plane = np.column_stack([plane, np.zeros(len(plane))])
    return plane, axes


def _silhouette_plot(outcome: Outcome, seed: int) -> dict[str, Any]:
    """The widths of a sample by the segments' positions, in the common space, largest first."""
    best = outcome.best
    if best.scores.common.value is None:
        return {}
    rows, widths = silhouette_widths(
        outcome.prepared.common, best.labels, seed=seed, most=PLOT_CUSTOMERS
    )
    positions = best.labels[rows] + 1
    return {
        "mean": round(best.scores.common.value, 4),
        "shown": len(rows),
        "widths": {
            str(position): np.sort(widths[positions == position])[::-1].round(3).tolist()
            for position in np.unique(positions)
        },
    }
