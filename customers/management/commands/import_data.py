"""Import a workbook, a CSV or Parquet file, or a folder or zip of these."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import CommandError

from customers.importing.mapping import BadMapping
from customers.management.migrated import MigratedCommand
from customers.management.watched import execute_watched, is_watched
from customers.models import DataImport
from customers.operations.imports import import_summary, recover_lost_imports, request_import
from customers.operations.mapping_json import mapping_from_json
from customers.storable import storable

OUTCOMES = ("rows", "created", "updated", "unchanged", "rejected")
STOPPED = "The import did not finish. Try again."
NOT_ONE = "Every row is rejected, so nothing was loaded."
NO_NAME = "The name {0} is not written in UTF-8. Give the file or folder another name."
Status, Mode = DataImport.Status, DataImport.Mode


class Command(MigratedCommand):
    help = "Imports customers and coupon records; exits with 1 when nothing could be loaded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="a file, or a folder of files")
        parser.add_argument("--dry-run", action="store_true", help="check only, load nothing")
        parser.add_argument(
            "--mode",
            choices=Mode.values,
            default=Mode.GOOD_ROWS,
            help="whether one rejected row keeps all others out",
        )
        parser.add_argument(
            "--mapping", type=Path, metavar="FILE", help="JSON that says which column is which"
        )
        parser.add_argument("--json", action="store_true", help="end with one JSON object")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        began = perf_counter()
        # Without workers nobody else closes what a killed command left open.
        recover_lost_imports()
        requested = _request(path, options)
        shown = is_watched(self.stderr, options["verbosity"])
        ended = execute_watched(requested, self.stderr, shown=shown, done="loaded")
        summary = import_summary(ended) | _speed(ended, perf_counter() - began)
        self.stdout.write(json.dumps(summary) if options["json"] else _words(ended, summary))
        if why_not := _why_nothing_is_loaded(ended):
            self.stderr.write(why_not)
            sys.exit(1)


def _request(path: Path, options: dict[str, Any]) -> DataImport:
    if (whole := str(path.resolve())) != storable(whole):
        raise CommandError(NO_NAME.format(storable(str(path))))
    try:
        return request_import(
            source=path,
            source_name=path.name or str(path.resolve()),
            dry_run=options["dry_run"],
            mode=options["mode"],
            mapping=_mapping(options["mapping"]),
            requested_by=None,
            queue=False,
        )
    except BadMapping as error:
        raise CommandError(str(error)) from error


def _mapping(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:  # not there, not a file, not UTF-8, not a path
        raise CommandError(f"The mapping {path} can't be read as a file in UTF-8.") from error
    return mapping_from_json(text)


def _speed(data_import: DataImport, seconds: float) -> dict[str, Any]:
    rate = data_import.total_rows / max(seconds, 0.001)
    return {"seconds": round(seconds, 2), "rows_per_second": round(rate)}


def _why_nothing_is_loaded(data_import: DataImport) -> str:
    if data_import.status != Status.COMPLETED:
        return data_import.error or STOPPED
    rejected = data_import.rejected
    return NOT_ONE if rejected and rejected == data_import.total_rows else ""


def _words(data_import: DataImport, summary: dict[str, Any]) -> str:
    """One line per table, what to know about it, how long it took, where the rejected rows are."""
    lines = [f"{data_import}: {data_import.get_status_display().lower()}"]
    if data_import.tables:
        lines.append(_line("", OUTCOMES))
        for name, counts in summary["tables"].items():
            lines.append(_line(name, [f"{counts[outcome]:,}" for outcome in OUTCOMES]))
    lines += [*_columns_left_out(summary["parts"]), *summary["notes"]]
    if data_import.dry_run:
        lines.append("This was a check; nothing was loaded.")
    if summary["rejects_file"]:
        lines.append(f"Rejected rows: {summary['rejects_file']}")
    speed = f"{summary['seconds']:.1f} s, {summary['rows_per_second']:,} rows/s"
    return "\n".join([*lines, speed])


def _line(name: str, cells: "list[str] | tuple[str, ...]") -> str:
    return f"{name:<14}" + "".join(f"{cell:>12}" for cell in cells)


def _columns_left_out(parts: list[dict[str, Any]]) -> list[str]:
    """The columns that were not read, a sentence for each part that was."""
    sentences = []
    for part in parts:
        columns = [heading for heading, column in part["columns"].items() if not column]
        if part["table"] and columns:
            sentences.append(f"Left out of the {part['label']}: {', '.join(columns)}.")
    return sentences
