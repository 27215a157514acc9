"""The sheets of a workbook and the rows of a Parquet file, cell by cell."""

from pathlib import Path

import pytest
from openpyxl import Workbook
from pytest_django import Settings

from customers.importing.unreadable import UnreadableSource
from tests.customers.importing.files import write_raw_workbook, write_workbook
from tests.customers.importing.parts import parts_of, rows_of, write_parquet


def test_all_visible_sheets_are_read_with_their_own_lines(folder: Path) -> None:
    workbook = Workbook()
    workbook.active.title = "Report"
    headings = ["city_id", "city_name", "foo"]
    for row in (["May 2024"], [], headings, [1, "Cairo"], [], [2, "Giza", 7]):
        workbook.active.append(row)
    workbook.create_sheet("hidden").append(["city_id"])
    workbook["hidden"].sheet_state = "hidden"
    workbook.create_sheet("Empty")
    workbook.create_sheet("Other").append(["a", "b"])
    workbook.save(folder / "book.xlsx")
    first, second = parts_of(folder / "book.xlsx")
    assert (first.name, first.label, second.name) == ("Report", "sheet Report", "Other")
    assert (first.format.kind, first.format.heading_line) == ("workbook", 3)
    assert rows_of(first) == [(4, "1", "Cairo", None), (6, "2", "Giza", "7")]
    assert rows_of(second) == []


def test_a_workbook_of_empty_sheets_is_refused(folder: Path) -> None:
    with pytest.raises(UnreadableSource, match="no table"):
        parts_of(write_workbook(folder / "book.xlsx", {"cities": [[]]}))


def test_cells_with_an_error_are_what_people_see(folder: Path) -> None:
    headings = '<c r="A1" t="str"><v>city_id</v></c><c r="B1" t="str"><v>foo</v></c>'
    cells = '<c r="A2" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B2"><f>1+1</f><v>2</v></c>'
    rows = f'<row r="1">{headings}</row><row r="2">{cells}</row>'
    (part,) = parts_of(write_raw_workbook(folder / "book.xlsx", rows))
    assert rows_of(part) == [(2, "#DIV/0!", "2")]


def test_a_carriage_return_in_a_cell_of_a_workbook_stays_in_it(folder: Path) -> None:
    cells = [f'<row><c t="str"><v>{text}</v></c></row>' for text in ("city_id", "a&#13;b", "c")]
    (part,) = parts_of(write_raw_workbook(folder / "book.xlsx", "".join(cells)))
    assert rows_of(part) == [(2, "a\rb"), (3, "c")]


def test_rows_of_a_workbook_may_stand_in_any_order(folder: Path) -> None:
    rows = [f'<row r="{n}"><c r="A{n}" t="str"><v>city_{n}</v></c></row>' for n in (5, 1, 3)]
    (part,) = parts_of(write_raw_workbook(folder / "book.xlsx", "".join(rows)))
    assert rows_of(part) == [(3, "city_3"), (5, "city_5")]


def test_a_workbook_that_would_fill_the_disk_is_refused(folder: Path, settings: Settings) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 1
    cell = '<row><c t="s"><v>0</v></c></row>'
    path = write_raw_workbook(folder / "book.xlsx", cell * 300, shared="x" * 100_000)
    with pytest.raises(UnreadableSource, match="too much text"):
        parts_of(path)


def test_cells_of_parquet_are_written_as_people_write_them(folder: Path) -> None:
    query = (
        "SELECT 7::DOUBLE AS id, 1.5 AS amount, DATE '2024-05-31' AS day,"
        " TIMESTAMP '2024-05-31 22:15:00' AS at, true AS yes, NULL::VARCHAR AS nothing,"
        " [1, 2] AS list, '007' AS code, 'x'::BLOB AS bytes"
    )
    (part,) = parts_of(write_parquet(folder / "list.parquet", query))
    assert part.headings[:2] == ("id", "amount")
    (row,) = rows_of(part)
    assert row == (
        *(2, "7", "1.5", "2024-05-31", "2024-05-31 22:15:00", "true", None),
        *("[1, 2]", "007", "x"),
    )


def test_large_whole_numbers_of_parquet_stay_whole(folder: Path) -> None:
    numbers = ["1000000000000001", "-9007199254740992", "100000000000000000000", "7"]
    cells = ", ".join(f"({number}::DOUBLE)" for number in numbers)
    query = f"SELECT id AS customer_id FROM (VALUES {cells}, ('inf'::DOUBLE)) t(id)"
    (part,) = parts_of(write_parquet(folder / "list.parquet", query))
    assert [row[1] for row in rows_of(part)] == [*numbers, "inf"]


def test_rows_of_parquet_keep_their_order(folder: Path) -> None:
    query = "SELECT range AS city_id, 'a\nb' AS \"1\" FROM range(300000)"
    (part,) = parts_of(write_parquet(folder / "list.parquet", query))
    assert part.headings == ("city_id", "1")
    assert all(row[0] == int(row[1]) + 2 for row in rows_of(part))


def test_parquet_that_would_fill_the_disk_is_refused(folder: Path, settings: Settings) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 1
    path = write_parquet(folder / "x.parquet", "SELECT repeat('x', 1000) AS a FROM range(100000)")
    assert path.stat().st_size < 1 << 20
    with pytest.raises(UnreadableSource, match="holds too much"):
        parts_of(path)


def test_parquet_with_its_end_cut_off_is_refused(folder: Path) -> None:
    path = write_parquet(folder / "x.parquet", "SELECT range AS a FROM range(10000)")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(UnreadableSource, match="Parquet file can't be read"):
        parts_of(path)
