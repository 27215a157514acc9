"""Cities and merchants may be given by their names."""

from pathlib import Path
from typing import Any

import pytest

from customers.models import Branch, City, Customer
from tests.customers.importing.files import (
    BRANCH,
    CITY,
    CUSTOMER,
    MERCHANT,
    import_tables,
    import_text,
    outcomes,
    rejects_of,
)
from tests.factories import make_city, make_customer, make_merchant

pytestmark = pytest.mark.django_db
FILE = "The cities of the file customers.csv are given by name in {}."


def import_people(folder: Path, *cities: str) -> Any:
    rows = "".join(f"{n},{city}\n" for n, city in enumerate(cities))
    return import_text(folder, "customers", f"customer_id,city\n{rows}")


def homes() -> list[str | None]:
    rows = Customer.objects.order_by("external_id")
    return list(rows.values_list("city__external_id", flat=True))


def test_a_stored_city_is_known_by_its_name(folder: Path) -> None:
    make_city(external_id="7", name="Cairo")
    make_city(external_id="8", name="بنها")
    done = import_people(folder, "Cairo", " CAIRO ", "بنها", "7", "")
    assert homes() == ["7", "7", "8", "7", None]
    assert done.preview["notes"] == [FILE.format("3 rows")]
    assert outcomes(import_people(folder, "7", "7", "8", "7", ""), "customers") == {
        "rows": 5,
        "unchanged": 5,
    }


def test_a_name_moves_a_stored_customer_to_that_city(folder: Path) -> None:
    make_customer(external_id="0", city=make_city(external_id="7", name="Cairo"))
    make_city(external_id="8", name="Giza")
    done = import_people(folder, "Giza")
    (example,) = done.preview["examples"]["customers"]
    assert example["changes"] == [{"column": "city_id", "old": "7", "new": "8"}]
    assert done.preview["notes"] == [FILE.format("1 row")]


def test_cities_and_merchants_of_the_file_are_known_by_their_names(folder: Path) -> None:
    tables: dict[str, list[dict[str, Any]]] = {
        "cities": [CITY],
        "merchants": [MERCHANT],
        "branches": [BRANCH | {"merchant_id": "nile books", "city_id": "cairo"}],
        "customers": [CUSTOMER | {"city_id": "Cairo"}],
    }
    done = import_tables(folder, tables)
    branch = Branch.objects.get()
    assert (branch.merchant.external_id, branch.city and branch.city.external_id) == ("1", "1")
    assert homes() == ["1"]
    assert len(done.preview["notes"]) == 3
    assert import_tables(folder, tables).changed == 0


def test_a_name_of_several_cities_is_rejected(folder: Path) -> None:
    make_city(external_id="7", name="Cairo")
    make_city(external_id="8", name="cairo")
    done = import_people(folder, "Cairo")
    [(code, value, reason)] = [(r["code"], r["value"], r["reason"]) for r in rejects_of(done)]
    assert (code, value) == ("ambiguous_name", "Cairo")
    assert reason == "Several cities are called that. Write the id of the one that is meant."
    assert done.preview["notes"] == []


def test_a_city_is_called_as_the_file_says(folder: Path) -> None:
    make_city(external_id="1", name="Old Cairo")
    people = [CUSTOMER | {"customer_id": c, "city_id": c} for c in ("Cairo", "Old Cairo")]
    done = import_tables(folder, {"cities": [CITY], "customers": people})
    assert homes() == ["1"]
    assert [r["value"] for r in rejects_of(done)] == ["Old Cairo"]


def test_an_id_is_no_name(folder: Path) -> None:
    make_city(external_id="Giza", name="Cairo")
    make_city(external_id="9", name="giza")
    make_city(external_id="8", name="Suez")
    cities = [{"city_id": "Suez", "city_name": ""}]
    people = [CUSTOMER | {"customer_id": c, "city_id": c} for c in ("Giza", "Suez")]
    done = import_tables(folder, {"cities": cities, "customers": people})
    assert homes() == ["Giza"]
    assert rejects_of(done)[1]["reason"].startswith("Its city in line 2")


def test_rows_that_say_the_same_by_id_and_by_name_are_one(folder: Path) -> None:
    make_city(external_id="7", name="Cairo")
    done = import_text(folder, "customers", "customer_id,city\n1,7\n1,Cairo\n")
    assert outcomes(done, "customers") == {"rows": 2, "created": 1, "unchanged": 1}


def test_other_records_are_not_known_by_name(folder: Path) -> None:
    make_merchant(name="Nile")
    tables = {"branches": [BRANCH | {"merchant_id": "Nile", "city_id": ""}]}
    tables["transactions"] = [
        {
            "transaction_id": "1",
            "customer_id": "1",
            "transaction_date": "2024-01-01",
            "transaction_status": "open",
            "branch_id": "Downtown",
        }
    ]
    make_customer(external_id="1")
    done = import_tables(folder, tables)
    assert [r["value"] for r in rejects_of(done)] == ["Downtown"]
    assert City.objects.count() == 0
