"""What the database already has of the records that a source is about."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection, models

from customers.bulk import NULL, copy_in, copy_out, execute, quoted
from customers.duck import literal
from customers.importing.sql import scalar
from customers.importing.tables import Table

WANTED = "wanted"
# From so many keys on, it is worth counting how many rows there are.
MANY_KEYS = 100_000
TYPES: dict[str, str] = {
    "BigAutoField": "BIGINT",
    "ForeignKey": "BIGINT",
    "CharField": "VARCHAR",
    "DateField": "DATE",
    "DecimalField": "DECIMAL(12, 2)",
    "FloatField": "DOUBLE",
    "BooleanField": "BOOLEAN",
}


def field_type(table: Table, name: str) -> str:
    """The DuckDB type of a model's field; a reference is the primary key of the other row."""
    field: Any = table.model._meta.get_field(name)
    return TYPES[field.get_internal_type()]


def column_of(table: Table, name: str) -> str:
    """The database's column of a field."""
    field: Any = table.model._meta.get_field(name)
    return str(field.column)


def fetch_stored(
    db: duckdb.DuckDBPyConnection,
    table: Table,
    keys: str,
    fields: Collection[str],
    folder: Path,
    *,
    into: str,
) -> None:
    """Make the DuckDB table `into` of the stored rows whose external id a DuckDB query gives.

    It has id and the given fields; references are primary keys. All rows may be there where the
    keys are many.
    """
    types = {name: field_type(table, name) for name in ("id", *fields)}
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    db.execute(f"CREATE OR REPLACE TABLE {into} ({columns})")
    wanted = scalar(db, f"SELECT count(*) FROM ({keys})")
    if not wanted or not table.model._default_manager.exists():
        return
    path = folder / f"{into}.csv"
    if _are_most(table.model, wanted):
        copy_out(_selected(table, list(types), ""), path)
    else:
        _stage_keys(db, keys, folder)
        copy_out(_selected(table, list(types), WANTED), path)
        execute(f"DROP TABLE {WANTED}")
    kinds = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
    db.execute(
        f"INSERT INTO {into} FROM read_csv({literal(path)}, header = true, auto_detect = false,"
        f" delim = ',', quote = '\"', escape = '\"', nullstr = {literal(NULL)},"
        f" allow_quoted_nulls = false, columns = {{{kinds}}})"
    )
    path.unlink()


def _selected(table: Table, names: list[str], wanted: str) -> str:
    """A query of the stored rows; with a table of ids, only of these."""
    target = quoted(table.model._meta.db_table)
    selected = ", ".join(f"t.{quoted(column_of(table, name))}" for name in names)
    if not wanted:
        return f"SELECT {selected} FROM {target} t"
    # SQLite does not know how small the left table is; CROSS says that it comes first.
    join, on = ("CROSS JOIN", "WHERE") if connection.vendor == "sqlite" else ("JOIN", "ON")
    return f"SELECT {selected} FROM {wanted} w {join} {target} t {on} t.external_id = w.id"


def _are_most(model: type[models.Model], wanted: int) -> bool:
    return wanted >= MANY_KEYS and 2 * wanted >= model._default_manager.count()


def _stage_keys(db: duckdb.DuckDBPyConnection, keys: str, folder: Path) -> None:
    path = folder / f"{WANTED}.csv"
    db.execute(f"COPY (SELECT * FROM ({keys})) TO {literal(path)} (FORMAT csv, HEADER true)")
    execute(f"DROP TABLE IF EXISTS {WANTED}")
    execute(f"CREATE TEMPORARY TABLE {WANTED} (id varchar(64))")
    copy_in(WANTED, ["id"], path)
    path.unlink()
    if connection.vendor == "postgresql":
        execute(f"ANALYZE {WANTED}")
