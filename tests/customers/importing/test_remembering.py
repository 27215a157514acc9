"""What a person said of one file counts for the next ones of its kind, and for no others."""

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
