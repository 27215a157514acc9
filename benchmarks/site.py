"""An installation of the product for a benchmark: a database, its files, and what is done there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import psycopg

from benchmarks.measure import Result
from benchmarks.process import Outcome, do, manage
from benchmarks.sizes import Size


@dataclass(frozen=True)
class Site:
    database_url: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database_url,
            "DATA_DIR": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "ecommerce.settings",
        }

    def migrate(self) -> "Site":
        manage("migrate", "--verbosity", "0", "--skip-checks", **self.environment)
        return self

    def do(self, step: str, *arguments: object) -> Outcome:
        return do(step, *arguments, **self.environment)


@contextmanager
def database(server: str, like: str = "") -> Iterator[str]:
    """The URL of a new database on a PostgreSQL server, for as long as the block.

    It is empty, or a copy of the one with the URL `like`.
    """
    name = f"coterie_bench_{token_hex(4)}"
    template = urlsplit(like).path.removeprefix("/") or "template1"
    on_server(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def on_server(server: str, statement: str) -> str:
    """Execute a statement outside of any transaction; returns the first cell it gives."""
    with psycopg.connect(server, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
    return str(row[0]) if row else ""


def check_created(outcome: Outcome, size: Size) -> None:
    tables = outcome.value["tables"]
    assert tables["customers"]["created"] == size.customers, tables
    assert tables["transactions"]["created"] == size.transactions, tables
    assert outcome.value["facts"]["transactions"] == size.transactions, outcome.value


def ask_questions(
    site: Site, data: Path, folder: Path, size: Size, day: str, *, limit: float | None
) -> list[Result]:
    """The questions to the figures, beside DuckDB by hand over one Parquet file."""
    product, by_hand = site.do("questions"), do("questions_by_hand", data, folder, day)
    assert product.value["holds"] == by_hand.value["holds"], (product.value, by_hand.value)
    titles = {"features": "feature matrix", "months": "claims and burns by month"}
    return [
        Result(
            name=title,
            size=str(size),
            baseline="DuckDB by hand over one Parquet file",
            product_seconds=product.value["seconds"][name],
            baseline_seconds=by_hand.value["seconds"][name],
            limit=limit,
        )
        for name, title in titles.items()
    ]
