"""Segment the customers: `manage.py run_segmentation --preset reference --wait`."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from customers.facts.query import NoFacts
from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.reductions import REDUCTIONS
from segmentation.engine.settings import AUTO, BadSettings
from segmentation.models import SegmentationRun
from segmentation.operations.adopting import NotAdoptable, adopt_run
from segmentation.operations.runs import execute_run, request_run
from segmentation.operations.summaries import run_summary
from segmentation.presets import DEFAULT_PRESET, PRESETS, RunSettings
from segmentation.run_requests import requested_settings


class Command(BaseCommand):
    help = "Segment the customers by their behaviour. What is left out follows the preset."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--preset", default=DEFAULT_PRESET, help=f"One of {', '.join(PRESETS)}."
        )
        _add_settings(parser)
        parser.add_argument(
            "--adopt", action="store_true", help="With --wait: adopt what it found."
        )
        parser.add_argument(
            "--wait", action="store_true", help="Do the work here and now, without a worker."
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON object last.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["adopt"] and not options["wait"]:
            raise CommandError("A run is adopted when it is done: give --wait as well as --adopt.")
        try:
            settings = _settings(options)
            run = request_run(settings=settings, requested_by=None, queue=not options["wait"])
        except (BadSettings, NoFacts) as error:
            raise CommandError(str(error)) from error
        refusal = _do(run, adopt=options["adopt"]) if options["wait"] else ""
        run = SegmentationRun.objects.get(pk=run.pk)
        self.stdout.write(json.dumps(run_summary(run)) if options["json"] else _in_words(run))
        if refusal:
            raise CommandError(refusal)


def _add_settings(parser: CommandParser) -> None:
    parser.add_argument("--algorithm", help=f"One of {', '.join([*ALGORITHMS, AUTO])}.")
    parser.add_argument(
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="Of the algorithm, as eps=0.5; may be given several times.",
    )
    parser.add_argument("--reduction", help=f"One of {', '.join(REDUCTIONS)}.")
    parser.add_argument("--components", type=int, help="How many the reduction keeps.")
    parser.add_argument("--clusters", help=f"How many segments, as 5 or 3,4,5, or {AUTO}.")
    parser.add_argument("--features", help="Names, separated by commas.")
    parser.add_argument("--without-gender", action="store_true", help="Leave gender out.")
    parser.add_argument("--as-of", metavar="DATE", help="The day to look back from, as 2024-06-30.")
    parser.add_argument("--seed", type=int, help="The same seed gives the same segments.")


def _settings(options: dict[str, Any]) -> RunSettings:
    """The settings that the options ask for. Raises BadSettings."""
    return requested_settings(
        options["preset"],
        algorithm=options["algorithm"],
        parameters=_parameters(options["parameter"]) or None,
        reduction=options["reduction"],
        components=options["components"],
        clusters=_clusters(options["clusters"]),
        features=_names(options["features"]),
        without_gender=options["without_gender"],
        as_of=_day(options["as_of"]),
        seed=options["seed"],
    )


def _do(run: SegmentationRun, *, adopt: bool) -> str:
    """Do the run, and adopt what it found if asked to; says why if that was not possible."""
    run = execute_run(run.pk)
    if run.status != run.Status.COMPLETED:
        return run.error or f"{run} is {run.get_status_display().lower()}."
    if adopt:
        try:
            adopt_run(run=run, adopted_by=None)
        except NotAdoptable as error:
            return str(error)
    return ""


def _parameters(given: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise BadSettings(f"Give a parameter with its value, as eps=0.5, not “{wrong[0]}”.")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _clusters(text: str | None) -> Any:
    if text is None or text == AUTO:
        return text
    try:
        return tuple(int(number) for number in text.split(","))
    except ValueError as error:
        raise BadSettings(
            f"Give the number of segments as 5 or 3,4,5, or {AUTO}, not “{text}”."
        ) from error


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadSettings(f"Give the day as 2024-06-30, not “{text}”.") from error


def _in_words(run: SegmentationRun) -> str:
    if run.is_unfinished:
        return f"{run} waits for a worker; its page is {run.get_absolute_url()}."
    lines = [f"{run}: {run.get_status_display().lower()}{', adopted' * run.is_current}."]
    if run.status == run.Status.COMPLETED:
        lines += [f"{run.customers:,} customers as of {run.as_of}. {run.verdict_sentence}"]
        lines += [f"  {s.key} {s.name}: {s.size:,} ({s.share:.0%})" for s in run.segments.all()]
    return "\n".join(lines)
