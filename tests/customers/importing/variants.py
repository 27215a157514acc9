"""Good files written in any way, with any faults in them, and what must come of each."""

import gzip
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.customers.importing.files import write_zip
from tests.customers.importing.writings import (
    WRITINGS,
    Writing,
    csv_bytes,
    text_of,
    write_parquet,
    write_sheets,
)

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
            write_parquet(folder / f"{part}.parquet", self._cells(part))

    def _cells(self, part: str, *, typed: bool = False) -> list[list[Any]]:
        """The headings and the rows."""
        table, rows, writing = self.parts[part]
        names = list(GOOD[table][0])[:: -1 if writing.reverse else 1]
        extra = ["Shoe size"] if writing.extra else []
        cells = [[*(writing.heading(name) for name in names), *extra]]
        for row in rows:
            values = [self.word(v) if isinstance(v, str) else v for v in (row[n] for n in names)]
            shown = values if typed else [text_of(value, writing) for value in values]
            shown += ["42"] if extra else []
            more = row.get(CELLS, 0)
            cells.append(shown[:more] if more < 0 else shown + ["x"] * more)
        return cells

    def _csv(self, part: str) -> bytes:
        return csv_bytes(self._cells(part), self.parts[part][2])

    def _workbook(self, path: Path, parts: list[str]) -> Path:
        sheets = {part: self._cells(part, typed=True) for part in parts}
        return write_sheets(path, sheets, self.writing)


VARIANTS = st.builds(
    Variant, WRITINGS, st.lists(st.sampled_from(FAULTS), max_size=5, unique=True).map(tuple)
)
