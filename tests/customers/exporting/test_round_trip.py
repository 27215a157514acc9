"""What was exported is imported again and changes nothing."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from customers.exporting.csv_file import csv_chunks
from customers.exporting.export import Export
from customers.exporting.records import record_export
from customers.exporting.workbook import write_workbook
from customers.importing.tables import TABLES
from customers.models import DataImport
from tests.customers.importing.files import run_import
from tests.factories import make_branch, make_city, make_history, make_transaction

pytestmark = pytest.mark.django_db
FILTERS = [("Status", "claimed"), ("City", "Cairo (007)"), ("Claimed from", "2024-01-01")]


@pytest.fixture
def records() -> None:
    """Rows of every kind, with texts that look like something else."""
    make_history()
    city = make_city(external_id="007", name="@Cairo", latitude=30.0444, longitude=31.2357)
    branch = make_branch(external_id="-5", name="=1+1", city=city)
    make_transaction(branch=branch, coupon_name="<r>x</r>")
    make_transaction(
        branch=branch,
        coupon_name='قسيمة, "الصيف"',
        burnt_on=date(2024, 3, 9),
        amount=Decimal("149.50"),
    )


def exports() -> Iterator[Export]:
    for table in TABLES:
        yield record_export(table.name, table.model._default_manager.all(), FILTERS)


def changed_nothing(done: DataImport) -> bool:
    rows = sum(table.model._default_manager.count() for table in TABLES)
    assert (done.status, done.error) == ("completed", "")
    return (done.total_rows, done.unchanged) == (rows, rows)


@pytest.mark.usefixtures("records")
def test_csv_files_come_back_unchanged(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    for table, export in zip(TABLES, exports(), strict=True):
        (folder / f"{table.name}.csv").write_bytes(b"".join(csv_chunks(export)))
    assert changed_nothing(run_import(folder))


@pytest.mark.usefixtures("records")
def test_workbooks_come_back_unchanged_whatever_the_number_of_sheets(tmp_path: Path) -> None:
    tables = [export.tables[0] for export in exports()]
    path = tmp_path / "everything.xlsx"
    with path.open("wb") as file:
        write_workbook(Export("Everything", "now", tables, FILTERS), file, sheet_rows=100)
    assert changed_nothing(run_import(path))
