"""Import a workbook, a folder or a zip of CSV files from the command line."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from customers.models import DataImport
from customers.operations.imports import execute_import, import_summary, request_import

OUTCOMES = ("rows", "created", "updated", "unchanged", "rejected")
STOPPED = "The import did not finish. Try again."


class Command(BaseCommand):
    help = "Imports customers and coupon records; exits with 1 when they could not be loaded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="a workbook, or a folder or zip of CSV files")
        parser.add_argument("--dry-run", action="store_true", help="check only, load nothing")
        parser.add_argument("--json", action="store_true", help="end with one JSON object")

    def handle(self, *args: Any, path: Path, dry_run: bool, json: bool, **options: Any) -> None:
        requested = request_import(
            source=path, source_name=path.name, dry_run=dry_run, requested_by=None, queue=False
        )
        data_import = execute_import(requested.pk)
        self.stdout.write(_as_json(data_import) if json else _as_table(data_import))
        if data_import.status != DataImport.Status.COMPLETED:
            self.stderr.write(data_import.error or STOPPED)
            sys.exit(1)


def _as_json(data_import: DataImport) -> str:
    return json.dumps(import_summary(data_import))


def _as_table(data_import: DataImport) -> str:
    """One line per table, and where the rejected rows are."""
    summary = import_summary(data_import)
    lines = [f"{data_import}: {data_import.get_status_display().lower()}"]
    if data_import.status == DataImport.Status.COMPLETED:
        lines.append(_line("", OUTCOMES))
        for name, counts in summary["tables"].items():
            lines.append(_line(name, [f"{counts[outcome]:,}" for outcome in OUTCOMES]))
    if data_import.dry_run:
        lines.append("This was a check; nothing was loaded.")
    if summary["rejects_file"]:
        lines.append(f"Rejected rows: {summary['rejects_file']}")
    return "\n".join(lines)


def _line(name: str, cells: "list[str] | tuple[str, ...]") -> str:
    return f"{name:<14}" + "".join(f"{cell:>12}" for cell in cells)
