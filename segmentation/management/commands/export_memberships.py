"""Who is in which segment: `manage.py export_memberships 3 --format csv > memberships.csv`."""

import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from customers.exporting.csv_file import csv_chunks
from customers.exporting.download import CSV, FILES, XLSX
from customers.exporting.export import Export
from customers.exporting.workbook import write_workbook
from segmentation.exports import memberships_export
from segmentation.models import SegmentationRun


class Command(BaseCommand):
    help = "Write who is in which segment of a run, as CSV to the standard output or to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int, help="The number of a completed run.")
        parser.add_argument("--format", choices=list(FILES), default=CSV, dest="file")
        parser.add_argument("--output", type=Path, help="The file to write; xlsx needs one.")

    def handle(self, *args: Any, run: int, file: str, output: Path | None, **options: Any) -> None:
        if file == XLSX and output is None:
            raise CommandError("An Excel file can't be printed. Give --output FILE.")
        export = memberships_export(_completed(run))
        if output is None:
            self._print(export)
            return
        try:
            _write(export, file, output)
        except OSError as error:
            raise CommandError(f"{output} can't be written: {error.strerror}.") from error

    def _print(self, export: Export) -> None:
        try:
            for chunk in csv_chunks(export):
                self.stdout.write(chunk.decode(), ending="")
            self.stdout.flush()
        except BrokenPipeError:
            # Whoever read it has seen enough; Python would complain once more at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _completed(number: int) -> SegmentationRun:
    run: SegmentationRun | None = SegmentationRun.objects.light().filter(pk=number).first()
    if run is None:
        raise CommandError(f"There is no run {number}.")
    if run.status != run.Status.COMPLETED:
        state = run.get_status_display().lower()
        raise CommandError(f"{run} is {state}; only a completed run has customers in segments.")
    return run


def _write(export: Export, file: str, path: Path) -> None:
    with path.open("wb") as target:
        if file == XLSX:
            write_workbook(export, target)
        else:
            target.writelines(csv_chunks(export))
