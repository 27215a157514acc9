"""Good files written in any way, with any faults in them, and what must come of each."""

import csv
import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import strategies as st
from openpyxl import Workbook

from tests.customers.importing.files import write_zip

Row = dict[str, Any]
Tables = dict[str, list[Row]]
DAY = date(2024, 3, 15)  # its day is past the twelfth, so that the order of day and month is sure

GOOD: Tables = {
    "cities": [
        {"city_id": "01", "city_name": "Cairo", "latitude": "30.0444", "longitude": "31.2357"},
        {"city_id": "02", "city_name": "بنها", "latitude": "", "longitude": ""},
    ],
    "merchants": [
        {"merchant_id": "m1", "merchant_name": "Nile, Books & Co"},
        {"merchant_id": "m2", "merchant_name": "O'Brien; Sons"},
    ],
    "branches": [
        {"branch_id": "b1", "branch_name": "Downtown", "merchant_id": "m1", "city_id": "01"},
        {"branch_id": "b2", "branch_name": "", "merchant_id": "m2", "city_id": ""},
    ],
    "customers": [
        {"customer_id": f"00{n}", "join_date": DAY - timedelta(days=40 * n), "city_id": "01"}
        | {"gender": ("Female", "Male", "")[n % 3], "accepts_marketing": ("yes", "no")[n % 2]}
        for n in range(5)
    ],
    "transactions": [
        {"transaction_id": f"t{n}", "customer_id": f"00{n % 5}", "transaction_date": DAY}
        | {"transaction_status": ("subscribed", "burned")[n % 2], "coupon_name": f"ربيع {n}"}
        | {"burn_date": DAY + timedelta(days=n) if n % 2 else "", "branch_id": f"b{1 + n % 2}"}
        | {"amount": "12.5" if n % 2 else ""}
        for n in range(6)
    ],
}


# What is written instead where an encoding has no Arabic letters.
WESTERN = {"بنها": "Besançon", "ربيع": "Été"}
OTHER_ORDER = {"%d/%m/%Y": "%m/%d/%Y", "%m/%d/%Y": "%d.%m.%Y", "%d.%m.%Y": "%m/%d/%Y"}
CELLS = "cells"  # how many cells a broken row has too many, or too few


@dataclass(frozen=True, eq=False)
class Fault:
    """A change to a good row that gets it rejected, or makes it a repeat."""

    table: str
    change: Row
    code: str  # of the reject; "repeat" where the row counts as unchanged
    column: str = ""


def fault(table: str, column: str, value: Any, code: str, **more: Any) -> Fault:
    return Fault(table, {column: value, **more}, code, column)


def broken(table: str, cells: int) -> Fault:
    """A row that has so many cells too many, or too few; only CSV files have such rows."""
    return Fault(table, {CELLS: cells}, "broken_row")


FAULTS = (
    fault("cities", "city_name", "", "missing"),
    fault("cities", "latitude", "91", "out_of_range", longitude="1"),
    fault("cities", "longitude", "x", "not_a_number", latitude="1"),
    fault("cities", "latitude", "1", "half_coordinates", longitude=""),
    fault("merchants", "merchant_name", "n" * 201, "too_long"),
    fault("merchants", "merchant_id", "", "missing"),
    fault("branches", "merchant_id", "m9", "unknown_reference"),
    fault("branches", "merchant_id", "", "missing"),
    fault("branches", "city_id", "1", "unknown_reference"),
    fault("customers", "customer_id", "", "missing"),
    fault("customers", "customer_id", "c" * 65, "too_long"),
    fault("customers", "join_date", "soon", "not_a_date"),
    fault("customers", "join_date", date(1989, 12, 31), "implausible_day"),
    fault("customers", "join_date", date(2999, 12, 31), "implausible_day"),
    fault("customers", "customer_id", "c\u00ad1", "control_character"),
    fault("customers", "gender", "unsure", "unknown_gender"),
    fault("customers", "accepts_marketing", "perhaps", "unknown_accepts_marketing"),
    fault("customers", "city_id", "=1+1", "unknown_reference"),
    fault("transactions", "customer_id", "0", "unknown_reference"),
    fault("transactions", "branch_id", "b 1", "unknown_reference"),
    fault("transactions", "transaction_status", "lost", "unknown_status", burn_date=""),
    fault("transactions", "transaction_date", "", "missing"),
    fault("transactions", "transaction_id", "t\n9", "control_character"),
    fault("transactions", "transaction_date", date(1989, 12, 31), "implausible_day"),
    fault("transactions", "transaction_date", date(2999, 12, 31), "implausible_day"),
    fault(
        "transactions",
        "burn_date",
        date(1989, 12, 31),
        "implausible_day",
        transaction_status="used",
    ),
    fault(
        "transactions",
        "burn_date",
        date(2999, 12, 31),
        "implausible_day",
        transaction_status="used",
    ),
    fault("transactions", "burn_date", "", "burn_date_missing", transaction_status="used"),
    fault("transactions", "burn_date", DAY, "burn_date_unexpected", transaction_status="open"),
    fault(
        "transactions",
        "burn_date",
        DAY - timedelta(days=1),
        "burnt_before_claimed",
        transaction_status="burnt",
    ),
    fault("transactions", "amount", "-0.01", "negative"),
    fault("transactions", "amount", "twelve", "not_a_number"),
    fault("transactions", "amount", "99999999999", "not_a_number"),
    fault("transactions", "coupon_name", "two\nlines", "control_character"),
    fault("transactions", "coupon_name", "different", "contradicts", transaction_id="t0"),
    broken("cities", 1),
    broken("customers", -1),
    broken("customers", 2),
    broken("transactions", 1),
    broken("transactions", -2),
    Fault("customers", {"customer_id": "000"}, "repeat"),
    Fault("merchants", {"merchant_id": "m1"}, "repeat"),
)


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
    split=st.booleans(),
)


@dataclass(frozen=True)
class Variant:
    """Files, and what must come of their rows."""

    writing: Writing
    drawn: tuple[Fault, ...]

    @property
    def faults(self) -> list[Fault]:
        """Those that the files can hold."""
        return [one for one in self.drawn if CELLS not in one.change or self._is_csv(one.table)]

    def word(self, text: str) -> str:
        """A text of the good rows as it is written."""
        if self.writing.encoding == "cp1252":
            for arabic, western in WESTERN.items():
                text = text.replace(arabic, western)
        return text

    @property
    def tables(self) -> Tables:
        """The good rows with the faulty ones among them, each with an id of its own."""
        tables = {name: list(rows) for name, rows in GOOD.items()}
        for number, one in enumerate(self.faults):
            rows, key = tables[one.table], next(iter(GOOD[one.table][0]))
            row = rows[0] | {key: f"f{number}"} | one.change
            rows.insert(1 + number % len(rows), row)
        return tables

    def _is_csv(self, table: str) -> bool:
        if self.writing.container == "mixed":
            return table == "transactions"
        return self.writing.container not in ("workbook", "parquet")

    @property
    def parts(self) -> dict[str, tuple[str, list[Row], Writing]]:
        """The parts that the tables are written to: the table, its rows and how, by name."""
        found = {}
        for table, rows in self.tables.items():
            if not (self.writing.split and table in ("customers", "transactions")):
                found[table] = table, rows, self.writing
                continue
            day = OTHER_ORDER.get(self.writing.day, self.writing.day)
            unlike = replace(self.writing, day=day, reverse=not self.writing.reverse)
            half = len(rows) // 2
            found[f"{table}_1"] = table, rows[:half], self.writing
            found[f"{table}_2"] = table, rows[half:], unlike
        return found

    def expected(self, table: str) -> dict[str, int]:
        codes = [one.code for one in self.faults if one.table == table]
        repeats, contradicted = codes.count("repeat"), codes.count("contradicts")
        return {
            "rows": len(GOOD[table]) + len(codes),
            "created": len(GOOD[table]) - contradicted,
            "updated": 0,
            "unchanged": repeats,
            "rejected": len(codes) - repeats + contradicted,
        }

    def rejects(self) -> list[tuple[str, str]]:
        """(table, code) of every rejected row; one that is contradicted goes with the other."""
        found = [(one.table, one.code) for one in self.faults if one.code != "repeat"]
        return sorted(found + [one for one in found if one[1] == "contradicts"])

    def write(self, folder: Path) -> Path:
        """Write it into the folder: what is to be imported."""
        names = list(self.parts)
        match self.writing.container:
            case "workbook":
                return self._workbook(folder / "book.xlsx", names)
            case "zip" | "packed zip":
                packed = self.writing.container == "packed zip"
                files = {n: self._csv(n) for n in names}
                return write_zip(
                    folder / "files.zip",
                    {
                        f"{n}.csv{'.gz' if packed else ''}": gzip.compress(c) if packed else c
                        for n, c in files.items()
                    },
                )
            case "gz":
                for name in names:
                    (folder / f"{name}.csv.gz").write_bytes(gzip.compress(self._csv(name)))
            case "mixed":
                self._workbook(folder / "places.xlsx", names[:3])
                for name in names[3:]:
                    self._file(folder, name)
            case _:
                for name in names:
                    self._file(folder, name)
        return folder

    def _file(self, folder: Path, part: str) -> None:
        if self._is_csv(self.parts[part][0]):
            (folder / f"{part}.csv").write_bytes(self._csv(part))
        else:
            self._parquet(folder / f"{part}.parquet", part)

    def _cells(self, part: str, *, typed: bool = False) -> list[list[Any]]:
        """The headings and the rows."""
        table, rows, writing = self.parts[part]
        names = list(GOOD[table][0])[:: -1 if writing.reverse else 1]
        extra = ["Shoe size"] if writing.extra else []
        cells = [[*(writing.heading(name) for name in names), *extra]]
        for row in rows:
            values = [self.word(v) if isinstance(v, str) else v for v in (row[n] for n in names)]
            shown = values if typed else [_text(value, writing) for value in values]
            shown += ["42"] if extra else []
            more = row.get(CELLS, 0)
            cells.append(shown[:more] if more < 0 else shown + ["x"] * more)
        return cells

    def _csv(self, part: str) -> bytes:
        text = io.StringIO()
        writing = self.writing
        text.writelines(line + writing.line_end for line in writing.above)
        # Python leaves a line feed bare where rows end with another sign.
        quoting = csv.QUOTE_ALL if writing.line_end == "\r" else writing.quoting
        writer = csv.writer(
            text,
            delimiter=writing.delimiter,
            lineterminator=writing.line_end,
            quoting=quoting,  # type: ignore[arg-type]
        )
        for cells in self._cells(part):
            writer.writerow(cells)
            if writing.blank:
                text.write(writing.line_end)
        return text.getvalue().encode(writing.encoding)

    def _workbook(self, path: Path, names: list[str]) -> Path:
        workbook = Workbook()
        workbook.remove(workbook.active)
        for name in names:
            sheet = workbook.create_sheet(name.title())
            for line in self.writing.above:
                sheet.append([line])
            for cells in self._cells(name, typed=True):
                sheet.append([cell if cell != "" else None for cell in cells])
                if self.writing.blank:
                    sheet.append([])
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        cell.data_type = "s"  # a text that looks like a formula
        workbook.save(path)
        return path

    def _parquet(self, path: Path, part: str) -> None:
        headings, *rows = self._cells(part)
        with duckdb.connect() as db:
            columns = ", ".join(f'"{heading}" VARCHAR' for heading in headings)
            db.execute(f"CREATE TABLE cells ({columns})")
            places = ", ".join("?" for _ in headings)
            db.executemany(f"INSERT INTO cells VALUES ({places})", rows)
            db.execute(f"COPY cells TO '{path}' (FORMAT parquet)")


def _text(value: Any, writing: Writing) -> str:
    if isinstance(value, date):
        if writing.day == "serial":
            return str((value - date(1899, 12, 30)).days)
        return value.strftime(writing.day)
    return f" {value} " if writing.padded and value else str(value)


VARIANTS = st.builds(
    Variant, WRITINGS, st.lists(st.sampled_from(FAULTS), max_size=5, unique=True).map(tuple)
)
