"""Rows that were sent, in DuckDB, as a sheet that was read from a file."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import duckdb

from customers.importing.read import RawSheet, ReadPart
from customers.importing.sql import trimmed
from customers.importing.tables import Column, Kind, Table
from customers.operations.bulk_rows import SentRow, columns_by_field

LONGEST_KEY = 64


def stage_rows(
    db: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[SentRow]
) -> dict[str, RawSheet]:
    """Make `raw_<table>` of the rows, with their place as `line`: {table: sheet}, for `check`.

    What a row does not mention is as the first row with its id says, or else what is stored. The
    stored rows are locked, so call it in the transaction that writes.
    """
    columns = columns_by_field(table)
    omitted = {name for name in columns if not all(name in row.cells for row in rows)}
    _create_sent(db, columns, rows)
    _create_kept(db, table, {f: c for f, c in columns.items() if f in {"external_id", *omitted}})
    cells = ", ".join(_cell(column, column.field in omitted) for column in columns.values())
    db.execute(
        f"CREATE TABLE raw_{table.name} AS SELECT sent.line, {cells} FROM sent"
        " LEFT JOIN (SELECT id, min(line) AS line FROM sent GROUP BY id) firsts USING (id)"
        " LEFT JOIN sent earlier ON earlier.line = firsts.line"
        " LEFT JOIN kept ON kept.id = sent.id"
    )
    db.execute(f"CREATE TABLE broken_{table.name} (line BIGINT, error_type VARCHAR, row VARCHAR)")
    headings = {column.name: field for field, column in columns.items()}
    sent = ReadPart(f"{table.name} of the request", headings)
    return {table.name: RawSheet({0: sent}, len(rows))}


def keep_texts(db: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Give the checked rows the texts that they do not mention, letter by letter as stored."""
    kept = {name for name, *_ in db.execute("DESCRIBE kept").fetchall()}
    for field, column in columns_by_field(table).items():
        if field in kept and _is_plain_text(column):
            db.execute(
                f"UPDATE good_{table.name} SET {field} = kept.{field} FROM sent, kept"
                f" WHERE sent.line = good_{table.name}.line AND kept.id = sent.id"
                f" AND NOT sent.has_{field}"
            )


def _create_sent(
    db: duckdb.DuckDBPyConnection, columns: dict[str, Column], rows: Sequence[SentRow]
) -> None:
    """Makes `sent`: line, id, each field's cell, and with `has_` whether the row mentions it."""
    given = {f: [row.cells.get(f) for row in rows] for f in columns}
    has = {f"has_{f}": [f in row.cells for row in rows] for f in columns}
    _create(db, "cells", {"line": range(len(rows)), **given, **has})
    db.execute(
        f"CREATE TABLE sent AS SELECT *, nullif({trimmed('external_id')}, '') AS id FROM cells"
    )


def _create_kept(db: duckdb.DuckDBPyConnection, table: Table, columns: dict[str, Column]) -> None:
    """Makes `kept` of the stored rows that are meant, values as text: id and these fields."""
    found = db.execute(
        "SELECT DISTINCT id FROM sent WHERE id IS NOT NULL AND NOT contains(id, chr(0))"
        f" AND length(id) <= {LONGEST_KEY}"
    ).fetchall()
    meant = table.model._base_manager.filter(external_id__in=[key for (key,) in found])
    meant = meant.order_by("pk")
    # Locked before they are read: a query that waits for a lock joins what was there before.
    list(meant.select_for_update().values_list("pk"))
    names = [f"{f}__external_id" if c.references else f for f, c in columns.items()]
    stored = meant.values_list(*names) if len(names) > 1 else ()
    values = list(zip(*([_text(value) for value in row] for row in stored), strict=True))
    lists = dict(zip(columns, values or [()] * len(columns), strict=True))
    _create(db, "kept", {"id": lists["external_id"], **lists})


def _create(db: duckdb.DuckDBPyConnection, name: str, columns: dict[str, Sequence[Any]]) -> None:
    """Makes a table of lists of the same length; what is neither line nor `has_` is text."""
    types = {"line": "BIGINT"} | {c: "BOOLEAN" for c in columns if c.startswith("has_")}
    selected = ", ".join(f"unnest(?::{types.get(c, 'VARCHAR')}[]) AS {c}" for c in columns)
    db.execute(
        f"CREATE TABLE {name} AS SELECT {selected}", [list(values) for values in columns.values()]
    )


def _cell(column: Column, is_omitted: bool) -> str:
    """A column of `raw_<table>`; the stored texts that `keep_texts` gives back are empty in it."""
    field = column.field
    if not is_omitted:
        return f"sent.{field} AS {column.name}"
    kept = "NULL" if _is_plain_text(column) else f"kept.{field}"
    return (
        f"CASE WHEN sent.has_{field} THEN sent.{field}"
        f" WHEN earlier.has_{field} THEN earlier.{field} ELSE {kept} END AS {column.name}"
    )


def _is_plain_text(column: Column) -> bool:
    """Whether it may hold a text that the check of a cell would change or refuse."""
    return column.kind is Kind.TEXT and not column.required and not column.references


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value)
