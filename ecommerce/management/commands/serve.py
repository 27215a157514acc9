"""Serve the site with its workers on one machine: `manage.py serve --port 8000`."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ecommerce.processes import port, run_together, web, workers


class Command(BaseCommand):
    help = "Serve the site together with its background workers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=port, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(run_together([web(f"{options['host']}:{options['port']}"), *workers()]))
