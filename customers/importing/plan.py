"""What loading would do: each good row compared with what is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from customers.bulk import copy_out, quoted
from customers.duck import literal
from customers.importing.read import RawSheet
from customers.importing.rejects import rejected_rows
from customers.importing.sql import scalar
from customers.importing.stored import field_type
from customers.importing.tables import GENDERS, TABLE_NAMED, TABLES, Sheet, Table
from customers.models import Customer, Transaction

MOST_EXAMPLES, MOST_ROWS = 5, 3
MOST_BRANCHES = 10_000  # in one query


class RowsUnaccounted(RuntimeError):
    """The rows read are not those created, updated, unchanged and rejected."""


@dataclass(frozen=True)
class Counts:
    """What becomes of the rows of one table."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0


def plan(db: duckdb.DuckDBPyConnection, raw: Mapping[str, RawSheet]) -> dict[str, Counts]:
    """Compare the good rows of all tables with what is stored: {table: counts}.

    The sheet genders counts as well where rows of it are rejected: nothing of it is stored, so that
    its good rows are unchanged.

    Call it after `check`. `plan_<table>` becomes a view with line, id (of the stored row, or
    NULL), the fields of the source, `old_` and each field, is_new and is_changed. Columns that the
    source lacks keep what is stored. Raises RowsUnaccounted when the counts don't add up.
    """
    for table in TABLES:
        if table.name in raw:
            _compare(db, table, raw[table.name])
    counts = {
        table.name: _count(db, table, raw[table.name]) if table.name in raw else Counts()
        for table in TABLES
    }
    # Nothing of this sheet is stored; it only says what ids stand for, unless a row of it is wrong.
    if GENDERS.name in raw and (looked_up := _looked_up(db, raw[GENDERS.name])).rejected:
        counts[GENDERS.name] = looked_up
    return counts


def customers_affected(
    db: duckdb.DuckDBPyConnection, raw: Mapping[str, RawSheet], folder: Path
) -> int:
    """How many customers' figures change: they, their coupons, or the branches of these, do."""
    affected = []
    if "customers" in raw:
        affected.append("SELECT external_id FROM plan_customers WHERE is_new OR is_changed")
    if "transactions" in raw:
        moved = "SELECT old_customer AS id FROM plan_transactions WHERE is_changed"
        affected.append("SELECT customer_key FROM plan_transactions WHERE is_new OR is_changed")
        affected.append(
            f"SELECT coalesce(s.external_id, '#' || m.id) FROM ({moved}) m"
            " LEFT JOIN stored_customers s USING (id)"
        )
    if "branches" in raw:
        affected += _customers_of_changed_branches(db, folder)
    return scalar(db, f"SELECT count(*) FROM ({' UNION '.join(affected)})") if affected else 0


def _customers_of_changed_branches(db: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    """Queries of the external ids of those who have stored coupons there."""
    changed = db.execute("SELECT id FROM plan_branches WHERE is_changed ORDER BY id").fetchall()
    coupons, customers = quoted(Transaction._meta.db_table), quoted(Customer._meta.db_table)
    queries = []
    for start in range(0, len(changed), MOST_BRANCHES):
        ids = ", ".join(str(int(pk)) for (pk,) in changed[start : start + MOST_BRANCHES])
        path = folder / f"customers-of-branches-{start}.csv"
        copy_out(
            f"SELECT DISTINCT c.external_id FROM {coupons} t JOIN {customers} c"
            f" ON c.id = t.customer_id WHERE t.branch_id IN ({ids})",
            path,
        )
        queries.append(
            f"SELECT external_id FROM read_csv({literal(path)}, header = true, delim = ',',"
            " quote = '\"', escape = '\"', auto_detect = false,"
            " columns = {'external_id': 'VARCHAR'})"
        )
    return queries


def rows_shown(
    db: duckdb.DuckDBPyConnection, raw: Mapping[str, RawSheet], counts: Mapping[str, Counts]
) -> dict[str, Any]:
    """By table: examples of the rows that change, and the first of those that are new."""
    return {
        "examples": {
            name: examples(db, TABLE_NAMED[name], raw[name])
            for name, count in counts.items()
            if count.updated
        },
        "rows": {
            name: first_rows(db, TABLE_NAMED[name], raw[name])
            for name, count in counts.items()
            if count.created
        },
    }


def examples(db: duckdb.DuckDBPyConnection, table: Table, raw: RawSheet) -> list[dict[str, Any]]:
    """The first rows that change: {"id": external id, "changes": [{"column", "old", "new"}]}.

    The old value of a reference is the external id of the row it refers to.
    """
    fields = table.fields(raw.given)[1:]
    shown = ", ".join(
        f"{field}_key AS {field}, old_{field}"
        if table.reference(field)
        else f"{field}, old_{field}"
        for field in fields
    )
    found = db.execute(
        f"SELECT external_id, {shown or 'NULL'} FROM plan_{table.name} WHERE is_changed"
        f" ORDER BY line LIMIT {MOST_EXAMPLES}"
    ).fetchall()
    return [_example(table, fields, row) for row in found]


def first_rows(
    db: duckdb.DuckDBPyConnection, table: Table, raw: RawSheet
) -> list[list[tuple[str, str | None]]]:
    """The first rows that would be created: column and value as it would be stored.

    Pairs, because PostgreSQL keeps no order in a JSON object.
    """
    fields = table.fields(raw.given)
    shown = ", ".join(f"{f}_key" if table.reference(f) else f for f in fields)
    found = db.execute(
        f"SELECT {shown} FROM plan_{table.name} WHERE is_new ORDER BY line LIMIT {MOST_ROWS}"
    ).fetchall()
    names = [table.columns_of(field)[0].name for field in fields]
    return [list(zip(names, map(_shown, row), strict=True)) for row in found]


def _example(table: Table, fields: list[str], row: tuple[Any, ...]) -> dict[str, Any]:
    changes = []
    for position, field in enumerate(fields):
        new, old = row[1 + 2 * position], row[2 + 2 * position]
        if table.reference(field) and old is not None:
            referred: Any = table.model._meta.get_field(field).related_model
            old = referred.objects.filter(pk=old).values_list("external_id", flat=True).first()
        if new != old:
            column = table.columns_of(field)[0].name
            changes.append({"column": column, "old": _shown(old), "new": _shown(new)})
    return {"id": row[0], "changes": changes}


def _shown(value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None or value == "" else str(value)


def _compare(db: duckdb.DuckDBPyConnection, table: Table, raw: RawSheet) -> None:
    fields = table.fields(raw.given)[1:]
    columns = [_resolved(table, field) for field in fields]
    joins = [
        f"LEFT JOIN stored_{table.reference(f)} r_{f} ON r_{f}.external_id = g.{f}"
        for f in fields
        if table.reference(f)
    ]
    compared = ", ".join(["new.*", *(f"s.{field} AS old_{field}" for field in fields)])
    differs = " OR ".join(f"new.{f} IS DISTINCT FROM s.{f}" for f in fields) or "false"
    db.execute(
        f"CREATE OR REPLACE VIEW plan_{table.name} AS"
        f" SELECT s.id, {compared}, s.id IS NULL AS is_new,"
        f"  s.id IS NOT NULL AND ({differs}) AS is_changed"
        f" FROM (SELECT {', '.join(['g.line', 'g.external_id', *columns])}"
        f"  FROM good_{table.name} g {' '.join(joins)}) new"
        f" LEFT JOIN stored_{table.name} s ON s.external_id = new.external_id"
    )


def _resolved(table: Table, field: str) -> str:
    """A field as it is stored; -1 for a reference to a row that is not stored yet."""
    if table.reference(field):
        found = f"CASE WHEN g.{field} IS NOT NULL THEN coalesce(r_{field}.id, -1) END"
        return f"{found} AS {field}, g.{field} AS {field}_key"
    return f"g.{field}::{field_type(table, field)} AS {field}"


def _count(db: duckdb.DuckDBPyConnection, table: Table, raw: RawSheet) -> Counts:
    row = db.execute(
        "SELECT count(*), count(*) FILTER (is_new), count(*) FILTER (is_changed)"
        f" FROM plan_{table.name}"
    ).fetchone()
    good, created, updated = row or (0, 0, 0)
    repeated = scalar(db, f"SELECT count(*) FROM repeats_{table.name}")
    return _accounted(
        table,
        Counts(
            rows=raw.rows,
            created=created,
            updated=updated,
            unchanged=good - created - updated + repeated,
            rejected=rejected_rows(db, table.name),
        ),
    )


def _looked_up(db: duckdb.DuckDBPyConnection, raw: RawSheet) -> Counts:
    """The rows of the sheet genders."""
    name = GENDERS.name
    good = f"(SELECT count(*) FROM good_{name}) + (SELECT count(*) FROM repeats_{name})"
    unchanged, rejected = scalar(db, f"SELECT {good}"), rejected_rows(db, name)
    return _accounted(GENDERS, Counts(rows=raw.rows, unchanged=unchanged, rejected=rejected))


def _accounted(sheet: Sheet, counts: Counts) -> Counts:
    if counts.created + counts.updated + counts.unchanged + counts.rejected != counts.rows:
        raise RowsUnaccounted(f"The rows of {sheet.name} don't add up: {counts}.")
    return counts
