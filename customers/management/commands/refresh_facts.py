"""Make the figures anew from the database: `manage.py refresh_facts`."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from customers.operations.facts import refresh_facts


class Command(BaseCommand):
    help = "Take a new snapshot of the records, which all figures are computed from."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object last.")

    def handle(self, *args: Any, **options: Any) -> None:
        version = refresh_facts()
        summary = {
            "facts": version.pk,
            "customers": version.customers,
            "transactions": version.transactions,
            "first_day": version.first_day and version.first_day.isoformat(),
            "last_day": version.last_day and version.last_day.isoformat(),
        }
        words = (
            f"{version}: {version.customers:,} customers, {version.transactions:,} transactions."
        )
        self.stdout.write(json.dumps(summary) if options["json"] else words)
