"""Reading the parts of a source as the import does, for tests of nothing but that."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from customers.duck import open_duckdb
from customers.importing.csv_files import read_part
from customers.importing.parts import Correction, Part
from customers.importing.sources import find_parts

Rows = list[tuple[Any, ...]]


def parts_of(source: Path, **corrections: Correction) -> list[Part]:
    work = source.parent / "work"
    work.mkdir()
    return find_parts(source, work, corrections)


def part_of_text(folder: Path, text: str | bytes, **correction: Any) -> Part:
    """The one part of a CSV file with this text."""
    path = folder / "list.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (part,) = parts_of(path, list=Correction(**correction))
    return part


@contextmanager
def read(part: Part) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with the rows of a part as records_0 and broken_0."""
    with open_duckdb(spill=part.path.parent / "spilled") as db:
        counted = read_part(db, part, "0")
        assert counted == len(all_rows(db, "records_0")) + len(all_rows(db, "broken_0"))
        yield db


def all_rows(db: duckdb.DuckDBPyConnection, table: str) -> Rows:
    return db.execute(f"SELECT * FROM {table} ORDER BY line").fetchall()


def rows_of(part: Part) -> Rows:
    """The rows of a part, each after its line."""
    with read(part) as db:
        assert not all_rows(db, "broken_0")
        return all_rows(db, "records_0")


def broken_of(part: Part) -> Rows:
    with read(part) as db:
        return all_rows(db, "broken_0")


def rows_of_text(folder: Path, text: str | bytes, **correction: Any) -> Rows:
    return rows_of(part_of_text(folder, text, **correction))


def write_parquet(path: Path, query: str) -> Path:
    duckdb.sql(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path
