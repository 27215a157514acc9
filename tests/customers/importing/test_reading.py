from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from customers.models import City, Customer, Transaction
from tests.customers.importing.files import (
    REFERENCE,
    good_tables,
    import_tables,
    import_text,
    outcomes,
    rejects_of,
    run_import,
    write_folder,
    write_workbook,
    write_zip,
)
from tests.customers.importing.parts import part_of_text

pytestmark = pytest.mark.django_db
CITIES = "city_id,city_name\n"


def test_the_reference_workbook_is_loaded_whole() -> None:
    done = run_import(REFERENCE)
    created = {name: counts["created"] for name, counts in done.tables.items()}
    assert created == {
        "cities": 20,
        "merchants": 20,
        "branches": 10,
        "customers": 1000,
        "transactions": 5000,
    }
    assert done.rejected == 0
    assert Transaction.objects.burnt().count() == 2516


def test_the_reference_workbook_again_changes_nothing() -> None:
    run_import(REFERENCE)
    again = run_import(REFERENCE)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 6050)


def test_ids_and_days_of_a_workbook_are_as_people_see_them() -> None:
    run_import(REFERENCE)
    customer = Customer.objects.get(external_id="1")
    assert (customer.city.external_id, customer.gender) == ("7", "Male")
    assert customer.joined_on == date(2022, 1, 8)


def test_a_workbook_and_a_zip_and_a_folder_say_the_same(folder: Path) -> None:
    tables = good_tables()
    import_tables(folder, tables)
    packed = {f"export/{path.name}": path.read_bytes() for path in folder.iterdir()}
    zipped = run_import(write_zip(folder / "all.zip", packed))
    sheets = {
        name: [list(rows[0]), *[list(r.values()) for r in rows]] for name, rows in tables.items()
    }
    workbook = run_import(write_workbook(folder / "all.xlsx", sheets))
    assert zipped.unchanged == workbook.unchanged == 6


def test_names_of_files_and_headings_may_be_written_in_any_case(folder: Path) -> None:
    (folder / "CITIES.CSV").write_text("City ID,CITY-NAME\n1,Cairo\n")
    assert run_import(folder).created == 1


def test_other_files_are_left_alone(folder: Path) -> None:
    tables = good_tables() | {"truth": [{"customer_id": "1", "archetype": "explorer"}]}
    assert set(import_tables(folder, tables).tables) == set(good_tables())


def test_arabic_names_arrive_as_they_are(folder: Path) -> None:
    import_text(folder, "cities", b"\xef\xbb\xbf" + f"{CITIES}1,القاهرة\n".encode())
    assert City.objects.get().name == "القاهرة"


def test_semicolons_separate_cells_too(folder: Path) -> None:
    run_import(write_folder(folder, good_tables(), delimiter=";"))
    assert Transaction.objects.count() == 2


def test_spaces_around_cells_do_not_count(folder: Path) -> None:
    import_text(folder, "cities", f"{CITIES} 1 ,\t Cairo\u00a0\n")
    city = City.objects.get()
    assert (city.external_id, city.name) == ("1", "Cairo")


def test_a_time_of_day_is_left_out_of_a_date(folder: Path) -> None:
    rows = [["customer_id", "join_date"], [1, datetime(2024, 5, 31, 22, 15)]]  # noqa: DTZ001 - Excel knows none
    run_import(write_workbook(folder / "one.xlsx", {"Customers": rows}))
    import_text(folder, "customers", "customer_id,join_date\n2,2024-05-31 22:15:00\n")
    assert {c.joined_on for c in Customer.objects.all()} == {date(2024, 5, 31)}


def test_blank_rows_are_no_rows_and_the_lines_of_a_sheet_stay_right(folder: Path) -> None:
    rows = [["city_id", "city_name"], [1, "Cairo"], [None, None], ["", "nameless"]]
    done = run_import(write_workbook(folder / "one.xlsx", {"cities": rows}))
    assert outcomes(done, "cities") == {"rows": 2, "created": 1, "rejected": 1}
    assert rejects_of(done)[0]["line"] == "4"


def test_a_row_with_too_few_or_too_many_cells_is_rejected(folder: Path) -> None:
    done = import_text(folder, "cities", f"{CITIES}1,Cairo\n2\n3,Giza,Egypt\n4,\n5,Luxor\n")
    found = [(r["line"], r["code"]) for r in rejects_of(done)]
    assert found == [("3", "broken_row"), ("4", "broken_row"), ("5", "missing")]
    assert set(City.objects.values_list("external_id", flat=True)) == {"1", "5"}


def test_lines_stay_right_after_many_broken_rows(folder: Path) -> None:
    rows = [f"{n},Town" if n % 3 else str(n) for n in range(2, 60)] + ["60,"]
    done = import_text(folder, "cities", CITIES + "\n".join(rows))
    assert rejects_of(done)[-1]["line"] == "60"
    assert [int(r["line"]) for r in rejects_of(done)[:-1]] == list(range(3, 60, 3))


def test_a_quotation_mark_inside_a_cell_costs_one_row(folder: Path) -> None:
    done = import_text(folder, "cities", f'{CITIES}1,"Cairo" city\n2,"Al ""Arish"""\n')
    assert rejects_of(done)[0]["reason"].startswith("A quotation mark")
    assert City.objects.get().name == 'Al "Arish"'


def test_rows_behind_an_unclosed_quotation_mark_are_never_lost(folder: Path) -> None:
    done = import_text(folder, "cities", f'{CITIES}1,"Cairo\n' + "2,Giza\n" * 3000)
    assert done.status == "rejected"
    assert "line 2 of the file cities.csv" in done.error


def test_line_ends_may_be_mixed(folder: Path) -> None:
    done = import_text(folder, "cities", 'city_id,city_name\r\n1,"Cairo"\n2,Giza\r\n3,Luxor\r')
    assert outcomes(done, "cities") == {"rows": 3, "created": 3}


def test_a_row_that_is_not_utf_8_is_rejected(folder: Path) -> None:
    done = import_text(
        folder,
        "cities",
        "city_id,city_name\n1,Caf\udce9\n2,بنها\n".encode(errors="surrogateescape"),
    )
    assert "UTF-8" in rejects_of(done)[0]["reason"]
    assert City.objects.get().name == "بنها"


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_headings_may_be_written_in_another_encoding(folder: Path, encoding: str) -> None:
    text = "city_id,city_name,région\n1,Le Caire é,Le Caire\n".encode(encoding)
    import_text(folder, "cities", text)
    assert City.objects.get().name == "Le Caire é"


def test_the_mark_that_databases_export_for_nothing_is_nothing(folder: Path) -> None:
    import_text(folder, "customers", "customer_id,join_date\n1,\\N\n")
    assert Customer.objects.get().joined_on is None


@pytest.mark.parametrize("sign", list("\u200f\u200e\u200b\u00ad\u2066\u061c\u2063"))
def test_signs_that_nobody_sees_are_no_part_of_a_heading(folder: Path, sign: str) -> None:
    part = part_of_text(folder, f"{sign}city_id,city{sign}_name{sign}\n1,Cairo\n")
    assert part.headings == ("city_id", "city_name")


def test_a_hidden_sheet_is_left_out_and_named(folder: Path) -> None:
    path = write_workbook(
        folder / "b.xlsx", {n: [["customer_id"]] for n in ("customers", "cities")}
    )
    workbook = load_workbook(path)
    workbook["customers"].append([1])
    workbook["cities"].sheet_state = "hidden"
    workbook.save(path)
    assert run_import(path).preview["notes"] == ["Left out: the sheet cities, which is hidden."]
