"""What is said of the rows of a file before they are loaded."""

from pathlib import Path

import pytest

from customers.models import Customer, DataImport
from tests.customers.importing.files import CUSTOMER, good_tables, import_tables, import_text
from tests.factories import make_city, make_customer

pytestmark = pytest.mark.django_db


def test_ids_that_differ_only_in_leading_zeros_are_said(folder: Path) -> None:
    rows = "B,f\n17,f\n9,f\n00017,f\n"
    done = import_text(folder, "customers", f"client_no,gender\n{rows}".replace("_no", "_id"))
    assert done.preview["notes"] == [
        "The file customers.csv has ids that differ only in leading zeros in client_id, such as"
        " 00017 and 17; they are different customers."
    ]
    assert Customer.objects.count() == 4


def test_references_that_differ_only_in_leading_zeros_are_said_too(folder: Path) -> None:
    tables = good_tables()
    tables["customers"] = [CUSTOMER, CUSTOMER | {"customer_id": "01"}]
    tables["transactions"] = [
        row | {"customer_id": id}
        for row, id in zip(tables["transactions"], ("1", "01"), strict=True)
    ]
    notes = import_tables(folder, tables).preview["notes"]
    assert [note.split(",")[0] for note in notes] == [
        f"The file {name}.csv has ids that differ only in leading zeros in customer_id"
        for name in ("customers", "transactions")
    ]


@pytest.mark.parametrize("ids", [("017", "018"), ("17", "018"), ("0", "1"), ("01A", "1")])
def test_other_ids_with_zeros_are_not(folder: Path, ids: tuple[str, str]) -> None:
    done = import_text(folder, "customers", "customer_id,gender\n{},f\n{},f\n".format(*ids))
    assert done.preview["notes"] == []


def stored(number: int = 3) -> None:
    for n in range(number):
        make_customer(external_id=str(n), city=make_city(), gender="Female", accepts_marketing=True)


def test_a_column_that_is_empty_in_every_row_and_empties_what_is_stored_is_said(
    folder: Path,
) -> None:
    stored()
    rows = "".join(f"{n},,\\N,m\n" for n in range(4))
    done = import_text(folder, "customers", f"customer_id,City code,consent,gender\n{rows}")
    assert done.preview["notes"] == [
        f"The column {heading} of the file customers.csv is empty in every row: 3 customers would"
        " lose theirs. Leave the column out to keep them."
        for heading in ("City code", "consent")
    ]


@pytest.mark.parametrize(
    "rows",
    [
        "customer_id,gender,accepts_marketing\n0,,no\n1,Unknown,no\n",
        "customer_id,gender,accepts_marketing\n0,,yes\n1,f,\n",
        "customer_id,gender,accepts_marketing\n8,,\n9,,\n",
        "customer_id,join_date,accepts_marketing\n0,,yes\n1,,yes\n",
        "customer_id,city_id,accepts_marketing\n0,,yes\n1,nowhere,yes\n",
    ],
    ids=["words for it", "some rows", "new rows", "nothing stored", "a rejected row has one"],
)
def test_columns_that_empty_nothing_are_not(folder: Path, rows: str) -> None:
    stored()
    Customer.objects.update(joined_on=None)
    assert import_text(folder, "customers", rows).preview["notes"] == []


def import_used(folder: Path, heading: str, *rows: str) -> list[str]:
    import_tables(folder, {n: rows for n, rows in good_tables().items() if n != "transactions"})
    for table in folder.glob("*.csv"):
        table.unlink()
    head = f"transaction_id,customer_id,transaction_date,status,branch_id,{heading}"
    return notes_of(import_text(folder, "transactions", "\n".join([head, *rows, ""])))


def notes_of(done: DataImport) -> list[str]:
    return list(done.preview["notes"])


def test_a_column_of_days_that_may_say_when_coupons_were_burnt_is_named(folder: Path) -> None:
    rows = "1,1,2024-02-01,used,1,2024-02-09", "2,1,2024-02-01,open,1,"
    assert import_used(folder, "At the till", *rows) == [
        "Column At the till holds days and is left out: if it says when coupons were burnt, name it"
        " burnt on among the columns."
    ]


@pytest.mark.parametrize(
    ("heading", "row"),
    [
        ("At the till", "1,1,2024-02-01,open,1,2024-02-09"),
        ("At the till", "1,1,2024-02-01,used,1,45443"),
        ("burn_date,At the till", "1,1,2024-02-01,used,1,,2024-02-09"),
        ("Amount", "1,1,2024-02-01,used,1,5"),
    ],
    ids=["no burnt row", "no days", "a burn date", "no column left out"],
)
def test_other_columns_are_not_named(folder: Path, heading: str, row: str) -> None:
    assert import_used(folder, heading, row) == []
