"""What a person said of one file counts for the next ones of its kind, and for no others."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from customers.importing.mapping import shape_of
from customers.importing.parts import Format, Part
from customers.models import ColumnMapping, Customer, DataImport, Transaction
from customers.operations.imports import (
    execute_import,
    load_import,
    map_import,
    request_import,
)
from tests.customers.importing.files import (
    CUSTOMER,
    good_tables,
    import_tables,
    rejects_of,
    run_import,
)
from tests.factories import make_branch, make_customer

pytestmark = pytest.mark.django_db
HEADINGS = "Kunde,Seit,Anrede,Werbung"
NAMED = {"Kunde": "customer_id", "Seit": "join_date", "Anrede": "gender", "Werbung": None}


def reviewed(path: Path, text: str) -> DataImport:
    path.write_text(text)
    requested = request_import(
        source=path,
        source_name=path.name,
        dry_run=False,
        requested_by=None,
        review=True,
        queue=False,
    )
    return execute_import(requested.pk)


def name_columns(waiting: DataImport, mapping: dict[str, Any]) -> DataImport:
    map_import(waiting, mapping)
    return execute_import(waiting.pk)


def test_what_a_person_said_is_remembered_though_nothing_is_loaded(folder: Path) -> None:
    first = reviewed(folder / "kunden-05.csv", f"{HEADINGS}\n1,2024-01-31,f,ja\n")
    assert first.status == "mapping"
    said = {"kunden-05": {"table": "customers", "columns": NAMED}}
    assert name_columns(first, said).status == "previewed"
    assert reviewed(folder / "kunden-06.csv", f"{HEADINGS}\n2,2024-02-29,m,ja\n").status == (
        "previewed"
    )


def test_mended_rejects_go_by_the_file_they_came_from(folder: Path) -> None:
    first = reviewed(folder / "kunden.csv", f"{HEADINGS}\n1,2024-01-31,?,\n2,2024-01-31,?,\n")
    done = name_columns(first, {"kunden": {"table": "customers", "columns": NAMED}})
    mended = done.rejects_path.read_text(encoding="utf-8-sig").replace(",?,\n", ",f,\n")
    (folder / "mended.csv").write_text(mended)
    assert run_import(folder / "mended.csv").created == 2


def test_another_file_is_what_its_own_name_and_headings_say(folder: Path) -> None:
    ColumnMapping.objects.create(
        shape="x",
        mapping={
            "table": "customers",
            "columns": {name: name for name in ("customer_id", "join_date", "city_id")},
        },
    )
    claims = [row | {"join_date": "", "city_id": ""} for row in good_tables()["transactions"]]
    import_tables(folder, good_tables() | {"transactions": claims})
    assert (Customer.objects.count(), Transaction.objects.count()) == (1, 2)


def test_another_file_keeps_the_order_of_its_own_days(folder: Path) -> None:
    columns = {"customer_id": "customer_id", "join_date": "join_date", "gender": "gender"}
    mapping = {"table": "customers", "columns": columns, "dates": "month-first"}
    ColumnMapping.objects.create(shape="x", mapping=mapping)
    people = [
        CUSTOMER | {"customer_id": str(n), "join_date": day}
        for n, day in enumerate(("05/06/2024", "25/06/2024"))
    ]
    places = {name: good_tables()[name] for name in ("cities",)}
    done = import_tables(folder, places | {"customers": people})
    assert rejects_of(done) == []
    assert [c.joined_on.month for c in Customer.objects.all()] == [6, 6]


def test_a_file_is_loaded_as_it_was_previewed(folder: Path) -> None:
    first = reviewed(folder / "customers.csv", "customer_id,registered,join_date\n1,,2024-01-31\n")
    columns = {"customer_id": "customer_id", "registered": "join_date", "join_date": None}
    shape = shape_of(Part("customers", "", Path(), False, Format("csv"), tuple(columns), ()))
    ColumnMapping.objects.create(shape=shape, mapping={"table": "customers", "columns": columns})
    load_import(first, "good-rows")
    assert execute_import(first.pk).status == "completed"
    assert Customer.objects.get().joined_on is not None


def reviewed_folder(path: Path, files: dict[str, str]) -> DataImport:
    for name, text in files.items():
        (path / name).write_text(text)
    requested = request_import(
        source=path,
        source_name=path.name,
        dry_run=False,
        requested_by=None,
        review=True,
        queue=False,
    )
    return execute_import(requested.pk)


def test_a_part_that_was_left_out_is_left_out_again(folder: Path) -> None:
    files = {
        "customers.csv": "customer_id,gender\n1,f\n",
        "clients-05.csv": "client,sex\n2,m\n",
    }
    first = reviewed_folder(folder, files)
    assert [part["table"] for part in first.parts] == ["customers"] * 2
    assert name_columns(first, {"clients-05": {"table": None}}).status == "previewed"
    (folder / "clients-05.csv").rename(folder / "clients-06.csv")
    done = run_import(folder)
    assert [part["table"] for part in done.parts] == [None, "customers"]
    assert [c.external_id for c in Customer.objects.all()] == ["1"]


TITLED = "Liste,vom,Mai,x\n" + HEADINGS + "\n1,2024-01-31,f,ja\n"


def test_the_line_of_the_headings_that_a_person_said_is_remembered(folder: Path) -> None:
    first = reviewed(folder / "kunden-05.csv", TITLED)
    said = {"table": "customers", "columns": NAMED, "heading_line": 2}
    assert name_columns(first, {"kunden-05": said}).status == "previewed"
    again = reviewed(folder / "kunden-06.csv", TITLED)
    assert (again.status, again.parts[0]["format"]["heading_line"]) == ("previewed", 2)
    # It is loaded as it was previewed, whatever is remembered meanwhile.
    ColumnMapping.objects.all().delete()
    load_import(again, "good-rows")
    assert (execute_import(again.pk).status, Customer.objects.count()) == ("completed", 1)


def test_a_file_that_has_no_such_line_is_read_as_it_was_found(folder: Path) -> None:
    first = reviewed(folder / "kunden-05.csv", TITLED)
    said = {"table": "customers", "columns": NAMED, "heading_line": 2}
    name_columns(first, {"kunden-05": said})
    assert reviewed(folder / "kunden-06.csv", "Liste,vom,Mai,x\n").status == "mapping"


COMMAS = "no;x,sex,join date\n1;x,f,2024-01-31\n"


@pytest.mark.parametrize(
    ("text", "said", "other"),
    [
        (
            "customer_id,city\n1,M\xfcnchen\n",
            {"encoding": "windows-1256"},
            "customer_id,city\n1,x\n",
        ),
        (
            COMMAS,
            {"delimiter": ";", "columns": {"no": "customer_id"}},
            COMMAS.replace(",", "\t"),
        ),
    ],
)
def test_how_a_file_is_written_is_remembered_for_those_that_are_found_alike(
    folder: Path, text: str, said: dict[str, Any], other: str
) -> None:
    path = folder / "customers-1.csv"
    first = reviewed_bytes(path, text)
    found = first.parts[0]["format"]
    (name,) = set(said) & set(found)
    corrected = name_columns(first, {"customers-1": {"table": "customers"} | said})
    assert corrected.parts[0]["format"][name] == said[name] != found[name]
    path.unlink()
    again = reviewed_bytes(folder / "customers-2.csv", text)
    assert again.parts[0]["format"][name] == said[name]
    unlike = reviewed_bytes(folder / "customers-3.csv", other)
    assert unlike.parts[0]["format"][name] not in (said[name], found[name])


def reviewed_bytes(path: Path, text: str) -> DataImport:
    """The text as Windows-1252."""
    path.write_bytes(text.encode("windows-1252"))
    return reviewed_folder(path, {})


OTHER_NAME = "Export \u2013 new till.csv"


def test_a_file_with_the_same_headings_is_read_alike_whatever_it_is_called(folder: Path) -> None:
    first = reviewed(folder / "kunden.csv", f"{HEADINGS}\n1,03/04/2024,f,ja\n")
    said = {"table": "customers", "columns": NAMED, "dates": "month-first"}
    name_columns(first, {"kunden": said})
    again = reviewed(folder / OTHER_NAME, f"{HEADINGS}\n2,03/04/2024,m,ja\n")
    assert (again.status, again.parts[0]["dates"]) == ("previewed", "month-first")
    load_import(again, "good-rows")
    execute_import(again.pk)
    assert Customer.objects.get().joined_on == date(2024, 3, 4)


AMOUNTS = """transaction_id,customer_id,claim_date,status,used_on,branch_id,amount
1,{0},2024-06-10,used,2024-06-20,{1},1.250
"""


@pytest.mark.parametrize("name", ["till-07.csv", OTHER_NAME])
def test_the_decimal_mark_that_a_person_said_is_remembered(folder: Path, name: str) -> None:
    people = make_customer().external_id, make_branch().external_id
    first = reviewed(folder / "till-06.csv", AMOUNTS.format(*people))
    assert "could be read two ways" in first.preview["notes"][0]
    said = {"table": "transactions", "decimals": "comma"}
    name_columns(first, {"till-06": said})
    again = reviewed(folder / name, AMOUNTS.format(*people))
    assert "could be read two ways" not in str(again.preview["notes"])
    assert ["amount", "1250.00"] in again.preview["rows"]["transactions"][0]


def test_the_shape_of_the_file_itself_comes_before_its_headings_alone(folder: Path) -> None:
    text = f"{HEADINGS}\n1,03/04/2024,f,ja\n"
    for name, dates in (("kunden-1", "day-first"), ("neue-1", "month-first")):
        said = {"table": "customers", "columns": NAMED, "dates": dates}
        name_columns(reviewed(folder / f"{name}.csv", text), {name: said})
    assert reviewed(folder / "kunden-2.csv", text).parts[0]["dates"] == "day-first"
    assert reviewed(folder / "andere.csv", text).parts[0]["dates"] == "month-first"


@pytest.mark.parametrize(
    ("headings", "name"),
    [("no,called,x", "brands.csv"), ("no,called", "kunden.csv")],
    ids=["its name says another table", "few headings"],
)
def test_headings_alone_do_not_say_everything(folder: Path, headings: str, name: str) -> None:
    columns = {"no": "city_id", "called": "city_name"}
    first = reviewed(folder / "towns.csv", f"{headings}\n1,Cairo,\n")
    name_columns(first, {"towns": {"table": "cities", "columns": columns}})
    assert reviewed(folder / name, f"{headings}\n1,Cairo,\n").status == "mapping"


def test_that_a_file_was_left_out_is_no_reason_to_leave_out_another_one(folder: Path) -> None:
    text = f"{HEADINGS}\n1,2024-01-31,f,ja\n"
    (folder / "both").mkdir()
    files = {"kunden.csv": text, "alte.csv": text}
    first = reviewed_folder(folder / "both", files)
    said = {"kunden": {"table": "customers", "columns": NAMED}, "alte": {"table": None}}
    assert name_columns(first, said).status == "previewed"
    assert reviewed(folder / "neue.csv", text).parts[0]["table"] == "customers"


def test_how_a_file_is_written_is_remembered_by_its_headings_too(folder: Path) -> None:
    first = reviewed(folder / "kunden.csv", TITLED)
    said = {"table": "customers", "columns": NAMED, "heading_line": 2}
    name_columns(first, {"kunden": said})
    again = reviewed(folder / OTHER_NAME, TITLED)
    assert (again.status, again.parts[0]["format"]["heading_line"]) == ("previewed", 2)
