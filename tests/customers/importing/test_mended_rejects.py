"""The file of rejected rows, mended and given again."""

from pathlib import Path
from typing import Any

import pytest

from tests.customers.importing.files import write_workbook
from tests.customers.importing.parts import broken_of, parts_of, rows_of


def rejects(**format: Any) -> bytes:
    delimiter = format.get("delimiter", ",")
    rows = [
        ["sheet", "line", "column", "value", "code", "reason", "city_id", "city_name", "value"],
        ["cities", "5", "city_name", "", "missing", '"a; b, c"', "1", "القاهرة", ""],
        ["'=x", "7", "v", "", "c", "r", "", "", "3.5"],
        ["cities", "9", "city_name", "", "missing", "r", "2", "بنها", ""],
    ]
    return "\n".join(delimiter.join(row) for row in rows).encode(format.get("encoding", "utf-8"))


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1256", "utf-16"])
def test_mended_rejects_become_their_sheets_again(
    folder: Path, delimiter: str, encoding: str
) -> None:
    path = folder / "rejected-rows.csv"
    path.write_bytes(rejects(delimiter=delimiter, encoding=encoding))
    cities, other = parts_of(path)
    assert (cities.name, cities.headings, cities.numbered) == (
        "cities",
        ("city_id", "city_name"),
        True,
    )
    assert rows_of(cities) == [(2, "1", "القاهرة"), (4, "2", "بنها")]
    assert (other.name, other.headings, rows_of(other)) == ("=x", ("value",), [(3, "3.5")])


def test_mended_rejects_may_come_back_in_a_workbook(folder: Path) -> None:
    text = rejects(delimiter=";").decode().replace('"a; b, c"', "r")
    rows = [row.split(";") for row in text.split("\n")]
    first, _ = parts_of(write_workbook(folder / "book.xlsx", {"rejected-rows": rows}))
    assert rows_of(first) == [(2, "1", "القاهرة"), (4, "2", "بنها")]


def test_broken_rows_among_mended_rejects_are_broken_again(folder: Path) -> None:
    path = folder / "rejects.csv"
    path.write_bytes(rejects() + b"\ncities,9,a,b,c,d,3\ncities,9,a,b,c,d,3,x,,y\n")
    assert [row[:2] for row in broken_of(parts_of(path)[0])] == [
        (5, "MISSING COLUMNS"),
        (6, "TOO MANY COLUMNS"),
    ]
