"""Rows in = created + updated + unchanged + rejected, whatever the rows."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Branch, City, Customer, DataImport, Merchant, Transaction
from tests.customers.importing.files import good_tables, import_tables, rejects_of

SOMETIMES = [
    "",
    " ",
    "x" * 300,
    "\x00",
    "a\nb",
    '"',
    "=1+1",
    "2024-01-05",
    "-1",
    "9",
    "بنها",
    "\\N",
]
PLAUSIBLE = {
    "gender": ["Female", "m", "unsure"],
    "accepts_marketing": ["yes", "0"],
    "join_date": ["2023-05-06", "2023-02-30"],
    "transaction_date": ["2024-01-01", "2024-01-09 10:00:00"],
    "burn_date": ["", "", "2024-01-08"],
    "transaction_status": ["subscribed", "burned", "burnt"],
    "amount": ["", "3.10", "1e2", "3,10"],
}
MODELS = {
    "cities": City,
    "merchants": Merchant,
    "branches": Branch,
    "customers": Customer,
    "transactions": Transaction,
}


def cells(heading: str) -> st.SearchStrategy[str]:
    usual = PLAUSIBLE.get(heading, ["1", "2", "3", " 1 "])
    return st.sampled_from(usual * 6 + SOMETIMES)


def tables() -> st.SearchStrategy[dict[str, list[dict[str, Any]]]]:
    """Mixes of good, wrong, repeated and contradicting rows of every table."""
    rows = {
        name: st.lists(
            st.fixed_dictionaries({h: cells(h) for h in rows[0]}), min_size=1, max_size=9
        )
        for name, rows in good_tables().items()
    }
    return st.fixed_dictionaries({}, optional=rows).filter(bool)


@pytest.mark.django_db
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(mix=tables())
def test_every_row_is_accounted_for(mix: dict[str, list[dict[str, Any]]]) -> None:
    before = stored()
    with TemporaryDirectory() as folder:
        done = import_tables(Path(folder), mix)
        assert_accounted(done, mix, before)
        assert import_tables(Path(folder), mix).changed == 0


def assert_accounted(
    done: DataImport, mix: dict[str, list[dict[str, Any]]], before: dict[str, int]
) -> None:
    assert done.status == "completed"
    rejects = rejects_of(done)
    for name, counts in done.tables.items():
        kept = counts["created"] + counts["updated"] + counts["unchanged"]
        assert counts["rows"] == kept + counts["rejected"] == len(written(mix.get(name, [])))
        assert counts["rejected"] == sum(reject["sheet"] == name for reject in rejects)
        assert stored()[name] == before[name] + counts["created"]


def written(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that have a cell with something in it."""
    return [row for row in rows if any(row.values())]


def stored() -> dict[str, int]:
    return {name: model.objects.count() for name, model in MODELS.items()}
