"""Run the background workers: `manage.py work`."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from ecommerce.processes import run_together, workers


class Command(BaseCommand):
    help = "Run the background workers: imports, figures, schedules and segmentation runs."

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(run_together(workers()))
