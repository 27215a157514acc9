"""Cities and merchants that rows refer to by their names instead of their ids."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from customers.bulk import NULL, copy_out, quoted
from customers.duck import literal
from customers.importing.read import PART, RawSheet
from customers.importing.rejects import add_rejects
from customers.importing.sql import scalar, trimmed
from customers.importing.tables import CITIES, MERCHANTS, Column, Table

NAMED = (CITIES, MERCHANTS)
GIVEN_BY_NAME = "given_by_name"
AMBIGUOUS = "Several {0} are called that. Write the id of the one that is meant."
BY_NAME = "The {records} of the {label} are given by name in {rows}."


def create_given_by_name(db: duckdb.DuckDBPyConnection) -> None:
    """Make the table in which `read_names` counts: sheet, records, part, rows."""
    db.execute(
        f"CREATE TABLE {GIVEN_BY_NAME}(sheet VARCHAR, records VARCHAR, part BIGINT, rows BIGINT)"
    )


def read_names(
    db: duckdb.DuckDBPyConnection,
    table: Table,
    other: Table,
    column: Column,
    raw: Mapping[str, RawSheet],
    folder: Path,
) -> bool:
    """Put the ids for the references of the lines in `unknown` that are names of the table's rows.

    True if any was put, so that its row has to be fetched. A name that several records have is
    rejected. What a rejected row has as its id is no name.
    """
    if table not in NAMED or not _keep_names(db, table, other, column, raw):
        return False
    _find_named(db, table, raw, folder)
    _reject_ambiguous(db, table, other, column, raw)
    return _put_ids(db, table, other, column)


def notes_on_names(db: duckdb.DuckDBPyConnection, raw: Mapping[str, RawSheet]) -> list[str]:
    """Which parts give cities or merchants by name, a sentence each."""
    found = db.execute(f"SELECT * FROM {GIVEN_BY_NAME} ORDER BY part").fetchall()
    return [
        BY_NAME.format(
            records=records,
            label=raw[sheet].parts[part].label,
            rows=f"{rows:,} row{'s' * (rows != 1)}",
        )
        for sheet, records, part, rows in found
    ]


def _keep_names(
    db: duckdb.DuckDBPyConnection,
    table: Table,
    other: Table,
    column: Column,
    raw: Mapping[str, RawSheet],
) -> int:
    """Makes `unnamed` of the lines and what may be names; how many they are."""
    own = f"SELECT {trimmed(table.key.name)} FROM raw_{table.name}" if table.name in raw else "''"
    db.execute(
        f"CREATE OR REPLACE TABLE unnamed AS SELECT line, lower({column.field}) AS name"
        f" FROM unknown JOIN good_{other.name} USING (line)"
        f" WHERE coalesce({column.field} NOT IN ({own}), true)"
    )
    return scalar(db, "SELECT count(*) FROM unnamed")


def _find_named(
    db: duckdb.DuckDBPyConnection, table: Table, raw: Mapping[str, RawSheet], folder: Path
) -> None:
    """Makes `named`: each name that is looked for, an id that it has, and how many have it."""
    path = folder / "names.csv"
    fields = quoted("external_id", "name")
    copy_out(f"SELECT {fields} FROM {quoted(table.model._meta.db_table)}", path)
    stored = (
        f"SELECT external_id, name FROM read_csv({literal(path)}, header = true,"
        " auto_detect = false, delim = ',', quote = '\"', escape = '\"',"
        f" nullstr = {literal(NULL)}, allow_quoted_nulls = false,"
        " columns = {'external_id': 'VARCHAR', 'name': 'VARCHAR'})"
    )
    records = stored
    if table.name in raw:
        # What the file says a record is called is what it will be called.
        own = f"SELECT external_id, name FROM good_{table.name}"
        records = (
            f"{own} UNION ALL SELECT * FROM ({stored})"
            f" WHERE external_id NOT IN (SELECT external_id FROM good_{table.name})"
        )
    db.execute(
        "CREATE OR REPLACE TABLE named AS SELECT lower(trim(name)) AS name,"
        f" min(external_id) AS id, count(DISTINCT external_id) AS records FROM ({records})"
        " WHERE lower(trim(name)) IN (SELECT name FROM unnamed) GROUP BY 1"
    )
    path.unlink()


def _reject_ambiguous(
    db: duckdb.DuckDBPyConnection,
    table: Table,
    other: Table,
    column: Column,
    raw: Mapping[str, RawSheet],
) -> None:
    position, heading = other.columns.index(column), raw[other.name].heading(column.name)
    reason = AMBIGUOUS.format(table.model._meta.verbose_name_plural)
    ambiguous = "SELECT line FROM unnamed JOIN named USING (name) WHERE records > 1"
    add_rejects(
        db,
        other.name,
        f"SELECT line, {position}, {heading}, {column.name}, 'ambiguous_name', {literal(reason)},"
        f" NULL FROM raw_{other.name} WHERE line IN ({ambiguous})",
    )
    # Or they would be looked for as ids, too.
    db.execute(f"UPDATE good_{other.name} SET {column.field} = NULL WHERE line IN ({ambiguous})")


def _put_ids(db: duckdb.DuckDBPyConnection, table: Table, other: Table, column: Column) -> bool:
    meant = "SELECT line, id FROM unnamed JOIN named USING (name) WHERE records = 1"
    db.execute(
        f"UPDATE good_{other.name} SET {column.field} = meant.id FROM ({meant}) meant"
        f" WHERE good_{other.name}.line = meant.line"
    )
    db.execute(
        f"INSERT INTO {GIVEN_BY_NAME} SELECT {literal(other.name)},"
        f" {literal(table.model._meta.verbose_name_plural)}, {PART}, count(*) FROM ({meant})"
        " GROUP BY 3"
    )
    return bool(scalar(db, f"SELECT count(*) FROM ({meant})"))
