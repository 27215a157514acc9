"""Storing the good rows: staged beside the real tables, compared and taken over set by set."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection, models

from customers.bulk import NULL, copy_in, quoted
from customers.duck import literal
from customers.importing.read import RawSheet
from customers.importing.rejects import rejected_rows
from customers.importing.sql import scalar
from customers.importing.tables import TABLE_NAMED, TABLES, Table

STAGED = "staged"
TURN = 8_150_312_044  # any number that no other lock of this database has


class RowsUnaccounted(RuntimeError):
    """The rows read are not those created, updated, unchanged and rejected."""


@dataclass(frozen=True)
class Counts:
    """What became of the rows of one table."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0


def load(
    db: duckdb.DuckDBPyConnection, raw: Mapping[str, RawSheet], folder: Path
) -> dict[str, Counts]:
    """Store the good rows of all tables: {table: counts}, also of tables that were not read.

    Call it inside one transaction, after `check`; the folder is for files on the way. It waits for
    another load to end. Columns that the source lacks keep what is stored. Raises RowsUnaccounted
    when the counts don't add up.
    """
    _wait_for_turn()
    return {
        table.name: _load_table(db, table, raw[table.name], folder)
        if table.name in raw
        else Counts()
        for table in TABLES
    }


def _wait_for_turn() -> None:
    # Two loads that store the same rows in another order would wait for each other for ever;
    # SQLite has one writer anyway.
    if connection.vendor == "postgresql":
        _execute("SELECT pg_advisory_xact_lock(%s)", [TURN])


def _load_table(db: duckdb.DuckDBPyConnection, table: Table, raw: RawSheet, folder: Path) -> Counts:
    fields = table.fields(set(raw.headings))
    staged = _stage(db, table, fields, folder / f"{table.name}-good.csv")
    updated, created = _update(table, fields), _insert(table, fields)
    _execute(f"DROP TABLE {STAGED}")
    repeated = scalar(db, f"SELECT count(*) FROM repeats_{table.name}")
    counts = Counts(
        rows=raw.rows,
        created=created,
        updated=updated,
        unchanged=staged - created - updated + repeated,
        rejected=rejected_rows(db, table.name),
    )
    _check_sum(table, counts)
    return counts


def _check_sum(table: Table, counts: Counts) -> None:
    outcomes = (counts.created, counts.updated, counts.unchanged, counts.rejected)
    if min(outcomes) < 0 or sum(outcomes) != counts.rows:
        raise RowsUnaccounted(f"The rows of {table.name} don't add up: {counts}.")


def _stage(db: duckdb.DuckDBPyConnection, table: Table, fields: list[str], path: Path) -> int:
    """Copies the good rows into a temporary table of the same types, references by external id."""
    db.execute(
        f"COPY (SELECT line, {', '.join(fields)} FROM good_{table.name})"
        f" TO {literal(str(path))} (FORMAT csv, HEADER true, NULLSTR {literal(NULL)})"
    )
    types = ", ".join(f"{quoted(field)} {_staged_type(table, field)}" for field in fields)
    _execute(f"CREATE TEMPORARY TABLE {STAGED} (line bigint, {types})")
    staged = copy_in(STAGED, ["line", *fields], path)
    path.unlink()
    if connection.vendor == "postgresql":
        _execute(f"ANALYZE {STAGED}")
    return staged


def _staged_type(table: Table, field: str) -> str:
    stored: Any = table.model._meta.get_field("external_id" if table.reference(field) else field)
    return str(stored.db_type(connection))


def _update(table: Table, fields: list[str]) -> int:
    """Overwrites the stored rows that differ in a field of the source; returns how many."""
    target, columns = table.model._meta.db_table, _columns(table, fields)[1:]
    if not columns:
        return 0
    values = ", ".join(f"{quoted(column)} = new.{quoted(column)}" for column in columns)
    # SQLite knows the standard's words since 3.39 only.
    is_not = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    differs = " OR ".join(
        f"{quoted(target)}.{quoted(column)} {is_not} new.{quoted(column)}" for column in columns
    )
    return _execute(
        f"UPDATE {quoted(target)} SET {values} FROM ({_resolved(table, fields)}) AS new"
        f" WHERE {quoted(target)}.external_id = new.external_id AND ({differs})"
    )


def _insert(table: Table, fields: list[str]) -> int:
    """Adds the rows that are not stored yet, in the order of the file; returns how many."""
    target, columns = table.model._meta.db_table, _columns(table, fields)
    defaults = _defaults(table.model, columns)
    places = "".join(", %s" for _ in defaults)
    given = ", ".join(f"new.{quoted(column)}" for column in columns)
    return _execute(
        f"INSERT INTO {quoted(target)} ({quoted(*columns, *defaults)})"
        f" SELECT {given}{places} FROM ({_resolved(table, fields)}) AS new"
        f" LEFT JOIN {quoted(target)} old ON old.external_id = new.external_id"
        f" WHERE old.id IS NULL ORDER BY new.line {_on_conflict(columns[1:])}",
        list(defaults.values()),
    )


def _on_conflict(columns: list[str]) -> str:
    """Someone else may have added the same row a moment ago; the file's values count."""
    values = ", ".join(f"{quoted(column)} = EXCLUDED.{quoted(column)}" for column in columns)
    return f"ON CONFLICT (external_id) DO {f'UPDATE SET {values}' if values else 'NOTHING'}"


def _resolved(table: Table, fields: list[str]) -> str:
    """A query of the staged rows with the primary keys of what they refer to."""
    columns, joins = ["s.line"], []
    for field, column in zip(fields, _columns(table, fields), strict=True):
        source = f"s.{quoted(field)}"
        if referred := TABLE_NAMED.get(table.reference(field)):
            stored = quoted(referred.model._meta.db_table)
            joins.append(f"LEFT JOIN {stored} r_{field} ON r_{field}.external_id = {source}")
            source = f"r_{field}.id"
        columns.append(f"{source} AS {quoted(column)}")
    return f"SELECT {', '.join(columns)} FROM {STAGED} s {' '.join(joins)}"


def _columns(table: Table, fields: list[str]) -> list[str]:
    stored: dict[str, Any] = {f.name: f for f in table.model._meta.concrete_fields}
    return [stored[field].column for field in fields]


def _defaults(model: type[models.Model], columns: list[str]) -> dict[str, Any]:
    """What a new row has in the columns that the source lacks."""
    lacking: list[Any] = [
        field
        for field in model._meta.concrete_fields
        if field.column not in columns and not field.primary_key
    ]
    return {f.column: f.get_db_prep_save(f.get_default(), connection) for f in lacking}


def _execute(statement: str, values: list[Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
