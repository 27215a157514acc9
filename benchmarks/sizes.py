"""How much is measured, and in what words it is told."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    customers: int
    transactions: int

    def __str__(self) -> str:
        return f"{self.customers:,} customers, {self.transactions:,} transactions"


SMALL = Size(600, 6_000)
EMBEDDED = Size(100_000, 1_000_000)
NORMAL = Size(1_000_000, 10_000_000)
