"""Sources of which nothing can be loaded: one sentence each, and nothing left behind."""

import csv
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from pytest_django import Settings

from customers.importing.archives import Budget
from customers.importing.workbooks import ReaderBroken, sheets_as_csv
from customers.models import City, DataImport
from tests.customers.importing.files import (
    CUSTOMER,
    import_tables,
    import_text,
    rejects_of,
    run_import,
    write_raw_workbook,
    write_workbook,
    write_zip,
)

pytestmark = pytest.mark.django_db
CITIES = "city_id,city_name\n1,Cairo\n"
FIRST = '<c r="A1" t="str"><v>city_id</v></c>'
NOISE = bytes(range(256)) * 40


def refused(done: DataImport, *words: str) -> bool:
    """One sentence with these words, and neither rows nor files."""
    assert done.status == "rejected"
    assert not done.folder.exists()
    assert not City.objects.exists()
    assert "Traceback" not in done.error
    return all(word in done.error for word in words)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("book.xlsx", b"", "empty"),
        ("book.xlsx", NOISE, "neither a workbook"),
        ("book.xlsx", b"<!DOCTYPE html><html></html>", "web page"),
        ("book.xls", b"\xd0\xcf\x11\xe0" + NOISE, "old .xls"),
        ("book.xlsx", b"PK\x03\x04" + NOISE, "damaged"),
    ],
)
def test_what_is_no_workbook_is_refused(
    folder: Path, name: str, content: bytes, words: str
) -> None:
    (folder / name).write_bytes(content)
    assert refused(run_import(folder / name), words)


def test_a_path_that_is_not_there_is_refused(folder: Path) -> None:
    assert refused(run_import(folder / "gone.xlsx"), "no file or folder gone.xlsx")


def test_a_folder_without_tables_is_refused(folder: Path) -> None:
    assert refused(run_import(folder), "no table")


def test_a_workbook_with_other_sheets_is_refused(folder: Path) -> None:
    path = write_workbook(folder / "book.xlsx", {"Sheet1": [["a"], [1]]})
    assert refused(run_import(path), "None of the tables")


def test_a_workbook_cut_short_is_refused(folder: Path) -> None:
    path = write_workbook(folder / "book.xlsx", {"cities": [["city_id", "city_name"], [1, "x"]]})
    path.write_bytes(path.read_bytes()[:-400])
    assert refused(run_import(path), "damaged")


def test_a_sheet_that_reaches_far_beyond_its_data_is_refused(folder: Path) -> None:
    rows = [["city_id", "city_name"], *[[] for _ in range(1400)], [None] * 16_000 + ["x"]]
    path = write_workbook(folder / "book.xlsx", {"cities": rows})
    assert refused(run_import(path), "reaches far beyond its data")


@pytest.mark.parametrize(
    "rows",
    [
        f'<row r="1">{FIRST}</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        f'<row r="1">{FIRST}</row><row r="1048576">' + "<c><v>1</v></c>" * 16384 + "</row>",
        "<row>" + "<c><v>1</v></c>" * 16384 + "</row>" + "<row><c><v>1</v></c></row>" * 1300,
        f"<row>{FIRST}</row>" + '<row><c t="s"><v>0</v></c></row>' * 30_000,
    ],
    ids=["first and last", "last only", "columns unsaid", "positions unsaid", "one long text"],
)
@pytest.mark.parametrize("dimension", ["", '<dimension ref="A1:B2"/>'])
def test_a_workbook_that_would_fill_the_memory_is_refused(
    folder: Path, rows: str, dimension: str
) -> None:
    path = folder / "book.xlsx"
    write_raw_workbook(path, rows, before=dimension, shared="x" * 100_000)
    assert path.stat().st_size < 20_000
    assert refused(run_import(path), "reaches far beyond its data")


def test_a_workbook_that_would_fill_the_disk_is_refused(folder: Path, settings: Settings) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 1
    rows = f"<row>{FIRST}</row>" + '<row><c t="s"><v>0</v></c></row>' * 300
    path = write_raw_workbook(folder / "book.xlsx", rows, shared="x" * 100_000)
    assert refused(run_import(path), "too much text")


def test_a_workbook_that_calamine_does_not_understand_is_refused(folder: Path) -> None:
    path = write_raw_workbook(folder / "book.xlsx", f"<row>{FIRST}<c r='!!'><v>1</v></c></row>")
    assert refused(run_import(path), "Open it in Excel")


def test_a_reader_that_breaks_down_is_not_the_workbooks_fault(folder: Path) -> None:
    path = write_raw_workbook(folder / "book.xlsx", f"<row>{FIRST}</row>")
    with pytest.raises(ReaderBroken, match="No such file"):
        sheets_as_csv(path, folder / "gone", Budget(1 << 20), print)


def test_a_missing_column_is_named(folder: Path) -> None:
    done = import_text(folder, "cities", "city_id,population\n1,10\n")
    assert refused(done, "file cities.csv", "no column city_name")


def test_a_column_that_is_there_twice_is_named(folder: Path) -> None:
    done = import_text(folder, "cities", "city_id,city_name,City Name\n1,Cairo,Cairo\n")
    assert refused(done, "column city_name twice")


def test_an_empty_file_is_named(folder: Path) -> None:
    assert refused(import_text(folder, "cities", ""), "file cities.csv is empty")


def test_noise_under_good_headings_loads_nothing(folder: Path) -> None:
    done = import_text(folder, "cities", CITIES.encode()[:18] + NOISE)
    assert done.status in ("rejected", "completed")
    assert not City.objects.exists()


def test_one_coordinate_without_the_other_is_refused(folder: Path) -> None:
    done = import_text(folder, "cities", "city_id,city_name,latitude\n1,Cairo,30\n")
    assert refused(done, "latitude", "longitude")


def test_gender_ids_need_the_table_genders(folder: Path) -> None:
    row = CUSTOMER | {"gender_id": "1"}
    assert refused(import_tables(folder, {"customers": [row]}), "no table genders")


def test_two_files_of_one_table_are_read_one_after_the_other(folder: Path) -> None:
    more = "city_id,city_name\n1,Cairo\n7,Luxor\n"
    path = write_zip(folder / "all.zip", {"a/cities.csv": CITIES, "b/Cities.csv": more})
    done = run_import(path)
    assert (done.error, done.created, done.unchanged) == ("", 2, 1)


def test_two_files_of_one_table_need_the_same_columns(folder: Path) -> None:
    more = "city_id,city_name,latitude,longitude\n7,Luxor,25,32\n"
    path = write_zip(folder / "all.zip", {"a/cities.csv": CITIES, "b/cities.csv": more})
    assert refused(run_import(path), "Give both the same columns")


@pytest.mark.parametrize(
    "name", ["../cities.csv", "/etc/cities.csv", "a/../../cities.csv", "C:\\cities.csv"]
)
def test_an_archive_that_leads_outside_itself_is_refused(folder: Path, name: str) -> None:
    path = write_zip(folder / "all.zip", {name: CITIES})
    assert refused(run_import(path), "outside")
    assert list(folder.iterdir()) == [path]


def test_an_archive_in_an_archive_is_refused(folder: Path) -> None:
    inner = write_zip(folder / "inner.zip", {"cities.csv": CITIES}).read_bytes()
    path = write_zip(folder / "all.zip", {"cities.csv": CITIES, "more.zip": inner})
    assert refused(run_import(path), "another archive")


def test_an_archive_with_a_password_is_refused(folder: Path) -> None:
    path = write_zip(folder / "all.zip", {"cities.csv": CITIES})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert refused(run_import(path), "password")


def test_an_archive_that_would_fill_the_disk_is_refused(folder: Path, settings: Settings) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 1
    with ZipFile(folder / "all.zip", "w", ZIP_DEFLATED) as archive:
        archive.writestr("cities.csv", CITIES + "\n" * (21 << 20))
    assert refused(run_import(folder / "all.zip"), "more than 20 MB")


def test_an_archive_that_lies_about_its_size_is_refused(folder: Path) -> None:
    path = write_zip(folder / "all.zip", {"cities.csv": CITIES * 100})
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    path.write_bytes(content)
    assert refused(run_import(path), "damaged")


def test_a_zip_may_name_its_own_folder(folder: Path) -> None:
    path = write_zip(folder / "all.zip", {"./": b"", "./cities.csv": CITIES})
    assert run_import(path).tables["cities"]["created"] == 1


def test_thousands_of_columns_are_refused(folder: Path) -> None:
    headings = "city_id,city_name," + ",".join(f"c{n}" for n in range(2000))
    (folder / "cities.csv").write_text(f"{headings}\n1,Cairo\n")
    assert "more than 2,000 columns" in run_import(folder).error


def test_a_long_value_is_shown_in_part_and_excel_reads_the_file(folder: Path) -> None:
    (folder / "cities.csv").write_text(f"city_id,city_name\n1,{'x' * 5000}\n")
    done = run_import(folder)
    assert done.rejects_path is not None
    assert done.rejects_path.read_bytes().startswith(b"\xef\xbb\xbf")
    (row,) = rejects_of(done)
    assert len(row["value"]) == 1000


def test_a_workbook_with_two_sheets_of_one_title_is_refused(folder: Path) -> None:
    sheets: dict[str, list[list[Any]]] = {"cities": [["city_id"]], "towns": [["city_id"]]}
    path = write_workbook(folder / "two.xlsx", sheets)
    with ZipFile(path) as archive:
        files: dict[str, bytes | str] = {n: archive.read(n) for n in archive.namelist()}
    files["xl/workbook.xml"] = archive_text(files).replace("towns", "cities")
    assert refused(run_import(write_zip(path, files)), "two sheets that are called cities")


def archive_text(files: dict[str, bytes | str]) -> str:
    text = files["xl/workbook.xml"]
    return text.decode() if isinstance(text, bytes) else text


def test_a_quotation_mark_does_not_set_cells_apart(folder: Path) -> None:
    text = 'sep="\ncity_id"city_name\n1"Cairo\n'
    assert refused(import_text(folder, "cities", text), "file cities.csv")


def test_a_file_of_one_endless_line_is_not_called_empty(folder: Path) -> None:
    for cell_limit in (1 << 17, 1 << 24):  # what else this process read may have changed it
        csv.field_size_limit(cell_limit)
        assert refused(import_text(folder, "cities", "a" * (1 << 19)), "far too long")
