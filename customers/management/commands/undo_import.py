"""Take an import back: the rows it created go, the rows it changed are as they were before."""

import json
import sys
from argparse import ArgumentParser
from time import perf_counter
from typing import Any

from django.core.management.base import CommandError

from customers.management.migrated import MigratedCommand
from customers.management.watched import execute_watched, is_watched
from customers.models import DataImport
from customers.operations.imports import recover_lost_imports, undo_import
from customers.operations.undo import NotUndoable, latest_undoable

NONE_LEFT = "There is no import that can be undone."
STOPPED = "It could not be undone. Try again."


class Command(MigratedCommand):
    help = "Undoes an import; exits with 1 when later changes depend on it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "id", type=int, nargs="?", help="the number of an import; else the latest"
        )
        parser.add_argument("--json", action="store_true", help="end with one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        began = perf_counter()
        # Without workers nobody else closes what a killed command left open.
        recover_lost_imports()
        data_import = _wanted(options["id"])
        ended = self._undo(data_import, is_watched(self.stderr, options["verbosity"]))
        summary = _summary(ended, perf_counter() - began)
        self.stdout.write(json.dumps(summary) if options["json"] else _words(ended, summary))
        if ended.status != DataImport.Status.UNDONE:
            self.stderr.write(ended.error or STOPPED)
            sys.exit(1)

    def _undo(self, data_import: DataImport, shown: bool) -> DataImport:
        try:
            undo_import(data_import, undone_by=None, queue=False)
        except NotUndoable as error:
            data_import.error = str(error)
            return data_import
        return execute_watched(data_import, self.stderr, shown=shown, done="undone")


def _wanted(pk: int | None) -> DataImport:
    data_import = latest_undoable() if pk is None else DataImport.objects.filter(pk=pk).first()
    if data_import is None:
        raise CommandError(NONE_LEFT if pk is None else f"There is no import {pk}.")
    return data_import


def _summary(data_import: DataImport, seconds: float) -> dict[str, Any]:
    is_undone = data_import.status == DataImport.Status.UNDONE
    return {
        "import": data_import.pk,
        "status": data_import.status,
        "error": data_import.error,
        "tables": {
            name: {
                "removed": counts["created"] if is_undone else 0,
                "restored": counts["updated"] if is_undone else 0,
            }
            for name, counts in data_import.tables.items()
        },
        "seconds": round(seconds, 2),
    }


def _words(data_import: DataImport, summary: dict[str, Any]) -> str:
    """One line per table, and how long it took."""
    lines = [f"{data_import}: {data_import.get_status_display().lower()}"]
    if data_import.status == DataImport.Status.UNDONE:
        lines.append(f"{'':<14}{'removed':>12}{'restored':>12}")
        for name, counts in summary["tables"].items():
            lines.append(f"{name:<14}{counts['removed']:>12,}{counts['restored']:>12,}")
        lines.append(f"{summary['seconds']:.1f} s")
    return "\n".join(lines)
