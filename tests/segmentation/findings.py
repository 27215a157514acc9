"""What a run found, to be compared with what others found."""

from typing import Any


def found(run: int) -> dict[str, Any]:
    """All that a completed run says, but for when and how quickly it was found."""
    from segmentation.models import Membership, SegmentationRun
    from segmentation.operations.upkeep import model_of_run

    done = SegmentationRun.objects.get(pk=run)
    members = Membership.objects.filter(run=done).values_list(
        "customer__external_id", "segment__position"
    )
    return {
        "members": sorted(members),
        "segments": list(done.segments.order_by("position").values_list("name", "size")),
        "models": list(done.candidates.values_list("position", "clusters", "silhouette_common")),
        "verdict": done.verdict,
        "features": list(model_of_run(done).names),
    }
