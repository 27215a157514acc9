"""Finding the ids that rows refer to and that are nowhere."""

import duckdb

from customers.importing.tables import TABLE_NAMED, Column, Table

IDS_AT_A_TIME = 900  # older SQLite takes 999 values in one statement


def unknown_references(db: duckdb.DuckDBPyConnection, table: Table, column: Column) -> str:
    """The name of a DuckDB table whose `id` are a column's references that don't exist.

    An id exists when the file has a good row with it or the database has it. Only ids that the
    file mentions and lacks are asked of the database.
    """
    unknown = f"unknown_{table.name}_{column.field}"
    db.execute(
        f"CREATE TABLE {unknown} AS SELECT DISTINCT {column.field} AS id FROM good_{table.name}"
        f" WHERE {column.field} IS NOT NULL {_not_in_file(db, column)}"
    )
    _remove_stored(db, unknown, column)
    return unknown


def _not_in_file(db: duckdb.DuckDBPyConnection, column: Column) -> str:
    good = f"good_{column.references}"
    tables = db.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [good])
    if not tables.fetchone():
        return ""
    return f"AND NOT EXISTS (FROM {good} g WHERE g.external_id = {column.field})"


def _remove_stored(db: duckdb.DuckDBPyConnection, unknown: str, column: Column) -> None:
    stored = f"stored_for_{unknown}"
    db.execute(f"CREATE TABLE {stored} (id VARCHAR)")
    asked = db.cursor().execute(f"SELECT id FROM {unknown}")
    while rows := asked.fetchmany(IDS_AT_A_TIME):
        ids = _stored_ids(column, [row[0] for row in rows])
        db.execute(f"INSERT INTO {stored} SELECT unnest(?::VARCHAR[])", [ids])
    db.execute(f"DELETE FROM {unknown} WHERE id IN (SELECT id FROM {stored})")


def _stored_ids(column: Column, ids: list[str]) -> list[str]:
    records = TABLE_NAMED[column.references].model._default_manager
    found = records.filter(external_id__in=ids)
    return list(found.values_list("external_id", flat=True))
