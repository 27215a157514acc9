"""The file of rejected rows, mended and given again."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from customers.exporting.rejects import rejects_workbook
from customers.importing.parts import NO_COLUMN, REJECT_COLUMNS
from customers.models import City, Customer, DataImport, Transaction
from tests.customers.importing.files import (
    BURN,
    good_tables,
    import_tables,
    import_text,
    outcomes,
    rejects_of,
    run_import,
    write_folder,
    write_workbook,
)
from tests.customers.importing.parts import broken_of, parts_of, rows_of


def rejects(**format: Any) -> bytes:
    delimiter = format.get("delimiter", ",")
    rows = [
        ["sheet", "line", "column", "value", "code", "reason", "city_id", "city_name", "value"],
        ["cities", "5", "city_name", "", "missing", '"a; b, c"', "1", "القاهرة", NO_COLUMN],
        ["'=x", "7", "v", "", "c", "r", NO_COLUMN, NO_COLUMN, "3.5"],
        ["cities", "9", "city_name", "", "missing", "r", "2", "بنها", NO_COLUMN],
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


def given_again(folder: Path, rejected: DataImport, old: str = "", new: str = "") -> DataImport:
    """Import the rejected rows of an import, once a text in them was mended."""
    assert rejected.rejects_path
    mended = rejected.rejects_path.read_text(encoding="utf-8-sig")
    assert old in mended
    path = folder / "mended.csv"
    path.write_text(mended.replace(old, new) if old else mended, newline="")
    return run_import(path)


@pytest.mark.django_db
def test_a_broken_row_that_is_not_mended_is_rejected_again_with_its_whole_text(
    folder: Path,
) -> None:
    broken = f'2,"{"long, " * 100}",x,y'
    done = import_text(folder, "cities", f"city_id,city_name\n1,\n{broken}\n")
    for again in range(2):
        done = given_again(folder, done, *([",1,\n", ",1,Cairo\n"] if not again else []))
        (reject,) = rejects_of(done)
        assert (reject["code"], reject["value"], reject["city_id"]) == ("broken_row", broken, "")
        assert "cells are still empty" in reject["reason"]
        assert outcomes(done, "cities")["rejected"] == 1
    done = given_again(folder, done, '.",,\n', '.",2,Giza\n')
    assert outcomes(done, "cities") == {"rows": 1, "created": 1}
    assert [city.name for city in City.objects.order_by("external_id")] == ["Cairo", "Giza"]


@pytest.mark.django_db
def test_a_broken_row_among_mended_rejects_has_no_number_in_front(folder: Path) -> None:
    path = folder / "rejects.csv"
    path.write_bytes(rejects() + b"\ncities,9,a,b,c,d,3,x,,y\n")
    (broken,) = broken_of(parts_of(path)[0])
    assert broken[2] == "3,x,y"


@pytest.mark.django_db
def test_a_column_that_is_empty_in_all_rejected_rows_of_a_sheet_is_still_its_own(
    folder: Path,
) -> None:
    import_text(folder, "customers", "customer_id,join_date,gender\n1,2024-05-31,f\n")
    tables = {
        "cities": [{"city_id": "1", "city_name": ""}],
        "customers": [{"customer_id": "1", "join_date": "", "gender": "robot"}],
    }
    done = run_import(write_folder(folder, tables))
    assert rejects_of(done)[1]["city_name"] == NO_COLUMN
    again = given_again(folder, done, "robot,", "m,")
    assert outcomes(again, "customers") == {"rows": 1, "rejected": 1}
    mended = given_again(folder, done, ",1,,robot", ",1,,m")
    assert outcomes(mended, "customers") == {"rows": 1, "updated": 1}
    assert Customer.objects.get().joined_on is None


MONTH_FIRST = """transaction_id,customer_id,claim_date,status,branch_id
1,1,05/13/2024,open,1
2,1,03/04/2024,lost,1
3,1,31/31/2024,open,1
"""


@pytest.mark.django_db
def test_days_among_rejects_are_read_alike_without_the_rows_that_said_how(folder: Path) -> None:
    places = {name: rows for name, rows in good_tables().items() if name != "transactions"}
    import_tables(folder, places)
    done = import_text(folder, "transactions", MONTH_FIRST)
    assert [(r["claim_date"], r["value"]) for r in rejects_of(done)] == [
        ("2024-03-04", "lost"),
        ("31/31/2024", "31/31/2024"),
    ]
    again = given_again(folder, done, ",lost,1\n", ",open,1\n")
    assert outcomes(again, "transactions") == {"rows": 2, "created": 1, "rejected": 1}
    assert Transaction.objects.get(external_id="2").claimed_on == date(2024, 3, 4)


@pytest.mark.django_db
def test_amounts_among_rejects_are_read_alike_without_the_rows_that_said_how(folder: Path) -> None:
    burns = [
        BURN | {"transaction_id": "1", "amount": "3,40"},
        BURN | {"transaction_id": "2", "amount": "1.250", "transaction_status": "lost"},
        BURN | {"transaction_id": "3", "amount": "-1.250"},
        BURN | {"transaction_id": "4", "amount": "much"},
    ]
    done = import_tables(folder, good_tables() | {"transactions": burns})
    assert [r["amount"] for r in rejects_of(done)] == ["1250.00", "'-1250.00", "much"]
    again = given_again(folder, done, "lost", "used")
    assert outcomes(again, "transactions") == {"rows": 3, "created": 1, "rejected": 2}
    assert Transaction.objects.get(external_id="2").amount == Decimal("1250")


@pytest.mark.django_db
def test_degrees_among_rejects_are_read_alike_whatever_mark_the_mended_cells_have(
    folder: Path,
) -> None:
    rows = 'city_id,city_name,latitude,longitude\n1,A,"30,125","x"\n2,B,"9,5","y"\n'
    done = import_text(folder, "cities", rows)
    assert [r["latitude"] for r in rejects_of(done)] == ["30.125000", "9.5"]
    given_again(folder, given_again(folder, done, ",x", ',"31,62"'), ",y", ',"31,62"')
    places = City.objects.order_by("external_id").values_list("latitude", "longitude")
    assert list(places) == [(30.125, 31.62), (9.5, 31.62)]


@pytest.mark.django_db
def test_rejects_may_be_mended_in_excel_without_losing_zeros(folder: Path) -> None:
    rows = "".join(f"{n:05},2024-0{n - 28}-01,{word}\n" for n, word in ((31, "Mrs"), (32, "=x")))
    done = import_text(folder, "customers", f"customer_id,join_date,gender\n{rows}")
    book = openpyxl.load_workbook(rejects_workbook(done.rejects_path))
    for row in (sheet := book.active).iter_rows():
        assert {cell.data_type for cell in row} == {"s"}
    assert [sheet[f"{column}2"].value for column in "BGHI"] == ["2", "00031", "2024-03-01", "Mrs"]
    sheet["I2"] = "f"
    book.save(folder / "mended.xlsx")
    again = run_import(folder / "mended.xlsx")
    assert outcomes(again, "customers") == {"rows": 2, "created": 1, "rejected": 1}
    assert (Customer.objects.get().external_id, Customer.objects.get().gender) == (
        "00031",
        "Female",
    )
    assert rejects_of(again)[0] | {"line": "3", "sheet": "customers"} == rejects_of(done)[1]


@pytest.mark.django_db
def test_rejects_that_one_sheet_does_not_hold_go_on_in_the_next(folder: Path) -> None:
    done = import_text(folder, "customers", "customer_id,gender\n1,x\n2,x\n3,x\n")
    with (folder / "rejects.xlsx").open("wb") as file:
        shutil.copyfileobj(rejects_workbook(done.rejects_path, sheet_rows=3), file)
    (folder / "customers.csv").unlink()
    again = run_import(folder)
    assert outcomes(again, "customers") == {"rows": 3, "rejected": 3}
    assert [r["customer_id"] for r in rejects_of(again)] == ["1", "2", "3"]


@pytest.mark.django_db
def test_whatever_a_cell_holds_it_can_be_written_to_a_workbook(folder: Path) -> None:
    cells = ["x" * 40_000, "<r>x", "\x00", "a\nb", "'=1+1", "http://x"]
    tables = {"cities": [{"city_id": str(n), "city_name": c} for n, c in enumerate(cells)]}
    tables["cities"] += [row | {"city_name": f"{row['city_name']}!"} for row in tables["cities"]]
    done = import_tables(folder, tables)
    (folder / "cities.csv").unlink()
    (folder / "rejects.xlsx").write_bytes(rejects_workbook(done.rejects_path).read())
    again = run_import(folder)
    assert again.tables["cities"]["rows"] == again.rejected == done.rejected
    names, before = ([r["city_name"][:99] for r in rejects_of(i)] for i in (again, done))
    assert [name.strip() for name in names] == before


@pytest.mark.django_db
def test_a_sheet_whose_name_is_damaged_is_named_so_that_it_can_be_shown(folder: Path) -> None:
    row = "5,city_id,,missing,r,{},Cairo"
    rows = [",".join(REJECT_COLUMNS) + ",city_id,city_name"]
    rows += [f"caf\udce9,{row.format('')}", f"ci\0ties,{row.format('1')}"]
    path = folder / "rejected-rows.csv"
    path.write_bytes("\n".join(rows).encode("utf-8", "surrogateescape") + "قهوة".encode())
    done = run_import(path)
    done.refresh_from_db()
    assert [part["name"] for part in done.parts] == ["caf\ufffd", "ci␀ties"]
    assert outcomes(done, "cities") == {"rows": 2, "created": 1, "rejected": 1}
    assert [r["sheet"] for r in rejects_of(done)] == ["caf\ufffd"]


@pytest.mark.django_db
def test_a_refusal_that_quotes_damaged_text_is_kept(folder: Path) -> None:
    path = folder / "rejected-rows.csv"
    text = ",".join(REJECT_COLUMNS) + ",\ncaf\udce9,2,a,,b,c,\n"
    path.write_bytes(text.encode("utf-8", "surrogateescape") + "قهوة".encode())
    done = run_import(path)
    done.refresh_from_db()
    assert (done.status, "caf" in done.error) == (DataImport.Status.REJECTED, True)
