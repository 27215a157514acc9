"""Sorting the rows that were read into good ones and rejected ones, in DuckDB, set by set."""

from collections.abc import Mapping

import duckdb

from customers.duck import literal
from customers.importing.faults import BROKEN_REASONS, Fault, faults_of
from customers.importing.parse import GENDER_FAULTS, GENDER_IDS, field_values, parsed
from customers.importing.read import RawSheet
from customers.importing.references import unknown_references
from customers.importing.rejects import add_rejects, create_rejects
from customers.importing.sql import scalar
from customers.importing.tables import GENDERS, TABLE_NAMED, TABLES, Column, Sheet, Table

MOST_SHOWN = 100  # characters of a cell in a sentence


def check(db: duckdb.DuckDBPyConnection, raw: Mapping[str, RawSheet]) -> None:
    """Check every row of every sheet that was read.

    Good rows go to `good_<table>`: line and the model's fields, references by external id. Later
    rows that repeat a good one exactly go to `repeats_<table>`. All others go to `rejects`, once
    for each of their faults.
    """
    create_rejects(db)
    if GENDERS.name in raw:
        _check_genders(db, raw[GENDERS.name])
    for table in TABLES:
        if table.name in raw:
            _check_table(db, table, raw[table.name])


def _check_table(db: duckdb.DuckDBPyConnection, table: Table, raw: RawSheet) -> None:
    _reject_broken(db, table)
    _reject_faulty(db, table, raw)
    for column in table.columns:
        if column.references and column.name in raw.headings:
            _reject_unknown(db, table, column, raw)
    _reject_repeats(db, table, raw)


def _check_genders(db: duckdb.DuckDBPyConnection, raw: RawSheet) -> None:
    """Keeps the good rows of the sheet genders as a lookup, and why the others are none."""
    _reject_broken(db, GENDERS)
    _reject_faulty(db, GENDERS, raw)
    _reject_repeats(db, GENDERS, raw)
    db.execute(
        f"SET VARIABLE {GENDER_IDS} = (SELECT map(list(external_id), list(gender))"
        f" FROM good_{GENDERS.name})"
    )
    db.execute(
        f"SET VARIABLE {GENDER_FAULTS} = (SELECT map(list(id), list(reason))"
        f" FROM ({_gender_faults(raw)}))"
    )


def _gender_faults(raw: RawSheet) -> str:
    """A query of the gender ids, each with the sentence for an id that stands for no gender."""
    given = {column.name for column in GENDERS.columns}
    called = f"coalesce('is called ''' || left(name, {MOST_SHOWN}) || '''', 'has no name')"
    where = literal(f" in the {raw.label}; use Female, Male or Unknown.")
    return (
        f"SELECT id, 'Gender ' || left(id, {MOST_SHOWN}) || ' ' || {called} || {where} AS reason"
        " FROM (SELECT text_gender_id AS id, arg_min(text_gender_name, line) AS name"
        f" FROM ({parsed(GENDERS, given)}) WHERE text_gender_id IS NOT NULL GROUP BY id)"
    )


def _reject_broken(db: duckdb.DuckDBPyConnection, table: Sheet) -> None:
    reasons = " ".join(
        f"WHEN {literal(error)} THEN {literal(reason)}" for error, reason in BROKEN_REASONS.items()
    )
    otherwise = literal("The row can't be read.")
    add_rejects(
        db,
        table.name,
        f"SELECT line, 0, NULL, row, 'broken_row', CASE error_type {reasons} ELSE {otherwise} END"
        f" FROM broken_{table.name}",
    )


def _reject_faulty(db: duckdb.DuckDBPyConnection, table: Sheet, raw: RawSheet) -> None:
    name, given = table.name, set(raw.headings)
    faults = faults_of(table, given)
    faulty = " OR ".join(f"coalesce({fault.condition}, false)" for fault in faults)
    db.execute(
        f"CREATE TABLE good_{name} AS SELECT line, {field_values(table, given)},"
        f" {faulty} AS faulty FROM ({parsed(table, given)})"
    )
    if scalar(db, f"SELECT count(*) FROM good_{name} WHERE faulty"):
        picked = f"line IN (SELECT line FROM good_{name} WHERE faulty)"
        db.execute(f"CREATE TABLE faulty_{name} AS {parsed(table, given, picked)}")
        for position, fault in enumerate(faults):
            _reject(db, table, raw, fault, position)
    db.execute(f"DELETE FROM good_{name} WHERE faulty")
    db.execute(f"ALTER TABLE good_{name} DROP faulty")


def _reject(
    db: duckdb.DuckDBPyConnection, table: Sheet, raw: RawSheet, fault: Fault, position: int
) -> None:
    heading = literal(raw.headings.get(fault.column, fault.column))
    add_rejects(
        db,
        table.name,
        f"SELECT line, {position}, {heading}, raw_{fault.column}, {literal(fault.code)},"
        f" coalesce({fault.better_reason}, {literal(fault.reason)})"
        f" FROM faulty_{table.name} WHERE {fault.condition}",
    )


def _reject_unknown(
    db: duckdb.DuckDBPyConnection, table: Table, column: Column, raw: RawSheet
) -> None:
    unknown = unknown_references(db, table, column)
    noun = TABLE_NAMED[column.references].model._meta.verbose_name
    reason = f"There is no {noun} with this id, neither in the database nor among the good rows."
    add_rejects(
        db,
        table.name,
        f"SELECT g.line, 0, {literal(raw.headings[column.name])}, r.{column.name},"
        f" 'unknown_reference', {literal(reason)}"
        f" FROM good_{table.name} g JOIN raw_{table.name} r USING (line)"
        f" WHERE g.{column.field} IN (SELECT id FROM {unknown})",
    )
    db.execute(f"DELETE FROM good_{table.name} WHERE {column.field} IN (SELECT id FROM {unknown})")


def _reject_repeats(db: duckdb.DuckDBPyConnection, table: Sheet, raw: RawSheet) -> None:
    name, key = table.name, table.key.name
    fields = table.fields(set(raw.headings))
    same = " AND ".join(f"later.{field} IS NOT DISTINCT FROM first.{field}" for field in fields)
    db.execute(
        f"CREATE TABLE repeats_{name} AS"
        f" SELECT later.line, first.line AS first_line, {same} AS same FROM ("
        f"  SELECT external_id, min(line) AS line FROM good_{name}"
        "   GROUP BY external_id HAVING count(*) > 1) twice"
        f" JOIN good_{name} first USING (line)"
        f" JOIN good_{name} later ON later.external_id = first.external_id"
        "  AND later.line <> first.line"
    )
    add_rejects(
        db,
        name,
        f"SELECT p.line, 0, {literal(raw.headings[key])}, r.{key}, 'contradicts',"
        " 'Line ' || p.first_line || ' has the same id with other values; that line was kept.'"
        f" FROM repeats_{name} p JOIN raw_{name} r USING (line) WHERE NOT p.same",
    )
    db.execute(f"DELETE FROM good_{name} WHERE line IN (SELECT line FROM repeats_{name})")
    db.execute(f"DELETE FROM repeats_{name} WHERE NOT same")
