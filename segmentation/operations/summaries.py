"""What commands and the API say of a run, its candidates and its segments."""

from typing import Any

from segmentation.models import Candidate, Segment, SegmentationRun

CANDIDATE_FIELDS = (
    "position",
    "algorithm",
    "reduction",
    "components",
    "parameters",
    "clusters",
    "silhouette",
    "silhouette_own_low",
    "silhouette_own_high",
    "silhouette_common",
    "silhouette_low",
    "silhouette_high",
    "silhouette_sample",
    "calinski_harabasz",
    "davies_bouldin",
    "inertia",
    "bic",
    "aic",
    "explained_variance",
    "trustworthiness",
    "noise_share",
    "smallest_share",
    "largest_share",
    "stability",
    "structure",
    "approximation",
)
SEGMENT_FIELDS = ("key", "name", "size", "share", "drivers", "rule", "strategy")


def run_summary(run: SegmentationRun) -> dict[str, Any]:
    """The run as one JSON object: what `run_segmentation --json` prints."""
    best = run.best
    return {
        "run": run.pk,
        "status": run.status,
        "error": run.error or None,
        "is_current": run.is_current,
        "as_of": run.as_of.isoformat() if run.as_of else None,
        "facts": run.facts_id,
        "customers": run.customers,
        "never_active": run.never_active,
        "features": run.features,
        "left_out_features": run.left_out_features,
        "preparation": run.preparation,
        "verdict": run.verdict or None,
        "reasons": run.reasons,
        "rules": run.rules,
        "guard": run.guard,
        "best": candidate_summary(best) if best else None,
        "candidates": [candidate_summary(candidate) for candidate in run.candidates.all()],
        "segments": [segment_summary(segment) for segment in run.segments.all()],
        "seconds": run.seconds,
    }


def candidate_summary(candidate: Candidate) -> dict[str, Any]:
    return {name: getattr(candidate, name) for name in CANDIDATE_FIELDS}


def segment_summary(segment: Segment) -> dict[str, Any]:
    return {name: getattr(segment, name) for name in SEGMENT_FIELDS}
