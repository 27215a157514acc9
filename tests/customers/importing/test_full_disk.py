"""A disk that fills up while an import is at work: a real one, of a few megabytes."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from customers.models import City, Customer, FactsChange
from customers.operations.jobs import DISK_FULL
from tests.customers.importing.files import CITY, import_tables, run_import
from tests.customers.importing.parts import write_parquet

pytestmark = pytest.mark.django_db
ROWS = 60_000


@pytest.fixture
def small_disk(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """A disk of one megabyte where imports work."""
    disk = tmp_path / "small"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "none", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("Mounting a small disk is not allowed here")
    settings.IMPORTS_DIR = disk / "imports"
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def write_customers(folder: Path, gender: str) -> Path:
    rows = "".join(f"{n:040d},{gender}\n" for n in range(ROWS))
    (folder / "customers.csv").write_text(f"customer_id,gender\n{rows}")
    return folder


def test_an_import_that_fills_the_disk_is_interrupted_and_leaves_nothing(
    folder: Path, small_disk: Path
) -> None:
    done = run_import(write_customers(folder, "F"))
    assert (done.status, done.error) == ("interrupted", DISK_FULL)
    assert not Customer.objects.exists()
    assert not FactsChange.objects.exists()
    assert not done.folder.exists()
    (folder / "customers.csv").unlink()
    assert import_tables(folder, {"cities": [CITY]}).status == "completed"
    assert City.objects.exists()


def test_a_full_disk_is_no_fault_of_a_parquet_file(folder: Path, small_disk: Path) -> None:
    query = f"SELECT lpad(n::VARCHAR, 40, '0') AS customer_id FROM range({ROWS}) t(n)"
    done = run_import(write_parquet(folder / "customers.parquet", query))
    assert (done.status, done.error) == ("interrupted", DISK_FULL)
