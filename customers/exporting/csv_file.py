"""An export as CSV: UTF-8 with a mark for Excel, written while it is read."""

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from customers.exporting.export import Column, Export, Kind, Table
from customers.formulas import FORMULA_STARTS, MARK, inert

BLOCK_ROWS = 2000  # written at once: some hundred kilobytes
MAY_NEED_MARK = frozenset((*FORMULA_STARTS, MARK))


def csv_chunks(export: Export) -> Iterator[bytes]:
    """The file in pieces. Closing the iterator closes the export."""
    try:
        yield codecs.BOM_UTF8 + _lines(_inert_rows([line] for line in export.about))
        for table in export.tables:
            yield _lines(_inert_rows(_head(table)))
            yield from _blocks(table)
    finally:
        export.close()


def _head(table: Table) -> list[Sequence[str]]:
    title = [(table.title,)] if table.title else []
    return [(), *title, [column.heading for column in table.columns]]


def _blocks(table: Table) -> Iterator[bytes]:
    rows = iter(table.rows)
    while block := list(islice(rows, BLOCK_ROWS)):
        yield _lines(_written(table.columns, block))


def _written(
    columns: Sequence[Column], block: Sequence[Sequence[Any]]
) -> Iterable[Sequence[object]]:
    # Column by column: a million rows take half as long as cell by cell.
    cells = zip(*block, strict=True)
    written = (WRITERS[c.kind](values) for c, values in zip(columns, cells, strict=True))
    return zip(*written, strict=True)


def _texts(values: Sequence[str | None]) -> list[str | None]:
    return [inert(v) if v and v[0] in MAY_NEED_MARK else v for v in values]


def _amounts(values: Sequence[Decimal | float | None]) -> list[str | None]:
    return [None if v is None else f"{v:.2f}" for v in values]


def _yes_or_no(values: Sequence[bool | None]) -> list[str | None]:
    return [None if v is None else "yes" if v else "no" for v in values]


def _as_they_are(values: Sequence[object]) -> Sequence[object]:
    return values


WRITERS: dict[Kind, Callable[[Sequence[Any]], Sequence[object]]] = {
    **dict.fromkeys(Kind, _as_they_are),
    Kind.TEXT: _texts,
    Kind.MONEY: _amounts,
    Kind.YES_NO: _yes_or_no,
}


def _inert_rows(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    return [[inert(cell) for cell in row] for row in rows]


def _lines(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    # No program reads NUL in a CSV file; what no alphabet has must not end the download.
    return text.getvalue().replace("\0", "␀").encode(errors="replace")
