"""Finding the ids that rows refer to and that are nowhere."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from customers.duck import literal
from customers.importing.named_references import read_names
from customers.importing.read import LINES, RawSheet
from customers.importing.rejects import add_rejects
from customers.importing.sql import scalar, trimmed
from customers.importing.stored import fetch_stored
from customers.importing.tables import TABLES, Column, Table

NOWHERE = "There is no {0} with this id."
NOWHERE_ELSE = "There is no {0} with this id, neither here already nor in this file."
REJECTED = "Its {0} was rejected: see there."


def reject_unknown_references(
    db: duckdb.DuckDBPyConnection,
    table: Table,
    raw: Mapping[str, RawSheet],
    folder: Path,
    *,
    with_names: bool = False,
) -> None:
    """Make `stored_<table>` and reject the rows that refer to a row of it that is nowhere.

    An id exists when the file has a good row with it or the database has it. The tables come in
    the order of `TABLES`, so that the rows referred to have been looked at themselves. `with_names`
    as in `check`.
    """
    _fetch(db, table, raw, folder)
    for other, column in _referring(table, raw):
        if not _find_unknown(db, table, other, column, raw):
            continue
        if with_names and read_names(db, table, other, column, raw, folder):
            _fetch(db, table, raw, folder)
        if _find_unknown(db, table, other, column, raw):
            _reject_unknown(db, table, other, column, raw)


def _fetch(
    db: duckdb.DuckDBPyConnection, table: Table, raw: Mapping[str, RawSheet], folder: Path
) -> None:
    own = table.fields(raw[table.name].given) if table.name in raw else ["external_id"]
    fetch_stored(db, table, _keys(table, raw), own, folder, into=f"stored_{table.name}")


def _referring(table: Table, raw: Mapping[str, RawSheet]) -> list[tuple[Table, Column]]:
    """The columns that were read and hold ids of the table."""
    return [
        (other, column)
        for other in TABLES
        if other.name in raw
        for column in other.columns
        if column.references == table.name and column.name in raw[other.name].given
    ]


def _keys(table: Table, raw: Mapping[str, RawSheet]) -> str:
    """A query of all ids of the table that the source mentions, each once."""
    own = [f"SELECT external_id AS id FROM good_{table.name}"] if table.name in raw else []
    others = [
        f"SELECT {column.field} AS id FROM good_{other.name} WHERE {column.field} IS NOT NULL"
        for other, column in _referring(table, raw)
    ]
    mentioned = " UNION ALL ".join([*own, *others]) or "SELECT NULL AS id WHERE false"
    return f"SELECT DISTINCT id FROM ({mentioned})"


def _find_unknown(
    db: duckdb.DuckDBPyConnection,
    table: Table,
    other: Table,
    column: Column,
    raw: Mapping[str, RawSheet],
) -> int:
    """Makes `unknown` of the lines whose reference is nowhere; how many they are."""
    in_file = f"UNION SELECT external_id FROM good_{table.name}" if table.name in raw else ""
    unknown = (
        f"{column.field} IS NOT NULL AND {column.field} NOT IN"
        f" (SELECT external_id FROM stored_{table.name} {in_file})"
    )
    lines = f"SELECT line FROM good_{other.name} WHERE {unknown}"
    db.execute(f"CREATE OR REPLACE TABLE unknown AS {lines}")
    return scalar(db, "SELECT count(*) FROM unknown")


def _reject_unknown(
    db: duckdb.DuckDBPyConnection,
    table: Table,
    other: Table,
    column: Column,
    raw: Mapping[str, RawSheet],
) -> None:
    noun = table.model._meta.verbose_name
    position, heading = other.columns.index(column), raw[other.name].heading(column.name)
    nowhere = literal((NOWHERE_ELSE if table.name in raw else NOWHERE).format(noun))
    add_rejects(
        db,
        other.name,
        f"SELECT line, {position}, {heading}, r.{column.name},"
        f" 'unknown_reference', coalesce(rejected, {nowhere}),"
        f" CASE WHEN rejected IS NOT NULL THEN {literal(REJECTED.format(noun))} END"
        f" FROM (SELECT r.*, {_rejected(db, table, f'r.{column.name}', raw)} AS rejected"
        f" FROM unknown JOIN raw_{other.name} r USING (line)) r",
    )


def _rejected(
    db: duckdb.DuckDBPyConnection, table: Table, key: str, raw: Mapping[str, RawSheet]
) -> str:
    """SQL of the sentence for a row whose key is that of a rejected row, which is to be mended."""
    if table.name not in raw:
        return "NULL"
    rejected = f"SELECT line FROM rejects WHERE sheet = {literal(table.name)}"
    db.execute(
        "CREATE OR REPLACE TABLE rejected_keys AS"
        f" SELECT {trimmed(table.key.name)} AS key, min(line) AS line"
        f" FROM raw_{table.name} WHERE line IN ({rejected}) GROUP BY 1"
    )
    place = f"k.line % {LINES} || ' of the ' || {raw[table.name].label('k.line')}"
    return (
        f"(SELECT 'Its {table.model._meta.verbose_name} in line ' || {place}"
        " || ' was rejected; mend that one first.' FROM rejected_keys k"
        f" WHERE k.key = {trimmed(key)})"
    )
