"""Files for imports: small tables that are right, and ways to write them down."""

import csv
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

from customers.models import DataImport
from customers.operations.imports import execute_import, request_import

Row = dict[str, Any]
REFERENCE = Path(__file__).parents[4] / "shared" / "data" / "E-commerce_data.xlsx"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = "http://schemas.openxmlformats.org/package/2006/relationships"
CITY = {"city_id": "1", "city_name": "Cairo"}
MERCHANT = {"merchant_id": "1", "merchant_name": "Nile Books"}
BRANCH = {"branch_id": "1", "branch_name": "Downtown", "merchant_id": "1", "city_id": "1"}
CUSTOMER = {
    "customer_id": "1",
    "join_date": "2024-01-01",
    "city_id": "1",
    "gender": "Female",
    "accepts_marketing": "yes",
}
CLAIM = {
    "transaction_id": "1",
    "customer_id": "1",
    "transaction_date": "2024-02-01",
    "transaction_status": "subscribed",
    "coupon_name": "Spring",
    "burn_date": "",
    "branch_id": "1",
    "amount": "",
}
BURN = CLAIM | {
    "transaction_id": "2",
    "transaction_status": "burned",
    "burn_date": "2024-02-09",
    "amount": "12.50",
}


def good_tables() -> dict[str, list[Row]]:
    """One row of each table, and a second transaction."""
    return {
        "cities": [CITY],
        "merchants": [MERCHANT],
        "branches": [BRANCH],
        "customers": [CUSTOMER],
        "transactions": [CLAIM, BURN],
    }


def write_folder(folder: Path, tables: dict[str, list[Row]], **dialect: Any) -> Path:
    """Write each table to its CSV file, with the headings of its first row."""
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), **dialect)
            writer.writeheader()
            writer.writerows(rows)
    return folder


def write_zip(path: Path, files: dict[str, bytes | str]) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def write_workbook(path: Path, tables: dict[str, list[list[Any]]]) -> Path:
    """Write sheets of cells, the headings first."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in tables.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path


def write_raw_workbook(path: Path, rows: str, *, before: str = "", shared: str = "") -> Path:
    """Write a workbook of one sheet cities, which lies at an unusual place, with this XML in it."""
    sheet = f'<worksheet xmlns="{SHEETS}">{before}<sheetData>{rows}</sheetData></worksheet>'
    files: dict[str, bytes | str] = {
        "_rels/.rels": f'<Relationships xmlns="{PARTS}">'
        f'<Relationship Id="rId1" Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{SHEETS}" xmlns:r="{LINKS}"><sheets>'
        '<sheet name="cities" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PARTS}">'
        f'<Relationship Id="rId1" Type="{LINKS}/worksheet" Target="parts/first.xml"/>'
        f'<Relationship Id="rId2" Type="{LINKS}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/parts/first.xml": sheet,
        "xl/sharedStrings.xml": f'<sst xmlns="{SHEETS}"><si><t>{shared}</t></si></sst>',
    }
    return write_zip(path, files)


def run_import(source: Path, *, dry_run: bool = False) -> DataImport:
    """Import a source as a command does."""
    requested = request_import(
        source=source, source_name=source.name, dry_run=dry_run, requested_by=None, queue=False
    )
    return execute_import(requested.pk)


def import_tables(
    folder: Path, tables: dict[str, list[Row]], *, dry_run: bool = False
) -> DataImport:
    return run_import(write_folder(folder, tables), dry_run=dry_run)


def import_text(folder: Path, name: str, text: str | bytes) -> DataImport:
    """Import a folder with this one CSV file."""
    content = text if isinstance(text, bytes) else text.encode()
    (folder / f"{name}.csv").write_bytes(content)
    return run_import(folder)


def rejects_of(data_import: DataImport) -> list[dict[str, str]]:
    """The rejected rows as a person finds them in the file."""
    if not data_import.rejects_path:
        return []
    with data_import.rejects_path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def outcomes(data_import: DataImport, table: str) -> dict[str, int]:
    """What became of a table's rows, without what did not happen."""
    return {outcome: n for outcome, n in data_import.tables[table].items() if n}
