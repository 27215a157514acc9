"""The rows that could not be loaded, and the file in which people mend them."""

import codecs
import csv
import io
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from customers.duck import literal
from customers.formulas import inert, inert_cell
from customers.importing.csv_files import MOST_KEPT
from customers.importing.parts import NO_COLUMN, REJECT_COLUMNS, Part
from customers.importing.read import LINE, LINES, RawSheet
from customers.importing.sql import scalar
from customers.importing.tables import SHEETS

MOST_SHOWN = 1000  # characters of the value at fault; the row's own cells are whole
MOST_REASONS, MOST_EXAMPLES = 30, 5
REJECTS_FILE = "rejected-rows.csv"


def create_rejects(db: duckdb.DuckDBPyConnection) -> None:
    """Make the table `rejects`, a row for each fault of a row; `position` is their order in it."""
    db.execute(
        'CREATE TABLE rejects(sheet VARCHAR, line BIGINT, position INTEGER, "column" VARCHAR,'
        " value VARCHAR, code VARCHAR, reason VARCHAR)"
    )


def add_rejects(db: duckdb.DuckDBPyConnection, sheet: str, query: str) -> None:
    """Add what a query gives: line, position, column, value, code, reason."""
    db.execute(f"INSERT INTO rejects SELECT {literal(sheet)}, * FROM ({query})")


def rejected_rows(db: duckdb.DuckDBPyConnection, sheet: str) -> int:
    """How many rows of a sheet are rejected, whatever the number of their faults."""
    return scalar(db, f"SELECT count(DISTINCT line) FROM rejects WHERE sheet = {literal(sheet)}")


def reasons(
    db: duckdb.DuckDBPyConnection, parts: Sequence[Part], raw: Mapping[str, RawSheet]
) -> list[dict[str, Any]]:
    """Why rows are rejected, the most frequent reasons first, with their first lines.

    Each is {table, part, column, code, reason, rows, examples: [{line, value}]}.
    """
    found = db.execute(
        f"""
        SELECT sheet, line // {LINES}, "column", code, arg_min(reason, line), count(*),
            arg_min({{line: {LINE}, value: left(value, {MOST_SHOWN // 10})}}, line, {MOST_EXAMPLES})
        FROM rejects GROUP BY 1, 2, 3, 4 ORDER BY count(*) DESC, min(line) LIMIT {MOST_REASONS}
        """
    ).fetchall()
    return [
        {
            "table": sheet,
            "part": parts[number].name,
            "column": column,
            "code": code,
            "reason": reason,
            "rows": rows,
            "examples": [
                {"line": e["line"], "value": e["value"] and e["value"].replace("\0", "␀")}
                for e in lines
            ],
        }
        for sheet, number, column, code, reason, rows, lines in found
    ]


def write_rejects(
    db: duckdb.DuckDBPyConnection,
    folder: Path,
    parts: Sequence[Part],
    raw: Mapping[str, RawSheet],
) -> str:
    """Write the rejects to a CSV file in the folder, one line per rejected row: the file's name.

    Without rejects there is no file and the name is empty.

    Columns: sheet, line, column, value and code of the first fault, reason with all of them; then
    the row as it stands in the source, under its own headings. A row that could not be told apart
    into cells is whole in the value, and its cells are empty.
    """
    numbers = [n for name, sheet in raw.items() if rejected_rows(db, name) for n in sheet.parts]
    if not numbers:
        return ""
    headings = list(dict.fromkeys(h for n in numbers for h in parts[n].headings))
    rows = " UNION ALL ".join(
        _rows_of_part(name, n, parts[n], headings)
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


def _rows_of_part(sheet: str, number: int, part: Part, headings: Iterable[str]) -> str:
    """A query of a part's rejected rows, with a mark under the headings that it does not have."""
    positions = {heading: position for position, heading in enumerate(part.headings)}
    cells = ", ".join(
        f"{_shown(f'p.c{positions[h]}') if h in positions else literal(NO_COLUMN)} AS h{n}"
        for n, h in enumerate(headings)
    )
    first = {name: f'arg_min("{name}", position)' for name in ("column", "value", "code")}
    most = f"if({first['code']} = 'broken_row', {MOST_KEPT}, {MOST_SHOWN})"
    value = f"left({first['value']}, {most})"
    # A row with several faults has one column in front; each of its reasons names its own.
    named = """coalesce("column" || ': ', '') || reason"""
    reasons = f"if(count(*) > 1, string_agg({named}, ' ' ORDER BY position), any_value(reason))"
    return (
        f"SELECT {list(SHEETS).index(sheet)} AS rank, f.row,"
        f" {literal(inert(part.name))} AS sheet, f.line, {_shown('f.column')},"
        f" {_shown('f.value')}, f.code, {_shown('f.reason')}, {cells}"
        f" FROM (SELECT line AS row, {LINE} AS line, {first['column']} AS column,"
        f"  {value} AS value, {first['code']} AS code, {reasons} AS reason FROM rejects"
        f"  WHERE sheet = {literal(sheet)} AND line // {LINES} = {number} GROUP BY ALL) f"
        f" LEFT JOIN records_{number} p ON p.line = f.line"
    )


def _shown(cell: str) -> str:
    """SQL of a cell as it stands in the file, but never a formula, and without NUL."""
    return f"replace({inert_cell(cell)}, chr(0), '␀')"


def _heading_row(headings: Iterable[str]) -> bytes:
    row = io.StringIO()
    csv.writer(row, lineterminator="\n").writerow(inert(heading) for heading in headings)
    return row.getvalue().encode()
