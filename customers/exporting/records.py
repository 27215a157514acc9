"""Exports of records, under the headings that an import reads."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext, suppress
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, models, transaction

from customers.exporting.export import Cell, Column, Export, Kind, Table
from customers.importing import tables as importing
from customers.importing.tables import TABLE_NAMED

CHUNK_ROWS = 10_000
NOW = "the records at that moment"
KINDS = {
    importing.Kind.DAY: Kind.DAY,
    importing.Kind.MONEY: Kind.MONEY,
    importing.Kind.DEGREES: Kind.NUMBER,
}


def record_export(
    name: str,
    rows: "models.QuerySet[Any]",
    filters: Iterable[tuple[str, str]] = (),
    *,
    title: str = "",
    as_of: str = NOW,
) -> Export:
    """These rows of a table of the catalogue, in the order in which they were first stored."""
    table = TABLE_NAMED[name]
    columns = _columns(table)
    cells = rows.order_by("pk").values_list(*(_path(column) for column in columns))
    headings = [Column(column.name, _kind(table, column)) for column in columns]
    exported = Table(name, headings, streamed(cells))
    return Export(title or name.capitalize(), as_of, [exported], list(filters))


def _columns(table: importing.Table) -> list[importing.Column]:
    """The columns of the catalogue that hold what is stored, and not a key of another sheet."""
    return [column for column in table.columns if column.kind != importing.Kind.GENDER_ID]


def _path(column: importing.Column) -> str:
    return f"{column.field}__external_id" if column.references else column.field


def _kind(table: importing.Table, column: importing.Column) -> Kind:
    if isinstance(table.model._meta.get_field(column.field), models.BooleanField):
        return Kind.YES_NO
    return KINDS.get(column.kind, Kind.TEXT)


def streamed(rows: "models.QuerySet[Any, Any]") -> Iterator[Sequence[Cell]]:
    """The rows of a query for tuples as one statement sees them, never all of them in memory."""
    connection = connections[rows.db]
    # In a transaction SQLite would hold the lock of its one writer. Outside of one, PostgreSQL
    # would first copy the whole result for the cursor.
    lasting = nullcontext() if connection.vendor == "sqlite" else transaction.atomic(using=rows.db)
    with suppress(EmptyResultSet):
        # The values as the database gives them: Django's way to them takes half as long again.
        sql, parameters = rows.query.sql_with_params()
        with lasting, connection.chunked_cursor() as cursor:
            cursor.execute(sql, parameters)
            while block := cursor.fetchmany(CHUNK_ROWS):
                yield from block
