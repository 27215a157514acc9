"""Why rows are rejected, as the preview says it of many rows in one sentence."""

from pathlib import Path

import pytest

from customers.importing.faults import NO_GENDER
from customers.models import DataImport
from tests.customers.importing.files import (
    CITY,
    CLAIM,
    CUSTOMER,
    good_tables,
    import_tables,
    rejects_of,
)

pytestmark = pytest.mark.django_db


def said_of(rejected: DataImport) -> list[tuple[str, int]]:
    return [(reason["reason"], reason["rows"]) for reason in rejected.preview["reasons"]]


def test_a_reason_that_stands_for_several_rows_is_true_of_each_of_them(folder: Path) -> None:
    rows = [CITY | {"city_id": id, "city_name": name} for name in "AB" for id in "12"]
    people = [CUSTOMER | {"city_id": city} for city in "9"]
    done = import_tables(folder, {"cities": rows, "customers": people})
    general = "Another line has the same id and says something else. Keep the one that is right."
    nowhere = "There is no city with this id, neither here already nor in this file."
    assert said_of(done) == [(general, 4), (nowhere, 1)]
    assert rejects_of(done)[0]["reason"].startswith("Line 4 has the same id with other values.")


def test_rows_that_need_rejected_rows_are_told_from_those_that_need_unknown_ones(
    folder: Path,
) -> None:
    people = [CUSTOMER | {"customer_id": id, "gender": "?"} for id in "12"]
    claims = [CLAIM | {"transaction_id": id, "customer_id": id} for id in "12345"]
    done = import_tables(folder, good_tables() | {"customers": people, "transactions": claims})
    nowhere = "There is no customer with this id, neither here already nor in this file."
    assert (nowhere, 3) in said_of(done)
    assert ("Its customer was rejected: see there.", 2) in said_of(done)


def test_a_single_row_is_told_its_own_reason(folder: Path) -> None:
    done = import_tables(folder, good_tables() | {"customers": [CUSTOMER | {"gender": "?"}]})
    assert said_of(done)[0] == (
        "Its customer in line 2 of the file customers.csv was rejected; mend that one first.",
        2,
    )


def test_genders_of_several_ids_are_told_in_one_sentence(folder: Path) -> None:
    tables = {
        "genders": [{"gender_id": id, "gender_name": name} for id, name in ("1x", "2y")],
        "customers": [{"customer_id": id, "gender_id": id} for id in "12"],
    }
    done = import_tables(folder, tables)
    assert (NO_GENDER, 2) in said_of(done)
    own = [r["reason"] for r in rejects_of(done) if r["sheet"] == "customers"]
    assert ["is called 'x'" in own[0], "is called 'y'" in own[1]] == [True, True]
