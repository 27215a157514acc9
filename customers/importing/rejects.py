"""The rows that could not be loaded, and the file in which people mend them."""

import codecs
import csv
import io
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from customers.duck import literal
from customers.formulas import inert, inert_cell
from customers.importing.csv_files import MOST_KEPT
from customers.importing.notations import Notations
from customers.importing.parse import certain_forms, trimmed_text
from customers.importing.parts import NO_COLUMN, REJECT_COLUMNS, Part
from customers.importing.read import LINE, LINES, RawSheet, ReadPart
from customers.importing.sql import scalar
from customers.importing.tables import SHEETS
from customers.storable import storable

MOST_SHOWN = 1000  # characters of the value at fault; the row's own cells are whole
MOST_REASONS, MOST_EXAMPLES = 30, 5
REJECTS_FILE = "rejected-rows.csv"


def create_rejects(db: duckdb.DuckDBPyConnection) -> None:
    """Make the table `rejects`, a row for each fault of a row; `position` is their order in it.

    `general` is a sentence that is true of all rows like it, where the reason names another row.
    """
    db.execute(
        'CREATE TABLE rejects(sheet VARCHAR, line BIGINT, position INTEGER, "column" VARCHAR,'
        " value VARCHAR, code VARCHAR, reason VARCHAR, general VARCHAR)"
    )


def add_rejects(db: duckdb.DuckDBPyConnection, sheet: str, query: str) -> None:
    """Add what a query gives: line, position, column, value, code, reason, general."""
    db.execute(f"INSERT INTO rejects SELECT {literal(sheet)}, * FROM ({query})")


def rejected_rows(db: duckdb.DuckDBPyConnection, sheet: str) -> int:
    """How many rows of a sheet are rejected, whatever the number of their faults."""
    return scalar(db, f"SELECT count(DISTINCT line) FROM rejects WHERE sheet = {literal(sheet)}")


def reasons(
    db: duckdb.DuckDBPyConnection, parts: Sequence[Part], raw: Mapping[str, RawSheet]
) -> list[dict[str, Any]]:
    """Why rows are rejected, the most frequent reasons first, with their first lines.

    Each is {table, part, column, code, reason, rows, examples: [{line, value}]}. The reason is true
    of all of the rows.
    """
    found = db.execute(
        f"""
        SELECT sheet, line // {LINES}, "column", code,
            if(min(reason) = max(reason), min(reason), any_value(general)), count(*),
            arg_min({{line: {LINE}, value: left(value, {MOST_SHOWN // 10})}}, line, {MOST_EXAMPLES})
        FROM rejects GROUP BY 1, 2, 3, 4, coalesce(general, reason)
        ORDER BY count(*) DESC, min(line) LIMIT {MOST_REASONS}
        """
    ).fetchall()
    return [
        {
            "table": sheet,
            "part": parts[number].name,
            "column": column,
            "code": code,
            "reason": storable(reason),
            "rows": rows,
            "examples": [
                {"line": e["line"], "value": e["value"] and storable(e["value"])} for e in lines
            ],
        }
        for sheet, number, column, code, reason, rows, lines in found
    ]


def write_rejects(
    db: duckdb.DuckDBPyConnection,
    folder: Path,
    parts: Sequence[Part],
    raw: Mapping[str, RawSheet],
    notations: Mapping[str, Mapping[int, Notations]],
) -> str:
    """Write the rejects to a CSV file in the folder, one line per rejected row: the file's name.

    Without rejects there is no file and the name is empty.

    Columns: sheet, line, column, value and code of the first fault, reason with all of them; then
    the row as it stands in the source, under its own headings; but days and numbers that only the
    other rows of their file say how to read are written in the one certain form. A row that could
    not be told apart into cells is whole in the value, and its cells are empty.
    """
    numbers = [n for name, sheet in raw.items() if rejected_rows(db, name) for n in sheet.parts]
    if not numbers:
        return ""
    headings = list(dict.fromkeys(h for n in numbers for h in parts[n].headings))
    rows = " UNION ALL ".join(
        _rows_of_part(name, n, _cells(parts[n], sheet.parts[n], name, notations[name][n]), headings)
        for name, sheet in raw.items()
        for n in sheet.parts
        if n in numbers
    )
    path, bare = folder / REJECTS_FILE, folder / "rejected-rows.part"
    ordered = f"SELECT * EXCLUDE (rank, row) FROM ({rows}) ORDER BY rank, row"
    db.execute(f"COPY ({ordered}) TO {literal(bare)} (FORMAT csv, HEADER false)")
    with bare.open("rb") as cells, path.open("wb") as file:
        file.write(codecs.BOM_UTF8)  # or Excel takes Arabic for Latin letters
        file.write(_heading_row([*REJECT_COLUMNS, *headings]))
        shutil.copyfileobj(cells, file)
    bare.unlink()
    return REJECTS_FILE


@dataclass(frozen=True)
class _Cells:
    """SQL of what a part's cells are in the file of rejected rows."""

    part: str  # its name
    texts: str  # the columns that the cells need beside c0, c1, ...
    by_heading: Mapping[str, str]


def _cells(part: Part, read: ReadPart, sheet: str, notations: Notations) -> _Cells:
    """The cells as they stand; days and numbers so that they are read alike without the others."""
    places = {heading: f"c{position}" for position, heading in enumerate(part.headings)}
    columns = [c for c in SHEETS[sheet].columns if c.name in read.headings]
    certain = certain_forms(columns, notations)
    cells = {n: places[read.headings[n]] for n in certain}
    texts = [f"{cell} AS raw_{n}, {trimmed_text(cell)} AS text_{n}" for n, cell in cells.items()]
    mended = {
        read.headings[name]: f"coalesce({form}, {places[read.headings[name]]})"
        for name, form in certain.items()
    }
    return _Cells(part.name, "".join(f", {text}" for text in texts), places | mended)


def _rows_of_part(sheet: str, number: int, cells: _Cells, headings: Iterable[str]) -> str:
    """A query of a part's rejected rows, with a mark under the headings that it does not have."""
    own = cells.by_heading
    shown = ", ".join(
        f"{_shown(own[h]) if h in own else literal(NO_COLUMN)} AS h{n}"
        for n, h in enumerate(headings)
    )
    rank, part = list(SHEETS).index(sheet), literal(inert(cells.part))
    faulty = _faults_of_part(sheet, number)
    return (
        f"SELECT {rank} AS rank, row, {part} AS sheet, line, {_shown('heading')},"
        f" {_shown('value')}, code, {_shown('reason')}, {shown}"
        # After the join, so that only rejected rows are looked at.
        f" FROM (SELECT f.*, p.* EXCLUDE (line){cells.texts} FROM ({faulty}) f"
        f" LEFT JOIN records_{number} p ON p.line = f.line)"
    )


def _faults_of_part(sheet: str, number: int) -> str:
    """A query of a part's rejected rows: the column, value and code of the first fault, reasons."""
    first = {name: f'arg_min("{name}", position)' for name in ("column", "value", "code")}
    most = f"if({first['code']} = 'broken_row', {MOST_KEPT}, {MOST_SHOWN})"
    # A row with several faults has one column in front; each of its reasons names its own.
    named = """coalesce("column" || ': ', '') || reason"""
    reasons = f"if(count(*) > 1, string_agg({named}, ' ' ORDER BY position), any_value(reason))"
    return (
        f"SELECT line AS row, {LINE} AS line, {first['column']} AS heading,"
        f" left({first['value']}, {most}) AS value, {first['code']} AS code,"
        f" {reasons} AS reason FROM rejects"
        f" WHERE sheet = {literal(sheet)} AND line // {LINES} = {number} GROUP BY ALL"
    )


def _shown(cell: str) -> str:
    """SQL of a cell as it stands in the file, but never a formula, and without NUL."""
    return f"replace({inert_cell(cell)}, chr(0), '␀')"


def _heading_row(headings: Iterable[str]) -> bytes:
    row = io.StringIO()
    csv.writer(row, lineterminator="\n").writerow(inert(heading) for heading in headings)
    return row.getvalue().encode()
