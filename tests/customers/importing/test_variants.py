"""Hundreds of broken files: the right rows are loaded, the right ones rejected, none is lost."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Branch, City, Customer, DataImport, Merchant, Transaction
from tests.customers.importing.files import rejects_of, run_import
from tests.customers.importing.variants import DAY, GOOD, VARIANTS, Variant
from tests.customers.importing.writings import Writing, plainly

pytestmark = pytest.mark.django_db
MODELS = dict(zip(GOOD, (City, Merchant, Branch, Customer, Transaction), strict=True))
# Reading and checking are the same whatever the database, so one of them sees fewer.
SHARE = 1 if connection.vendor == "sqlite" else 4
MANY = settings(
    max_examples=220 // SHARE,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
USUAL = Writing("zip", ",", "utf-8", "\n", 0, "%Y-%m-%d", (), plainly, False, False, False, False)


@contextmanager
def undone_after() -> Iterator[Path]:
    """A folder; whatever is stored in this block is gone after it."""
    with TemporaryDirectory() as folder, transaction.atomic():
        yield Path(folder)
        transaction.set_rollback(True)
    # PostgreSQL gives no number twice, so that the next import would find the folder of this one.
    for kept in Path(django_settings.IMPORTS_DIR).glob("*/"):
        shutil.rmtree(kept)


@MANY
@given(variant=VARIANTS)
def test_the_right_rows_are_loaded_and_the_right_ones_rejected(variant: Variant) -> None:
    with undone_after() as folder:
        done = run_import(variant.write(folder))
        assert (done.status, done.error) == ("completed", "")
        for name, model in MODELS.items():
            assert done.tables[name] == variant.expected(name), (name, rejects_of(done))
            assert model.objects.count() == variant.expected(name)["created"]
        found = rejects_of(done)
        assert sorted((table_of(r["sheet"]), r["code"]) for r in found) == variant.rejects()
        assert_as_written(variant)
        assert_nothing_left_behind(done)


def table_of(part: str) -> str:
    """The table of customers_1, or of a sheet Customers."""
    return part.lower().rstrip("_12")


def assert_as_written(variant: Variant) -> None:
    """The good rows are stored with the values that the files say, however they say them."""
    assert list(City.objects.order_by("pk").values_list("external_id", "name")) == [
        ("01", "Cairo"),
        ("02", variant.word("بنها")),
    ]
    burnt = Transaction.objects.with_places().get(external_id="t3")
    assert (burnt.claimed_on, (burnt.burnt_on - DAY).days, burnt.amount) == (DAY, 3, 12.5)
    assert (burnt.coupon_name, burnt.branch.merchant.name) == (
        variant.word("ربيع 3"),
        "O'Brien; Sons",
    )
    customer = Customer.objects.get(external_id="001")
    assert (customer.gender, customer.accepts_marketing) == ("Male", False)
    assert (DAY - customer.joined_on).days == 40


@settings(MANY, max_examples=120 // SHARE)
@given(
    container=st.sampled_from(["zip", "packed zip", "workbook", "parquet", "gz", "folder"]),
    damages=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
    kept=st.one_of(st.just(1.0), st.floats(0, 1)),
)
def test_a_damaged_file_is_loaded_in_part_or_refused_in_a_sentence(
    container: str, damages: list[tuple[float, int]], kept: float
) -> None:
    writing = Writing(**{**vars(USUAL), "container": container})
    with undone_after() as folder:
        source = Variant(writing, ()).write(folder)
        damage(source, damages, kept)
        done = run_import(source)
        assert done.status in ("completed", "rejected")
        assert done.status == "completed" or done.error.endswith(".")
        assert_accounted(done)
        assert_nothing_left_behind(done)


def assert_nothing_left_behind(done: DataImport) -> None:
    """Below the folder of imports there is nothing but the rejected rows and the lock of turns."""
    folder = Path(django_settings.IMPORTS_DIR)
    kept = {done.folder, done.rejects_path} if done.rejects_path else set()
    assert set(folder.rglob("*")) - {folder / "turn.lock"} == kept


def damage(source: Path, damages: list[tuple[float, int]], kept: float) -> None:
    """Change bytes at some places of one file, and cut it off."""
    path = source if source.is_file() else max(source.iterdir())
    content = bytearray(path.read_bytes())
    for place, byte in damages:
        content[int(place * len(content))] = byte
    path.write_bytes(content[: int(kept * len(content))])


def assert_accounted(done: DataImport) -> None:
    rejects = rejects_of(done)
    assert len(rejects) == done.rejected
    for name, counts in done.tables.items():
        kept = counts["created"] + counts["updated"] + counts["unchanged"]
        assert counts["rows"] == kept + counts["rejected"]
        assert MODELS[name].objects.count() == counts["created"]
