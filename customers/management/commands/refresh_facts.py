"""Make the figures anew from the database: `manage.py refresh_facts`."""

import json
from time import perf_counter
from typing import Any

from django.core.management.base import CommandError, CommandParser

from customers.management.migrated import MigratedCommand
from customers.models import FactsVersion
from customers.operations.facts import FactsOvertaken, refresh_facts


class Command(MigratedCommand):
    help = "Take a new snapshot of the records, which all figures are computed from."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--full", action="store_true", help="Write all months anew.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object last.")

    def handle(self, *args: Any, **options: Any) -> None:
        began = perf_counter()
        try:
            version = refresh_facts(full=options["full"])
        except FactsOvertaken as error:
            raise CommandError(str(error)) from error
        summary = _summary(version, perf_counter() - began)
        self.stdout.write(json.dumps(summary) if options["json"] else _words(version, summary))


def _summary(version: FactsVersion, seconds: float) -> dict[str, Any]:
    return {
        "facts": version.pk,
        "customers": version.customers,
        "transactions": version.transactions,
        "first_day": version.first_day and version.first_day.isoformat(),
        "last_day": version.last_day and version.last_day.isoformat(),
        "months_rewritten": version.months_rewritten,
        "seconds": round(seconds, 2),
    }


def _words(version: FactsVersion, summary: dict[str, Any]) -> str:
    return (
        f"{version}: {version.customers:,} customers, {version.transactions:,} transactions;"
        f" {version.months_rewritten:,} months written in {summary['seconds']:.1f} s."
    )
