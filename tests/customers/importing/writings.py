"""Ways to write tables down: as CSV in any dialect, as workbooks, as Parquet files."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import strategies as st
from openpyxl import Workbook

Cells = list[list[Any]]  # the headings, then the rows


@dataclass(frozen=True)
class Writing:
    """How the tables are written down."""

    container: str
    delimiter: str
    encoding: str
    line_end: str
    quoting: int
    day: str  # a format of strftime, or "serial"
    above: tuple[str, ...]  # lines above the headings
    heading: Callable[[str], str]
    reverse: bool  # the columns
    extra: bool  # a column that nobody knows
    blank: bool  # blank lines between the rows
    padded: bool  # spaces around cells
    split: bool = False  # customers and transactions in two parts each, not written alike


def plainly(heading: str) -> str:
    return heading


def spaced(heading: str) -> str:
    return f" {heading.replace('_', ' ').title()} "


def joined(heading: str) -> str:
    first, *others = heading.split("_")
    return first + "".join(word.title() for word in others)


WRITINGS = st.builds(
    Writing,
    container=st.sampled_from(
        ["folder", "zip", "gz", "packed zip", "workbook", "parquet", "mixed"]
    ),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1256", "cp1252"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    day=st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d %b %Y", "serial"]),
    above=st.sampled_from([(), ("",), ("Coupon report",), ("Report", "May 2024", "")]),
    heading=st.sampled_from([plainly, spaced, joined, str.upper]),
    reverse=st.booleans(),
    extra=st.booleans(),
    blank=st.booleans(),
    padded=st.booleans(),
    split=st.sampled_from([False, True, False]),
)


def text_of(value: Any, writing: Writing) -> str:
    if isinstance(value, date):
        if writing.day == "serial":
            return str((value - date(1899, 12, 30)).days)
        return value.strftime(writing.day)
    return f" {value} " if writing.padded and value else str(value)


def csv_bytes(cells: Cells, writing: Writing) -> bytes:
    text = io.StringIO()
    text.writelines(line + writing.line_end for line in writing.above)
    for row in cells:
        text.write(_line(row, writing))
        if writing.blank:
            text.write(writing.line_end)
    return text.getvalue().encode(writing.encoding)


def _line(row: list[Any], writing: Writing) -> str:
    line = io.StringIO()
    # With this line end both of its signs are quoted in a cell; Python leaves the other one bare.
    writer = csv.writer(
        line,
        delimiter=writing.delimiter,
        lineterminator="\r\n",
        quoting=writing.quoting,  # type: ignore[arg-type]
    )
    writer.writerow(row)
    return line.getvalue().removesuffix("\r\n") + writing.line_end


def write_sheets(path: Path, sheets: Mapping[str, Cells], writing: Writing) -> Path:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name.title())
        for line in writing.above:
            sheet.append([line])
        for cells in rows:
            sheet.append([cell if cell != "" else None for cell in cells])
            if writing.blank:
                sheet.append([])
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.data_type = "s"  # a text that looks like a formula
    workbook.save(path)
    return path


def write_parquet(path: Path, cells: Cells) -> None:
    headings, *rows = cells
    with duckdb.connect() as db:
        columns = ", ".join(f'"{heading}" VARCHAR' for heading in headings)
        db.execute(f"CREATE TABLE cells ({columns})")
        places = ", ".join("?" for _ in headings)
        db.executemany(f"INSERT INTO cells VALUES ({places})", rows)
        db.execute(f"COPY cells TO '{path}' (FORMAT parquet)")
