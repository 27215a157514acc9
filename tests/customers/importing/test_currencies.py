"""Amounts with a currency beside them."""

from decimal import Decimal
from pathlib import Path

import pytest

from customers.importing.faults import NO_CURRENCY
from customers.models import DataImport, Transaction
from tests.customers.importing.files import (
    BURN,
    good_tables,
    import_tables,
    rejects_of,
    run_import,
)

pytestmark = pytest.mark.django_db


def import_amounts(folder: Path, *cells: str) -> DataImport:
    burns = [BURN | {"transaction_id": str(n), "amount": cell} for n, cell in enumerate(cells)]
    return import_tables(folder, good_tables() | {"transactions": burns})


def amounts() -> list[Decimal | None]:
    return list(Transaction.objects.order_by("external_id").values_list("amount", flat=True))


@pytest.mark.parametrize(
    ("cells", "read", "currency"),
    [
        (("EGP 1,250.00", "120", "egp 3.5"), ("1250", "120", "3.5"), "EGP"),
        (("120 ج.م", "1٬250٫50 ج.م."), ("120", "1250.5"), "ج.م"),
        (("\u200f1.250,00\u00a0ج.م.\u200f",), ("1250",), "ج.م."),
        (("€ 5", "€1.250,5", ""), ("5", "1250.5", None), "€"),
        (("5 EUR", "3,40"), ("5", "3.4"), "EUR"),
        (("US$ 5", "+7"), ("5", "7"), "US$"),
        (("L.E. 5",), ("5",), "L.E."),
    ],
)
def test_the_one_currency_of_a_column_is_left_out_and_it_is_said(
    folder: Path, cells: tuple[str, ...], read: tuple[str | None, ...], currency: str
) -> None:
    done = import_amounts(folder, *cells)
    assert rejects_of(done) == []
    assert amounts() == [None if amount is None else Decimal(amount) for amount in read]
    beside = f"The currency {currency} beside numbers of the file transactions.csv in amount"
    assert f"{beside} is left out." in done.preview["notes"]


def test_amounts_in_several_currencies_are_rejected(folder: Path) -> None:
    done = import_amounts(folder, "EGP 1,250.00", "120 ج.م", "7", "12 pounds")
    assert amounts() == [Decimal(7)]
    assert [(r["value"], r["reason"] == NO_CURRENCY) for r in rejects_of(done)] == [
        ("EGP 1,250.00", True),
        ("120 ج.م", True),
        ("12 pounds", False),
    ]
    assert not any("currency" in note for note in done.preview["notes"])


def test_each_file_may_have_its_own_currency(folder: Path) -> None:
    import_tables(folder, {n: rows for n, rows in good_tables().items() if n != "transactions"})
    for table in folder.glob("*.csv"):
        table.unlink()
    head = "transaction_id,customer_id,transaction_date,status,burn_date,branch_id,amount\n"
    for n, cell in enumerate(("5 EUR", "EGP 6")):
        row = f"{n},1,2024-02-01,used,2024-02-02,1,{cell}\n"
        (folder / f"transactions_{n}.csv").write_text(head + row)
    run_import(folder)
    assert amounts() == [Decimal(5), Decimal(6)]


def test_a_negative_amount_with_a_currency_is_negative(folder: Path) -> None:
    done = import_amounts(folder, "-5 EUR", "EUR -6")
    assert [(r["code"], r["amount"]) for r in rejects_of(done)] == [
        ("negative", "'-5.00"),
        ("negative", "'-6.00"),
    ]
