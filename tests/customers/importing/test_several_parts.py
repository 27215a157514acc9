"""What is said of rows of a table in several files names the file and its own columns."""

from pathlib import Path

import pytest

from customers.import_preview import other_notes_of
from customers.operations.imports import import_summary
from tests.customers.importing.files import (
    BURN,
    good_tables,
    rejects_of,
    run_import,
    write_folder,
)

pytestmark = pytest.mark.django_db


def test_a_reject_names_the_column_as_its_own_file_does(folder: Path) -> None:
    (folder / "customers-1.csv").write_text("customer_id,gender\n1,robot\n")
    (folder / "customers-2.csv").write_text("Sex,Client\nrobot,2\n")
    (folder / "customers-3.csv").write_text("Client,gender\n,f\n")
    done = run_import(folder)
    assert [(r["line"], r["column"], r["value"]) for r in rejects_of(done)] == [
        ("2", "gender", "robot"),
        ("2", "Sex", "robot"),
        ("2", "Client", ""),
    ]
    assert [r["column"] for r in done.preview["reasons"]] == ["gender", "Sex", "Client"]


def test_a_row_is_sent_to_the_file_of_the_row_that_it_needs(folder: Path) -> None:
    tables = {name: good_tables()[name] for name in ("cities", "merchants", "branches")}
    write_folder(folder, tables | {"transactions": [BURN | {"customer_id": "9"}]})
    (folder / "customers-1.csv").write_text("customer_id,gender\n1,f\n2,f\n3,f\n")
    (folder / "customers-2.csv").write_text("customer_id,gender\n8,f\n9,robot\n")
    reasons = {r["sheet"]: r["reason"] for r in rejects_of(run_import(folder))}
    assert reasons["transactions"] == (
        "Its customer in line 3 of the file customers-2.csv was rejected; mend that one first."
    )


def test_rows_that_contradict_each_other_are_sent_to_each_other(folder: Path) -> None:
    (folder / "cities-1.csv").write_text("city_id,city_name\n1,Cairo\n2,Giza\n")
    (folder / "cities-2.csv").write_text("city_id,city_name\n3,Luxor\n1,Aswan\n")
    assert [r["reason"].partition(" has")[0] for r in rejects_of(run_import(folder))] == [
        "Line 3 of the file cities-2.csv",
        "Line 2 of the file cities-1.csv",
    ]


def test_a_gender_is_sent_to_the_file_that_has_it(folder: Path) -> None:
    (folder / "genders-1.csv").write_text("gender_id,gender_name\n1,Male\n")
    (folder / "genders-2.csv").write_text("gender_id,gender_name\n2,Robot\n")
    (folder / "customers.csv").write_text("customer_id,gender_id\n1,2\n")
    assert rejects_of(run_import(folder))[0]["reason"] == (
        "Gender 2 is called 'Robot' in the file genders-2.csv; use Female, Male or Unknown."
    )


def test_a_part_that_is_none_of_the_tables_is_said_to_programs(folder: Path) -> None:
    (folder / "cities.csv").write_text("city_id,city_name\n1,Cairo\n")
    (folder / "notes.csv").write_text("a,b\n1,2\n")
    done = run_import(folder)
    said = "Left out: the file notes.csv. It is read as none of the tables."
    assert import_summary(done)["notes"] == [said]
    # The page says it where it says how the file was read.
    assert other_notes_of(done) == []
