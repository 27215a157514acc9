"""Runs in a list: what was asked for, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from segmentation.models import SegmentationRun
from segmentation.presets import PRESETS
from segmentation.settings_words import view_of


@dataclass(frozen=True)
class RunRow:
    run: SegmentationRun
    title: str  # the preset
    model: str
    changes: list[str]

    @property
    def plain_model(self) -> str:
        """For pages that need no word of statistics."""
        return self.model.replace("principal component", "main direction")


def run_rows(runs: Iterable[SegmentationRun]) -> list[RunRow]:
    return [_row(run) for run in runs]


def latest_runs(most: int) -> list[SegmentationRun]:
    """The latest runs, and the adopted one if it is older."""
    runs = list(SegmentationRun.objects.light().order_by("-pk")[:most])
    adopted = SegmentationRun.objects.light().current()
    return runs if adopted is None or adopted in runs else [*runs, adopted]


def _row(run: SegmentationRun) -> RunRow:
    view = view_of(run)
    if view is None:
        preset = PRESETS.get(run.preset)
        return RunRow(run, preset.label if preset else run.preset, "", [])
    return RunRow(run, view.title, view.model, view.changes)
