"""Runs, the models they tried, the segments they found and who belongs to them."""

from segmentation.models.runs import Candidate, SegmentationRun
from segmentation.models.schedules import RunSchedule
from segmentation.models.segments import Membership, Segment, SegmentIdentity

__all__ = [
    "Candidate",
    "Membership",
    "RunSchedule",
    "Segment",
    "SegmentIdentity",
    "SegmentationRun",
]
