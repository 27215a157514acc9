"""Sorting the rows that were read into good ones and rejected ones, in DuckDB, set by set."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from customers.duck import literal
from customers.importing.faults import BROKEN_REASONS, Fault, faults_of
from customers.importing.named_references import create_given_by_name
from customers.importing.notations import Notations, find_notations
from customers.importing.parse import GENDER_FAULTS, GENDER_IDS, field_values, parsed
from customers.importing.read import LINES, RawSheet
from customers.importing.references import reject_unknown_references
from customers.importing.rejects import add_rejects, create_rejects
from customers.importing.sql import scalar
from customers.importing.tables import GENDERS, TABLES, Sheet

MOST_SHOWN = 100  # characters of a cell in a sentence
CONTRADICTS = "Another line has the same id and says something else. Keep the one that is right."


def check(
    db: duckdb.DuckDBPyConnection,
    raw: Mapping[str, RawSheet],
    folder: Path,
    *,
    with_names: bool = False,
) -> dict[str, dict[int, Notations]]:
    """Check every row of every sheet that was read: {sheet: {part: how its cells are written}}.

    Good rows go to `good_<table>`: line and the model's fields, references by external id. Later
    rows that repeat a good one exactly go to `repeats_<table>`. All others go to `rejects`, once
    for each of their faults. What the database has of all these records goes to `stored_<table>`;
    the folder is for files on the way. `with_names`: rows may refer to cities and merchants by
    their names, too.
    """
    create_rejects(db)
    create_given_by_name(db)
    found = {}
    for sheet in (GENDERS, *TABLES):
        if sheet.name in raw:
            found[sheet.name] = _check_cells(db, sheet, raw[sheet.name])
    for table in TABLES:
        if table.name in raw:
            # References were looked at with the tables before; all of a row's faults count.
            _drop_rejected(db, table)
            _reject_repeats(db, table, raw[table.name])
        reject_unknown_references(db, table, raw, folder, with_names=with_names)
    return found


def _drop_rejected(db: duckdb.DuckDBPyConnection, table: Sheet) -> None:
    rejected = f"SELECT line FROM rejects WHERE sheet = {literal(table.name)}"
    if scalar(db, f"SELECT count(*) FROM ({rejected})"):
        db.execute(f"DELETE FROM good_{table.name} WHERE line IN ({rejected})")


def _check_cells(
    db: duckdb.DuckDBPyConnection, sheet: Sheet, raw: RawSheet
) -> dict[int, Notations]:
    notations = find_notations(db, sheet, raw)
    _reject_broken(db, sheet)
    _reject_faulty(db, sheet, raw, notations)
    if sheet is GENDERS:
        _reject_repeats(db, GENDERS, raw)
        _keep_genders(db, raw)
    return notations


def _keep_genders(db: duckdb.DuckDBPyConnection, raw: RawSheet) -> None:
    """Keeps the good rows of the sheet genders as a lookup, and why the others are none."""
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
    where = f"' in the ' || {raw.label()} || '; use Female, Male or Unknown.'"
    return (
        f"SELECT id, 'Gender ' || left(id, {MOST_SHOWN}) || ' ' || {called} || {where} AS reason"
        " FROM (SELECT text_gender_id AS id, arg_min(text_gender_name, line) AS name,"
        f" min(line) AS line FROM ({parsed(GENDERS, given, {0: Notations()})})"
        " WHERE text_gender_id IS NOT NULL GROUP BY id)"
    )


def _reject_broken(db: duckdb.DuckDBPyConnection, table: Sheet) -> None:
    reasons = " ".join(
        f"WHEN {literal(error)} THEN {literal(reason)}" for error, reason in BROKEN_REASONS.items()
    )
    otherwise = literal("The row can't be read.")
    add_rejects(
        db,
        table.name,
        f"SELECT line, 0, NULL, row, 'broken_row', CASE error_type {reasons} ELSE {otherwise} END,"
        " NULL"
        f" FROM broken_{table.name}",
    )


def _reject_faulty(
    db: duckdb.DuckDBPyConnection,
    table: Sheet,
    raw: RawSheet,
    notations: Mapping[int, Notations],
) -> None:
    name, given = table.name, raw.given
    faults = faults_of(table, given)
    faulty = " OR ".join(f"coalesce({fault.condition}, false)" for fault in faults)
    db.execute(
        f"CREATE TABLE good_{name} AS SELECT line, {field_values(table, given)},"
        f" {faulty} AS faulty FROM ({parsed(table, given, notations)})"
    )
    if scalar(db, f"SELECT count(*) FROM good_{name} WHERE faulty"):
        picked = f"line IN (SELECT line FROM good_{name} WHERE faulty)"
        db.execute(f"CREATE TABLE faulty_{name} AS {parsed(table, given, notations, picked)}")
        for position, fault in enumerate(faults):
            _reject(db, table, raw, fault, position)
        db.execute(f"DELETE FROM good_{name} WHERE faulty")
        db.execute(f"DROP TABLE faulty_{name}")
    db.execute(f"ALTER TABLE good_{name} DROP faulty")


def _reject(
    db: duckdb.DuckDBPyConnection, table: Sheet, raw: RawSheet, fault: Fault, position: int
) -> None:
    general = literal(fault.general) if fault.general else "NULL"
    add_rejects(
        db,
        table.name,
        f"SELECT line, {position}, {raw.heading(fault.column)}, raw_{fault.column},"
        f" {literal(fault.code)}, coalesce({fault.better_reason}, {literal(fault.reason)}),"
        f" CASE WHEN {fault.better_reason} IS NOT NULL THEN {general} END"
        f" FROM faulty_{table.name} WHERE {fault.condition}",
    )


def _reject_repeats(db: duckdb.DuckDBPyConnection, table: Sheet, raw: RawSheet) -> None:
    name, key = table.name, table.key.name
    fields = ", ".join(table.fields(raw.given))
    db.execute(
        f"CREATE TABLE repeats_{name} AS"
        f" SELECT line, min(line) OVER of_id AS first_line, max(line) OVER of_id AS last_line,"
        f" count(DISTINCT row({fields})) OVER (PARTITION BY external_id) = 1 AS same"
        f" FROM good_{name} WHERE external_id IN ("
        f"  SELECT external_id FROM good_{name} GROUP BY external_id HAVING count(*) > 1)"
        " WINDOW of_id AS (PARTITION BY external_id)"
    )
    db.execute(f"DELETE FROM repeats_{name} WHERE same AND line = first_line")
    if not scalar(db, f"SELECT count(*) FROM repeats_{name}"):
        return
    other = "CASE WHEN line = first_line THEN last_line ELSE first_line END"
    where = f" || ' of the ' || {raw.label(other)}" if len(raw.parts) > 1 else ""
    add_rejects(
        db,
        name,
        f"SELECT line, 0, {raw.heading(key)}, {key}, 'contradicts',"
        f" 'Line ' || ({other}) % {LINES}{where} || ' has the same id with other values."
        f" Keep the one that is right.', {literal(CONTRADICTS)}"
        f" FROM repeats_{name} JOIN raw_{name} USING (line) WHERE NOT same",
    )
    db.execute(f"DELETE FROM good_{name} WHERE line IN (SELECT line FROM repeats_{name})")
    db.execute(f"DELETE FROM repeats_{name} WHERE NOT same")
