"""Many rows of one table at once from a program, by the rules of every import."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from django.db import IntegrityError, OperationalError, connection, transaction

from customers.duck import open_duckdb
from customers.importing.check import check
from customers.importing.load import RecordsMoved, load
from customers.importing.plan import plan
from customers.importing.read import RawSheet
from customers.importing.tables import CUSTOMERS, Table
from customers.operations.bulk_rows import (
    RowError,
    SentRow,
    check_fields,
    columns_by_field,
    read_row,
)
from customers.operations.bulk_staging import keep_texts, stage_rows
from customers.operations.facts import mark_facts_stale
from customers.operations.import_months import changed_months, touched
from customers.patience import LOCKED

MOST_ROWS = 10_000
MOST_TRIES = 5
PATIENCE_SECONDS = 20
BUSY = "The database is busy with the same records or a long import. Try again in a minute."
# What the databases say when somebody else is in the way.
WAITED_TOO_LONG = (*LOCKED, "lock timeout")
DEADLOCK = "deadlock detected"
CONTRADICTS = (
    "Another row of the request has the same external_id with other values. Keep the right one."
)


Outcomes = dict[int, tuple[str, tuple[RowError, ...]]]


class RecordsBusy(RuntimeError):
    """Others write the same records, or hold the database, for too long; nothing was stored."""


@dataclass(frozen=True)
class RowOutcome:
    """What became of a row."""

    index: int  # its place in the request, from 0
    external_id: str | None
    outcome: str  # created, updated, unchanged or rejected
    errors: tuple[RowError, ...] = ()


def bulk_upsert(table: Table, rows: Sequence[Any]) -> list[RowOutcome]:
    """Create and change the rows of one table, each found by its external id: their outcomes.

    A row is an object of JSON under the names of the model's fields, its numbers `Number`;
    references are external ids. What a row does not mention stays as it is. Good rows are stored
    although others are rejected, all in one transaction. Raises RecordsBusy, and UnknownField
    when all rows have the same one.
    """
    columns = columns_by_field(table)
    check_fields(columns, rows)
    sent = [read_row(columns, index, row) for index, row in enumerate(rows)]
    # In the order of their keys, so that two requests for the same ones never block each other.
    good = sorted((row for row in sent if not row.errors), key=_key)
    found = _upsert_in_turn(table, good) if good else {}
    outcomes: Outcomes = {row.index: ("rejected", row.errors) for row in sent}
    outcomes |= {row.index: found[place] for place, row in enumerate(good)}
    return [RowOutcome(row.index, row.external_id, *outcomes[row.index]) for row in sent]


def bulk_summary(outcomes: Collection[RowOutcome]) -> dict[str, Any]:
    """What the API answers: how many rows had each outcome, and the outcome of each."""
    kinds = [row.outcome for row in outcomes]
    counts = {k: kinds.count(k) for k in ("created", "updated", "unchanged", "rejected")}
    return {**counts, "results": [_as_json(row) for row in outcomes]}


def _as_json(row: RowOutcome) -> dict[str, Any]:
    return vars(row) | {"errors": [vars(error) for error in row.errors]}


def _key(row: SentRow) -> tuple[str, int]:
    return (row.cells.get("external_id") or "").strip(), row.index


def _upsert_in_turn(table: Table, rows: Sequence[SentRow]) -> Outcomes:
    """Store the rows; compared anew when someone wrote the same records at the same moment."""
    for _ in range(MOST_TRIES):
        try:
            # What goes wrong in a COPY comes as the driver's own error.
            with connection.wrap_database_errors:
                return _upsert(table, rows)
        except (IntegrityError, RecordsMoved):
            continue
        except OperationalError as error:
            said = str(error)
            if any(words in said for words in WAITED_TOO_LONG):
                raise RecordsBusy(BUSY) from error
            if DEADLOCK not in said:
                raise
    raise RecordsBusy(BUSY)


def _upsert(table: Table, rows: Sequence[SentRow]) -> Outcomes:
    with (
        TemporaryDirectory(prefix="coterie-bulk-") as name,
        open_duckdb(spill=Path(name) / "spilled") as db,
        transaction.atomic(),
    ):
        _limit_waiting()
        raw = stage_rows(db, table, rows)
        check(db, raw, Path(name))
        keep_texts(db, table)
        _store(db, table, raw, Path(name))
        return _outcomes(db, table)


def _limit_waiting() -> None:
    """SQLite has its own timeout."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {int(PATIENCE_SECONDS * 1000)}")


def _store(
    db: duckdb.DuckDBPyConnection, table: Table, raw: Mapping[str, RawSheet], folder: Path
) -> None:
    counts = plan(db, raw)
    changes = counts[table.name].created + counts[table.name].updated
    # Asked before: the new rows are not told from the stored ones afterwards.
    db.execute(f"CREATE TABLE done AS SELECT line, is_new, is_changed FROM plan_{table.name}")
    if changes:
        before = touched(db, raw)
        load(db, raw, counts, import_id=None, folder=folder, tell=lambda *told: None)
        is_about_customers = table is CUSTOMERS
        mark_facts_stale(
            f"API: {changes:,} {table.name}",
            months=changed_months(before),
            customers=is_about_customers,
        )


def _outcomes(db: duckdb.DuckDBPyConnection, table: Table) -> Outcomes:
    found = db.execute(
        "SELECT line, CASE WHEN is_new THEN 'created' WHEN is_changed THEN 'updated'"
        " ELSE 'unchanged' END FROM done"
        f" UNION ALL SELECT line, 'unchanged' FROM repeats_{table.name}"
    ).fetchall()
    outcomes: Outcomes = {line: (outcome, ()) for line, outcome in found}
    for line, errors in _errors(db, table).items():
        outcomes[line] = ("rejected", tuple(errors))
    return outcomes


def _errors(db: duckdb.DuckDBPyConnection, table: Table) -> dict[int, list[RowError]]:
    errors = defaultdict(list)
    rejects = db.execute(
        'SELECT line, "column", code, reason FROM rejects ORDER BY line, position'
    ).fetchall()
    for line, column, code, reason in rejects:
        errors[line].append(RowError(column, code, _in_words(table, code, reason)))
    return errors


def _in_words(table: Table, code: str, reason: str) -> str:
    """The sentence of an import under the names that the fields have in the API."""
    if code == "contradicts":
        return CONTRADICTS
    for field, column in columns_by_field(table).items():
        reason = re.sub(rf"\b{column.name}\b", field, reason)
    return reason
