"""Bringing a source into DuckDB, every cell as the text that stands in the file.

A line is what a person sees in the file: the headings are line 1. In a CSV file a record that
goes over several lines counts as one, and blank lines are not counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from customers.importing.csv_files import read_csv_file
from customers.importing.headings import read_headings
from customers.importing.sources import SheetFile, find_sheets
from customers.importing.sql import scalar
from customers.importing.tables import GENDERS, SHEETS, Sheet
from customers.importing.unreadable import UnreadableSource


@dataclass(frozen=True)
class RawSheet:
    """A sheet that was read: the view `raw_<name>` with `line` and the columns of the file."""

    label: str  # what people call it: sheet customers, file customers.csv
    headings: Mapping[str, str]  # the columns it has: as they are written in the file
    rows: int  # with the broken ones, without the blank ones


def read_source(db: duckdb.DuckDBPyConnection, source: Path, folder: Path) -> dict[str, RawSheet]:
    """Read the known sheets of a workbook, a folder or a zip, unpacked into the folder.

    Gives {name: sheet}, with the cells in `raw_<name>` and the rows that can't be told apart into
    cells in `broken_<name>`. Raises UnreadableSource when nothing can be loaded from the source.
    """
    files = find_sheets(source, folder)
    raw = {name: _read_sheet(db, SHEETS[name], file) for name, file in files.items()}
    _check_genders(raw)
    return raw


def _read_sheet(db: duckdb.DuckDBPyConnection, sheet: Sheet, file: SheetFile) -> RawSheet:
    headings = read_headings(file, sheet)
    read_csv_file(db, sheet.name, file, headings)
    columns = ", ".join(f'r."{name}"' for name in headings.positions)
    source = f"records_{sheet.name} r"
    line = "r.line" if file.numbered else _number_lines(db, sheet.name)
    if not file.numbered:
        source += f" ASOF LEFT JOIN skipped_{sheet.name} s ON r.rowid + 2 >= s.threshold"
    db.execute(
        f"CREATE VIEW raw_{sheet.name} AS SELECT {line} AS line, {columns}"
        f" FROM {source} WHERE NOT r.blank"
    )
    return RawSheet(file.label, headings.as_written, _rows(db, sheet.name))


def _number_lines(db: duckdb.DuckDBPyConnection, name: str) -> str:
    """The line of a record in SQL: its place among the records, after the broken ones before it."""
    # The n-th broken row stands before every record that would have its line or a later one if
    # only the n - 1 before it were counted.
    db.execute(
        f"CREATE TABLE skipped_{name} AS SELECT threshold, max(broken) AS broken FROM ("
        " SELECT row_number() OVER (ORDER BY line) AS broken, line - broken + 1 AS threshold"
        f" FROM broken_{name}) GROUP BY threshold"
    )
    return "r.rowid + 2 + coalesce(s.broken, 0)"


def _rows(db: duckdb.DuckDBPyConnection, name: str) -> int:
    read = scalar(db, f"SELECT count(*) FROM records_{name} WHERE NOT blank")
    return read + scalar(db, f"SELECT count(*) FROM broken_{name}")


def _check_genders(raw: Mapping[str, RawSheet]) -> None:
    customers = raw.get("customers")
    if customers and "gender_id" in customers.headings and GENDERS.name not in raw:
        raise UnreadableSource(
            f"The {customers.label} has gender_id, but there is no table genders to look it up."
            " Add it, or give the gender itself in a column gender."
        )
