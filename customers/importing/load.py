"""Storing what a plan says: new rows copied straight into the tables, changed ones in one update.

Everything is resolved and compared beforehand, so that the database does nothing but write.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection

from customers.bulk import NULL, Watch, copy_in, copy_out, execute, quoted, select
from customers.duck import literal
from customers.importing.plan import Counts
from customers.importing.read import RawSheet
from customers.importing.stored import column_of, fetch_stored, field_type
from customers.importing.tables import TABLES, Table

STAGED = "staged"
BLOCK_ROWS = 50_000  # are changed at once, so that it can be said how far it is
Tell = Callable[[str, int, float], object]  # table, its rows to be written, the share done


class RecordsMoved(RuntimeError):
    """Someone else changed the same records between the comparison and the writing."""


def load(
    db: duckdb.DuckDBPyConnection,
    raw: Mapping[str, RawSheet],
    counts: Mapping[str, Counts],
    *,
    import_id: int | None,
    folder: Path,
    tell: Tell,
) -> None:
    """Store the new and the changed rows of all tables, after `plan`.

    Call it inside one transaction; rows that come from no import have no import id. The old values
    of changed rows go to `before-<table>.csv` in the folder, see `before_file`. Raises RecordsMoved
    or IntegrityError when someone else has written the same records since they were compared; a
    new comparison then sets it right.
    """
    mark = "NULL" if import_id is None else str(int(import_id))
    for table in TABLES:
        if table.name not in raw:
            continue
        fields, count = table.fields(raw[table.name].given), counts[table.name]
        writes = count.created + count.updated
        if count.updated:
            watch = _watcher(tell, table, writes, 0, count.updated)
            _change(db, table, fields[1:], count.updated, mark, folder, watch)
        if count.created:
            watch = _watcher(tell, table, writes, count.updated, count.created)
            _create(db, table, fields, count.created, mark, folder, watch)
        if writes:
            tell(table.name, writes, 1.0)


def before_file(folder: Path, table: Table) -> Path:
    """Where the old values of the rows are that an import changed: id, fields, changed_in."""
    return folder / f"before-{table.name}.csv"


def _watcher(tell: Tell, table: Table, writes: int, before: int, rows: int) -> Watch:
    """Tells the share of a table's rows from that of the `rows` that follow those `before`."""
    return lambda share: tell(table.name, writes, (before + share * rows) / writes)


def _create(
    db: duckdb.DuckDBPyConnection,
    table: Table,
    fields: list[str],
    expected: int,
    mark: str,
    folder: Path,
    watch: Watch,
) -> None:
    given = {column_of(table, field): _cell(table, field) for field in fields}
    marks = {"created_in_id": mark, "changed_in_id": mark}
    values = given | _defaults(table, set(given) | set(marks)) | marks
    path = folder / f"{table.name}-new.csv"
    selected = ", ".join(f"{value} AS {name}" for name, value in values.items())
    _write(db, f"SELECT {selected} FROM plan_{table.name} WHERE is_new ORDER BY line", path)
    created = copy_in(table.model._meta.db_table, list(values), path, watch)
    path.unlink()
    if created != expected:
        raise RecordsMoved(f"{created} of {expected} rows of {table.name} were new.")
    _learn_keys(db, table, folder)


def _learn_keys(db: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> None:
    """Adds the primary keys of the new rows to what is stored, for the rows that refer to them."""
    if not any(table.name == column.references for other in TABLES for column in other.columns):
        return
    db.execute(
        f"CREATE OR REPLACE TABLE created_{table.name} AS"
        f" SELECT external_id AS id FROM plan_{table.name} WHERE is_new"
    )
    into = f"keys_{table.name}"
    keys = f"SELECT id FROM created_{table.name}"
    fetch_stored(db, table, keys, ["external_id"], folder, into=into)
    db.execute(
        f"INSERT INTO stored_{table.name} (id, external_id)"
        f" SELECT id, external_id FROM {into} WHERE external_id IN ({keys})"
    )


def _change(
    db: duckdb.DuckDBPyConnection,
    table: Table,
    fields: list[str],
    expected: int,
    mark: str,
    folder: Path,
    watch: Watch,
) -> None:
    columns = [column_of(table, field) for field in fields]
    path = folder / f"{table.name}-changed.csv"
    named = ", ".join(f"{_cell(table, f)} AS {c}" for f, c in zip(fields, columns, strict=True))
    _write(db, f"SELECT id, {named} FROM plan_{table.name} WHERE is_changed ORDER BY id", path)
    # As long as nothing is written only the wish to stop counts.
    stage(table, columns, path, lambda share: watch(0))
    path.unlink()
    lock_staged(table)
    keep = ["id", *columns, "changed_in_id"]
    copy_out(_of_staged(table, keep), before_file(folder, table))
    if overwrite_from_staged(table, columns, changed_in=mark, watch=watch) != expected:
        raise RecordsMoved(f"Not all of the {expected} changed rows of {table.name} are there.")


def stage(table: Table, columns: list[str], path: Path, watch: Watch | None = None) -> int:
    """Copy a CSV file with id and columns of the table into a temporary one; returns its rows."""
    types = ", ".join(f"{quoted(c)} {_column_type(table, c)}" for c in columns)
    execute(f"DROP TABLE IF EXISTS {STAGED}")
    execute(f"CREATE TEMPORARY TABLE {STAGED} (id bigint PRIMARY KEY, {types})")
    staged = copy_in(STAGED, ["id", *columns], path, watch)
    if connection.vendor == "postgresql":
        execute(f"ANALYZE {STAGED}")
    return staged


def lock_staged(table: Table) -> None:
    """Keep others from changing the stored rows of what is staged, until the transaction ends."""
    if connection.vendor == "postgresql":  # SQLite has one writer anyway
        rows = _of_staged(table, ["id"])
        execute(f"SELECT count(*) FROM ({rows} ORDER BY t.id FOR UPDATE OF t) AS locked")


def overwrite_from_staged(
    table: Table, columns: Iterable[str], *, changed_in: str, watch: Watch | None = None
) -> int:
    """Give the stored rows the staged values; `changed_in` is SQL. Returns how many."""
    target = quoted(table.model._meta.db_table)
    values = ", ".join(f"{quoted(c)} = {STAGED}.{quoted(c)}" for c in columns)
    changed, blocks = 0, _blocks()
    for number, (first, last) in enumerate(blocks, start=1):
        # Both are named: a database does not conclude the one from the other.
        ranges = " AND ".join(f"{t}.id BETWEEN {first} AND {last}" for t in (target, STAGED))
        changed += execute(
            f"UPDATE {target} SET {values}, changed_in_id = {changed_in} FROM {STAGED}"
            f" WHERE {target}.id = {STAGED}.id AND {ranges}"
        )
        if watch:
            watch(number / len(blocks))
    execute(f"DROP TABLE {STAGED}")
    return changed


def _blocks() -> list[tuple[int, int]]:
    """The first and the last id of each block of the staged rows."""
    found = select(
        f"SELECT min(id), max(id) FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1)"
        f" / {BLOCK_ROWS} AS block FROM {STAGED}) AS numbered GROUP BY block ORDER BY block"
    )
    return [(int(first), int(last)) for first, last in found]


def _of_staged(table: Table, columns: Iterable[str]) -> str:
    selected = ", ".join(f"t.{quoted(column)}" for column in columns)
    return (
        f"SELECT {selected} FROM {STAGED} s JOIN {quoted(table.model._meta.db_table)} t USING (id)"
    )


def _column_type(table: Table, column: str) -> str:
    fields: list[Any] = list(table.model._meta.concrete_fields)
    return next(str(f.db_type(connection)) for f in fields if f.column == column)


def _defaults(table: Table, given: set[str]) -> dict[str, str]:
    """What a new row has in the columns that the source lacks, as DuckDB SQL."""
    fields: list[Any] = list(table.model._meta.concrete_fields)
    return {
        field.column: _literal(field.get_default())
        for field in fields
        if field.column not in given and not field.primary_key
    }


def _cell(table: Table, field: str) -> str:
    """A field of a plan as both databases read it from a file: yes and no are 1 and 0."""
    return f"{field}::TINYINT" if field_type(table, field) == "BOOLEAN" else field


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return literal(int(value) if isinstance(value, bool) else value)


def _write(db: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    db.execute(
        f"COPY ({query}) TO {literal(path)} (FORMAT csv, HEADER true, NULLSTR {literal(NULL)})"
    )
