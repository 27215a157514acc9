"""A number that a workbook or a Parquet file holds as one is that number, whatever others say."""

from pathlib import Path
from typing import Any

import pytest

from customers.models import City, Customer, DataImport, Transaction
from tests.customers.importing.files import (
    BURN,
    CITY,
    good_tables,
    import_tables,
    rejects_of,
    run_import,
    write_folder,
    write_workbook,
    write_zip,
)
from tests.customers.importing.parts import write_parquet

pytestmark = pytest.mark.django_db
HEADINGS = list(BURN)
PLACE = {"latitude": "", "longitude": ""}


def amounts() -> list[str]:
    return [str(amount) for amount in Transaction.objects.values_list("amount", flat=True)]


def burn(number: int, amount: Any) -> list[Any]:
    return list((BURN | {"transaction_id": f"t{number}", "amount": amount}).values())


def import_cells(folder: Path, *cells: Any) -> DataImport:
    """Import burns with these amounts from a workbook, after the rows that they refer to."""
    import_tables(folder, good_tables())
    Transaction.objects.all().delete()
    rows = [burn(n, cell) for n, cell in enumerate(cells)]
    return run_import(write_workbook(folder / "b.xlsx", {"transactions": [HEADINGS, *rows]}))


def import_with_parquet(folder: Path, text: str, number: str) -> DataImport:
    """Import a burn as CSV with an amount as text, and one as Parquet with a typed number."""
    import_tables(folder, good_tables())
    Transaction.objects.all().delete()
    cells = ", ".join(
        f"{number if name == 'amount' else repr(value)} AS {name}"
        for name, value in (BURN | {"transaction_id": "t2"}).items()
    )
    parquet = write_parquet(folder / "t.parquet", f"SELECT {cells}").read_bytes()
    lines = [";".join(row) for row in (HEADINGS, burn(1, text))]
    files = {"transactions_1.csv": "\n".join(lines), "transactions_2.parquet": parquet}
    return run_import(write_zip(folder / "b.zip", files))


def test_typed_numbers_of_a_workbook_stay_what_they_are(folder: Path) -> None:
    done = import_cells(folder, 120, 12.345, 7.125, 0.125, -7.125, "7,5", "12,50", "1.250")
    assert amounts() == ["120.00", "12.35", "7.13", "0.13", "7.50", "12.50", "1250.00"]
    assert [(r["code"], r["amount"]) for r in rejects_of(done)] == [("negative", "'-7.13")]
    assert any("more than two decimals" in note for note in done.preview["notes"])
    assert "\u2063" not in "".join(done.preview["notes"])


@pytest.mark.parametrize("number", ["12.375::DOUBLE", "12.375::FLOAT", "12.375::DECIMAL(9, 3)"])
def test_typed_numbers_of_parquet_stay_what_they_are(folder: Path, number: str) -> None:
    import_with_parquet(folder, "7,5", number)
    assert amounts() == ["7.50", "12.38"]


def test_a_typed_degree_is_read_beside_one_with_a_comma(folder: Path) -> None:
    cells = {"cities": [list(CITY | PLACE), ["1", "Cairo", 30.125, "31,125"]]}
    run_import(write_workbook(folder / "b.xlsx", cells))
    city = City.objects.get()
    assert (city.latitude, city.longitude) == (30.125, 31.125)


def test_an_id_that_is_a_typed_number_is_the_same_as_text(folder: Path) -> None:
    run_import(write_workbook(folder / "b.xlsx", {"customers": [["customer_id"], [1.234]]}))
    run_import(write_folder(folder, {"customers": [{"customer_id": "1.234"}]}) / "customers.csv")
    assert Customer.objects.get().external_id == "1.234"


def test_rejected_typed_numbers_are_read_alike_again(folder: Path) -> None:
    rows = [burn(1, 12.345), burn(2, "7,5")]
    path = write_workbook(folder / "c.xlsx", {"transactions": [HEADINGS, *rows]})
    done = run_import(path)  # nothing they refer to is there
    assert [r["amount"] for r in rejects_of(done)] == ["12.35", "7.50"]
