"""What a person should know of the rows before they are loaded, a sentence each."""

from collections.abc import Iterator, Mapping, Sequence

import duckdb

from customers.duck import literal
from customers.importing.mapping import PartMapping
from customers.importing.named_references import notes_on_names
from customers.importing.parse import trimmed_text
from customers.importing.parts import Part
from customers.importing.plan import Counts
from customers.importing.read import PART, RawSheet
from customers.importing.samples import holds_days
from customers.importing.sql import grouped, scalar
from customers.importing.tables import TABLE_NAMED, TABLES, TRANSACTIONS, Column, Table

ZEROS = (
    "The {label} has ids that differ only in leading zeros in {heading}, such as {longer} and"
    " {shorter}; they are different {records}."
)
DAYS_LEFT_OUT = (
    "Column {heading} holds days and is left out: if it says when coupons were burnt, name it burnt"
    " on among the columns."
)
EMPTY = (
    "The column {heading} of the {label} is empty in every row: {records} would lose theirs."
    " Leave the column out to keep them."
)


BURNT = literal("burn_date_missing")


def notes_on_rows(
    db: duckdb.DuckDBPyConnection,
    parts: Sequence[Part],
    mappings: Mapping[str, PartMapping],
    raw: Mapping[str, RawSheet],
    counts: Mapping[str, Counts],
) -> list[str]:
    """Call it after `plan`."""
    return [*notes_on_names(db, raw), *_days_left_out(db, parts, mappings, raw)] + [
        sentence
        for table in TABLES
        if table.name in raw
        for sentence in (
            *_differing_zeros(db, table, raw[table.name]),
            *(_emptied(db, table, raw[table.name]) if counts[table.name].updated else ()),
        )
    ]


def _days_left_out(
    db: duckdb.DuckDBPyConnection,
    parts: Sequence[Part],
    mappings: Mapping[str, PartMapping],
    raw: Mapping[str, RawSheet],
) -> Iterator[str]:
    """About columns that may say when coupons were burnt, where nothing else does."""
    if TRANSACTIONS.name not in raw or "burn_date" in raw[TRANSACTIONS.name].given:
        return
    burnt = db.execute(
        f"SELECT DISTINCT {PART} AS part FROM rejects WHERE code = {BURNT} ORDER BY 1"
    )
    for part in (parts[number] for (number,) in burnt.fetchall()):
        for heading in part.headings:
            if not mappings[part.name].columns.get(heading) and holds_days(part, heading):
                yield DAYS_LEFT_OUT.format(heading=heading)


def _differing_zeros(db: duckdb.DuckDBPyConnection, table: Table, raw: RawSheet) -> Iterator[str]:
    """About columns with ids such as 00017 and 17, of which a spreadsheet made one."""
    columns = [c for c in table.columns if c.name in raw.given and (c.references or c is table.key)]
    # Ids that all have as many characters, or no zero in front, differ in something else.
    looks = ", ".join(
        f"bool_or({f} > '0' AND {f} < '1') AND min(strlen({f})) <> max(strlen({f}))"
        for f in (column.field for column in columns)
    )
    found = db.execute(f"SELECT {looks} FROM good_{table.name}").fetchone() or ()
    for column in (c for c, is_found in zip(columns, found, strict=True) if is_found):
        model = TABLE_NAMED[column.references].model if column.references else table.model
        for number, longer, shorter in _pairs(db, table, column):
            part = raw.parts[number]
            yield ZEROS.format(
                label=part.label,
                heading=part.headings[column.name],
                longer=longer,
                shorter=shorter,
                records=model._meta.verbose_name_plural,
            )


def _pairs(
    db: duckdb.DuckDBPyConnection, table: Table, column: Column
) -> list[tuple[int, str, str]]:
    """For each part that has such ids, its number and the first two of them."""
    return db.execute(
        "SELECT part, arg_min(longer, bare), arg_min(shorter, bare) FROM ("
        " SELECT part, bare, arg_max(id, strlen(id)) AS longer, arg_min(id, strlen(id)) AS shorter"
        f" FROM (SELECT DISTINCT {PART} AS part, {column.field} AS id, ltrim(id, '0') AS bare"
        f"  FROM good_{table.name} WHERE {column.field} IS NOT NULL)"
        " GROUP BY part, bare HAVING count(*) > 1) GROUP BY part ORDER BY part"
    ).fetchall()


def _emptied(db: duckdb.DuckDBPyConnection, table: Table, raw: RawSheet) -> Iterator[str]:
    """About columns with nothing in them, where the rows they change have something stored."""
    columns = [c for c in table.columns if c.name in raw.given and not (c.required or c.always)]
    for number, column in _without_values(db, table, columns, raw):
        part = raw.parts[number]
        lost = scalar(
            db,
            f"SELECT count(*) FROM plan_{table.name} WHERE is_changed AND {PART} = {number}"
            f" AND old_{column.field} IS DISTINCT FROM {column.empty}",
        )
        if lost and not _has_text(db, table, column, number):
            yield EMPTY.format(
                heading=part.headings[column.name],
                label=part.label,
                records=_counted(table, lost),
            )


def _without_values(
    db: duckdb.DuckDBPyConnection, table: Table, columns: list[Column], raw: RawSheet
) -> list[tuple[int, Column]]:
    """The columns that fill nothing in all good rows of a part, with the number of the part."""
    if not columns:
        return []
    fills = ", ".join(f"bool_or({c.field} IS DISTINCT FROM {c.empty})" for c in columns)
    rows = grouped(db, PART, raw.parts, fills, f"good_{table.name}")
    return [
        (number, column)
        for number, *filled in rows
        for column, is_filled in zip(columns, filled, strict=True)
        if not is_filled
    ]


def _has_text(db: duckdb.DuckDBPyConnection, table: Table, column: Column, number: int) -> bool:
    """Whether any row of the part says something in the column, be it what an empty cell means."""
    rows = f"SELECT 1 FROM raw_{table.name} WHERE {PART} = {number}"
    return bool(scalar(db, f"{rows} AND {trimmed_text(column.name)} IS NOT NULL LIMIT 1"))


def _counted(table: Table, count: int) -> str:
    meta = table.model._meta
    return f"{count:,} {meta.verbose_name if count == 1 else meta.verbose_name_plural}"
