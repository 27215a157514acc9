"""Keeping what a run found, and saying it to programs."""

import platform
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from django.conf import settings

from customers.bulk import copy_in
from customers.models import Customer
from segmentation.engine.candidates import Candidate as Fitted
from segmentation.engine.candidates import Outcome
from segmentation.engine.explain import Profile, profiles
from segmentation.engine.features import Features
from segmentation.engine.naming import name_segments
from segmentation.engine.reductions import pca
from segmentation.engine.sampling import sample_rows
from segmentation.engine.scaling import standardise
from segmentation.engine.strategy import recommend
from segmentation.engine.verdict import Verdict, verdict
from segmentation.models import Candidate, Membership, Segment, SegmentationRun

MAP_POINTS = 5000
# What commands and the API say of each.
CANDIDATE_FIELDS = (
    "algorithm",
    "reduction",
    "components",
    "clusters",
    "silhouette",
    "silhouette_common",
    "silhouette_sample",
    "inertia",
    "explained_variance",
)
SEGMENT_FIELDS = ("key", "name", "size", "share", "drivers", "strategy")
LIBRARIES = ("duckdb", "numpy", "pandas", "scikit-learn", "scipy")


@dataclass(frozen=True)
class Kept:
    """What was stored of an outcome."""

    customers: int
    verdict: Verdict


def save_outcome(run: SegmentationRun, outcome: Outcome) -> Kept:
    """Store the candidates, the best one's segments and their members.

    Call it in a transaction: nothing of a run may be seen before all of it is.
    """
    Candidate.objects.bulk_create(
        _candidate(run, position, fitted, is_best=fitted is outcome.best)
        for position, fitted in enumerate(outcome.candidates, start=1)
    )
    members, labels = _who_are_still_here(outcome.features, outcome.best.labels)
    found = profiles(members, labels)
    names = name_segments(found)
    segments = Segment.objects.bulk_create(
        _segment(run, profile, name) for profile, name in zip(found, names, strict=True)
    )
    keys = {profile.label: segment.pk for profile, segment in zip(found, segments, strict=True)}
    _save_memberships(run, members.customer_ids, labels, keys)
    return Kept(len(labels), verdict(outcome.best.silhouette_common))


def customer_map(outcome: Outcome, *, seed: int) -> dict[str, Any]:
    """At most 5,000 customers in two components, each with its segment's position."""
    plane, axes = _plane(outcome, seed)
    rows = sample_rows(len(plane), MAP_POINTS, seed)
    return {
        "x": plane[rows, 0].round(3).tolist(),
        "y": plane[rows, 1].round(3).tolist(),
        "segment": (outcome.best.labels[rows] + 1).tolist(),
        "axes": axes,
        "shown": len(rows),
    }


def library_versions() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES} | {"python": platform.python_version()}


def run_summary(run: SegmentationRun) -> dict[str, Any]:
    """The run as one JSON object: what `run_segmentation --json` prints."""
    best = run.best
    return {
        "run": run.pk,
        "status": run.status,
        "error": run.error or None,
        "as_of": run.as_of.isoformat() if run.as_of else None,
        "facts": run.facts_id,
        "customers": run.customers,
        "never_active": run.never_active,
        "features": run.features,
        "left_out_features": run.left_out_features,
        "verdict": run.verdict or None,
        "best": candidate_summary(best) if best else None,
        "candidates": [candidate_summary(candidate) for candidate in run.candidates.all()],
        "segments": [segment_summary(segment) for segment in run.segments.all()],
        "seconds": run.seconds,
    }


def candidate_summary(candidate: Candidate) -> dict[str, Any]:
    return {name: getattr(candidate, name) for name in CANDIDATE_FIELDS}


def segment_summary(segment: Segment) -> dict[str, Any]:
    return {name: getattr(segment, name) for name in SEGMENT_FIELDS}


def _candidate(run: SegmentationRun, position: int, fitted: Fitted, *, is_best: bool) -> Candidate:
    return Candidate(
        run=run,
        position=position,
        algorithm=fitted.algorithm,
        reduction=fitted.reduction,
        components=fitted.components,
        clusters=fitted.clusters,
        silhouette=fitted.silhouette,
        silhouette_common=fitted.silhouette_common,
        silhouette_sample=None if fitted.silhouette_exact else fitted.silhouette_customers,
        inertia=fitted.inertia,
        explained_variance=fitted.explained_variance,
        is_best=is_best,
    )


def _segment(run: SegmentationRun, profile: Profile, name: str) -> Segment:
    position = profile.label + 1  # as on the map, also when a segment before it is gone
    drivers = [
        {"feature": d.feature, "mean": d.mean, "base": d.base, "effect": d.effect}
        for d in profile.drivers
    ]
    return Segment(
        run=run,
        key=f"S{position}",
        position=position,
        name=name,
        size=profile.size,
        share=profile.share,
        drivers=drivers,
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


def _save_memberships(
    run: SegmentationRun, customer_ids: np.ndarray, labels: np.ndarray, keys: dict[int, int]
) -> None:
    kept = labels >= 0
    frame = pd.DataFrame(
        {
            "run_id": run.pk,
            "customer_id": customer_ids[kept],
            "segment_id": pd.Series(labels[kept]).map(keys).to_numpy(),
        }
    )
    with TemporaryDirectory(dir=settings.DATA_DIR) as folder:
        path = Path(folder) / "memberships.csv"
        frame.to_csv(path, index=False)
        copy_in(Membership._meta.db_table, list(frame.columns), path)


def _plane(outcome: Outcome, seed: int) -> tuple[np.ndarray, list[str]]:
    """Two dimensions to draw the customers in: the run's own, or else two principal components."""
    if outcome.best.reduction != "none" and outcome.best.components >= 2:
        return outcome.best.reduced[:, :2], ["Main direction 1", "Main direction 2"]
    reduced = pca(standardise(outcome.features), components=2, seed=seed).values
    if reduced.shape[1] == 1:
        reduced = np.column_stack([reduced, np.zeros(len(reduced))])
    return reduced, ["Main direction 1", "Main direction 2"]
