"""Segment the customers: `manage.py run_segmentation --preset reference --wait`."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from customers.facts.query import NoFacts
from segmentation.engine.settings import BadSettings
from segmentation.models import SegmentationRun
from segmentation.operations.results import run_summary
from segmentation.operations.runs import execute_run, request_run
from segmentation.presets import DEFAULT_PRESET, PRESETS, preset_settings


class Command(BaseCommand):
    help = "Segment the customers by their behaviour."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--preset", default=DEFAULT_PRESET, help=f"One of {', '.join(PRESETS)}."
        )
        parser.add_argument(
            "--wait", action="store_true", help="Do the work here and now, without a worker."
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON object last.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            settings = preset_settings(options["preset"])
            run = request_run(settings=settings, requested_by=None, queue=not options["wait"])
        except (BadSettings, NoFacts) as error:
            raise CommandError(str(error)) from error
        if options["wait"]:
            run = execute_run(run.pk)
        self.stdout.write(json.dumps(run_summary(run)) if options["json"] else _in_words(run))
        if options["wait"] and run.status != run.Status.COMPLETED:
            raise CommandError(run.error or f"{run} is {run.get_status_display().lower()}.")


def _in_words(run: SegmentationRun) -> str:
    if run.is_unfinished:
        return f"{run} waits for a worker; its page is {run.get_absolute_url()}."
    lines = [f"{run}: {run.get_status_display().lower()}."]
    if run.status == run.Status.COMPLETED:
        lines += [f"{run.customers:,} customers as of {run.as_of}. {run.verdict_sentence}"]
        lines += [f"  {s.key} {s.name}: {s.size:,} ({s.share:.0%})" for s in run.segments.all()]
    return "\n".join(lines)
