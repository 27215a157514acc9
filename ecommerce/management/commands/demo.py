"""Show Coterie with made-up data: `manage.py demo`."""

import sys
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecommerce.demo import LOGIN, DemoFailed, make_login, steps
from ecommerce.processes import port, run_together, web, workers


class Command(BaseCommand):
    help = (
        "Make demo data, segments and a campaign, then serve the site. Starting it again goes on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=port, default=8000)
        parser.add_argument(
            "--prepare-only", action="store_true", help="Do everything but serve the site."
        )
        parser.add_argument(
            "--reset-password", action="store_true", help="Make and show a new password."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._prepare()
        except DemoFailed as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("\nStopped. Start it again to go on from here.")
            sys.exit(130)
        self._say_login(make_login(reset=options["reset_password"]), options["port"])
        if not options["prepare_only"]:
            sys.exit(run_together([web(f"127.0.0.1:{options['port']}"), *workers()]))

    def _prepare(self) -> None:
        everything = steps()
        for position, (title, do) in enumerate(everything, start=1):
            self.stdout.write(f"[{position}/{len(everything)}] {title} … ", ending="")
            self.stdout.flush()
            began = perf_counter()
            outcome = do()
            self.stdout.write(f"{outcome} ({perf_counter() - began:.1f} s)")

    def _say_login(self, password: str | None, port: int) -> None:
        self.stdout.write(f"\n  Address   http://127.0.0.1:{port}\n  Login     {LOGIN}")
        if password:
            self.stdout.write(f"  Password  {password}   (shown only now)")
        else:
            self.stdout.write("  Password  as shown the first time; a new one: make demo-password")
        self.stdout.write("\nStop with Ctrl-C.\n")
