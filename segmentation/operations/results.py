"""Keeping what a run found."""

import platform
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from django.conf import settings
from django.db import transaction

from customers.duck import literal, open_duckdb
from customers.models import Customer
from segmentation.engine.candidates import Outcome
from segmentation.engine.explain import Profile, profiles
from segmentation.engine.features import Features
from segmentation.engine.model_files import save_model
from segmentation.engine.rules import SegmentRule
from segmentation.engine.search import Candidate as Fitted
from segmentation.engine.strategy import recommend
from segmentation.models import Candidate, Segment, SegmentationRun
from segmentation.operations.explaining import Explanation, guard_to_json
from segmentation.operations.memberships import add_memberships

LIBRARIES = ("duckdb", "numpy", "opentsne", "pandas", "scikit-learn", "scipy")


def save_candidates(run: SegmentationRun, found: Sequence[Fitted]) -> None:
    """Store candidates as soon as they are judged: a run that is stopped keeps them.

    Raises JobLost when another worker has the run.
    """
    with transaction.atomic():
        run.hold()
        done = run.candidates.count()
        Candidate.objects.bulk_create(
            _candidate(run, position, fitted) for position, fitted in enumerate(found, done + 1)
        )


def save_outcome(
    run: SegmentationRun, outcome: Outcome, explanation: Explanation
) -> dict[str, Any]:
    """Store the recommended candidate's segments and members: the run's fields that say more.

    Call it in a transaction: nothing of a run may be seen before all of it is.
    """
    chosen, runner_up = outcome.recommendation.chosen, outcome.recommendation.runner_up
    run.candidates.filter(position=chosen + 1).update(is_best=True)
    if runner_up is not None:
        run.candidates.filter(position=runner_up + 1).update(is_runner_up=True)
    members, labels = _who_are_still_here(outcome.features, outcome.best.labels)
    found = profiles(members, labels)
    names = {p.label: n for p, n in zip(explanation.profiles, explanation.names, strict=True)}
    segments = Segment.objects.bulk_create(
        _segment(run, profile, names[profile.label], explanation.rules.segments[profile.label])
        for profile in found
    )
    keys = {profile.label: segment.pk for profile, segment in zip(found, segments, strict=True)}
    add_memberships(run, members.customer_ids, labels, keys)
    _save_labels(run, outcome)
    return _fields(run, outcome, explanation) | {"customers": len(labels)}


def library_versions() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES} | {"python": platform.python_version()}


def _fields(run: SegmentationRun, outcome: Outcome, explanation: Explanation) -> dict[str, Any]:
    verdict, beyond = explanation.verdict, explanation.beyond_correlation
    rules = explanation.rules
    return {
        "verdict": verdict.level,
        "verdict_sentence": verdict.sentence,
        "reasons": {
            "verdict": list(verdict.reasons),
            "recommendation": list(outcome.recommendation.reasons),
            "is_usable": outcome.recommendation.is_usable,
            "beyond_correlation": asdict(beyond) if beyond else None,
            "assignment": asdict(explanation.assignment),
        },
        "rules": {"fidelity": rules.fidelity, "customers": rules.customers},
        "guard": guard_to_json(explanation.guard) | {"names": _names_by_position(explanation)},
        "customer_map": explanation.customer_map | {"ids": _external_ids(outcome, explanation)},
        "silhouette_plot": explanation.silhouette_plot,
        "model_digest": save_model(run.model_path, explanation.model.to_dict()),
    }


def _names_by_position(explanation: Explanation) -> dict[str, str]:
    """What the guard's sentence calls the segments: adopting and renaming change it."""
    pairs = zip(explanation.profiles, explanation.names, strict=True)
    return {str(profile.label + 1): name for profile, name in pairs}


def _external_ids(outcome: Outcome, explanation: Explanation) -> list[str]:
    """Who each dot of the map is; empty for a customer who was deleted meanwhile."""
    drawn = outcome.features.customer_ids[explanation.map_rows].tolist()
    found = dict(Customer.objects.filter(pk__in=drawn).values_list("pk", "external_id"))
    return [found.get(pk, "") for pk in drawn]


def _candidate(run: SegmentationRun, position: int, fitted: Fitted) -> Candidate:
    scores, clustering, common = fitted.scores, fitted.clustering, fitted.scores.common
    return Candidate(
        run=run,
        position=position,
        algorithm=fitted.algorithm,
        reduction=fitted.space.reduction,
        components=fitted.reduced.components,
        parameters=dict(clustering.parameters),
        clusters=fitted.clusters,
        silhouette=scores.own.value,
        silhouette_own_low=scores.own.low,
        silhouette_own_high=scores.own.high,
        silhouette_common=common.value,
        silhouette_low=common.low,
        silhouette_high=common.high,
        silhouette_sample=None if common.exact else common.customers,
        calinski_harabasz=scores.calinski_harabasz,
        davies_bouldin=scores.davies_bouldin,
        inertia=clustering.inertia,
        bic=clustering.bic,
        aic=clustering.aic,
        explained_variance=fitted.reduced.explained_variance,
        trustworthiness=fitted.reduced.trustworthiness,
        noise_share=scores.noise_share,
        smallest_share=scores.smallest_share,
        largest_share=scores.largest_share,
        stability=scores.stability,
        structure=scores.structure.z if scores.structure else None,
        approximation=fitted.approximation.to_json() if fitted.approximation else None,
        curves=clustering.curves,
        seconds=round(fitted.seconds, 3),
    )


def _segment(run: SegmentationRun, profile: Profile, name: str, rule: SegmentRule) -> Segment:
    position = profile.label + 1  # as on the map, also when a segment before it is gone
    return Segment(
        run=run,
        key=f"S{position}",
        position=position,
        color=position,
        name=name,
        proposed_name=name,
        size=profile.size,
        share=profile.share,
        drivers=[asdict(driver) for driver in profile.drivers],
        rule=asdict(rule),
        strategy=recommend(profile),
    )


def _who_are_still_here(features: Features, labels: np.ndarray) -> tuple[Features, np.ndarray]:
    """Without the customers who were deleted while the run was at work."""
    here = np.fromiter(Customer.objects.order_by().values_list("pk", flat=True), dtype=np.int64)
    kept = np.isin(features.customer_ids, here)
    if kept.all():
        return features, labels
    left = replace(features, customer_ids=features.customer_ids[kept], values=features.values[kept])
    return left, labels[kept]


def _save_labels(run: SegmentationRun, outcome: Outcome) -> None:
    """Keep who each candidate put where, so that two of them can be compared."""
    columns = {"customer_id": outcome.features.customer_ids} | {
        f"c{position}": candidate.labels.astype(np.int16)
        for position, candidate in enumerate(outcome.candidates, start=1)
    }
    frame = pd.DataFrame(columns)
    run.folder.mkdir(parents=True, exist_ok=True)
    with open_duckdb(spill=settings.DATA_DIR / "duckdb") as db:
        db.register("labels", frame)
        db.execute(f"COPY labels TO {literal(run.labels_path)} (FORMAT parquet)")
