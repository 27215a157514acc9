from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.demo import DemoDataRefused, DemoSummary, write_demo_data


class Command(BaseCommand):
    help = "Writes invented customers and coupon records as CSV files that can be imported."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where the files go; made if need be")
        parser.add_argument("--customers", type=int, default=20_000, metavar="N")
        parser.add_argument("--transactions", type=int, default=200_000, metavar="N")
        parser.add_argument(
            "--seed", type=int, default=7, metavar="N", help="another seed draws other customers"
        )

    def handle(
        self,
        *args: Any,
        folder: Path,
        customers: int,
        transactions: int,
        seed: int,
        **options: Any,
    ) -> None:
        try:
            summary = write_demo_data(
                folder, customers=customers, transactions=transactions, seed=seed
            )
        except DemoDataRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_in_words(summary))


def _in_words(summary: DemoSummary) -> str:
    total = sum(summary.customers.values())
    kinds = [f"  {count:>11,}  {name}" for name, count in summary.customers.items()]
    return "\n".join(
        [
            f"{total:,} customers:",
            *kinds,
            f"{summary.transactions:,} transactions, {summary.burns:,} of them burnt, "
            f"claimed from {summary.first_claim:%d %B %Y} to {summary.last_claim:%d %B %Y}.",
            f"Written to {summary.folder} (truth.csv is for checking only, not for the import).",
        ]
    )
