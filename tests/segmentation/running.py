"""Asking for runs and doing them, without a worker."""

from typing import Any

from segmentation.models import SegmentationRun
from segmentation.operations.runs import execute_run, request_run
from segmentation.presets import preset_settings


def ask(preset: str = "reference", **changes: Any) -> SegmentationRun:
    settings = preset_settings(preset, **changes)
    return request_run(settings=settings, requested_by=None, queue=False)


def do(preset: str = "reference", **changes: Any) -> SegmentationRun:
    """A run that was asked for and done, read anew."""
    run = ask(preset, **changes)
    execute_run(run.pk)
    return SegmentationRun.objects.get(pk=run.pk)
