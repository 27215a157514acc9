"""From the request to the end of an import, whatever happens on the way."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import Settings

from customers import tasks
from customers.models import City, DataImport, FactsChange
from customers.operations.import_files import UploadTooLarge
from customers.operations.imports import (
    NotPossibleNow,
    execute_import,
    import_summary,
    load_import,
    recover_lost_imports,
    request_import,
    retry_import,
)
from tests.customers.importing.files import (
    BRANCH,
    CITY,
    REFERENCE,
    Row,
    good_tables,
    import_tables,
    import_text,
    run_import,
    write_folder,
)
from tests.customers.importing.moments import elsewhere, when
from tests.factories import make_user

pytestmark = pytest.mark.django_db
# The statements that mark how far an import is.
LOOKING_UP = 'SELECT %s AS "a" FROM "customers_merchant"'
STORED = 'INSERT INTO "customers_factschange"'


def upload(content: bytes, name: str = "book.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def request_upload(file: SimpleUploadedFile) -> DataImport:
    return request_import(source=file, source_name=file.name, dry_run=False, requested_by=None)


def nothing_is_left(data_import: DataImport) -> bool:
    return not data_import.folder.exists() and not Path(data_import.path).exists()


def queued(folder: Path, tables: dict[str, list[Row]] | None = None) -> DataImport:
    """A requested import: of one good city, or of these tables."""
    write_folder(folder, tables or {"cities": [CITY]})
    return request_import(source=folder, source_name="data", dry_run=False, requested_by=None)


def queued_tables(folder: Path) -> DataImport:
    """A requested import of all tables, with a merchant that has to be looked up."""
    unknown = BRANCH | {"branch_id": "2", "merchant_id": "9"}
    return queued(folder, good_tables() | {"branches": [BRANCH, unknown]})


def take_over() -> None:
    """Another worker claims the import meanwhile."""
    elsewhere(lambda: DataImport.objects.update(attempts=F("attempts") + 1))


def cancel() -> None:
    elsewhere(lambda: DataImport.objects.get().cancel())


def fail() -> None:
    raise OperationalError("disk full")


def test_an_upload_is_kept_until_it_is_loaded() -> None:
    requested = request_upload(upload(REFERENCE.read_bytes()))
    assert Path(requested.path).read_bytes() == REFERENCE.read_bytes()
    assert execute_import(requested.pk).created == 6050
    assert nothing_is_left(requested)


def test_who_asked_and_what_for_is_kept(folder: Path) -> None:
    user = make_user()
    requested = request_import(
        source=folder, source_name="x" * 300, dry_run=True, requested_by=user
    )
    requested.refresh_from_db()
    assert (requested.requested_by, requested.dry_run, requested.status) == (user, True, "queued")
    assert len(requested.source_name) == 255


@pytest.mark.parametrize("name", ["../../evil.xlsx", "/etc/passwd", "a\\b.zip", "x.sh", "x.XLSX"])
def test_the_name_of_an_upload_is_no_path(name: str, settings: Settings) -> None:
    file = upload(b"PK")
    file._name = name
    requested = request_upload(file)
    kept = Path(requested.path)
    assert (kept.parent, kept) == (settings.IMPORTS_DIR, requested.upload)
    assert re.fullmatch(r"upload-[0-9a-f]{32}(\.xlsx|\.zip)?", kept.name)


def test_a_file_given_by_its_path_stays_where_it_is(folder: Path) -> None:
    done = import_tables(folder, good_tables())
    assert len(list(folder.iterdir())) == 5
    assert not done.folder.exists()


def test_only_the_rejected_rows_stay_behind(folder: Path) -> None:
    done = import_text(folder, "cities", "city_id,city_name\n1,\n")
    assert [path.name for path in done.folder.iterdir()] == ["rejected-rows.csv"]
    assert done.rejects_path == done.folder / "rejected-rows.csv"


def test_an_upload_over_the_limit_is_refused(settings: Settings) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 1
    with pytest.raises(UploadTooLarge, match="larger than 1 MB"):
        request_upload(upload(b"x" * ((1 << 20) + 1)))
    assert not DataImport.objects.exists()


def test_an_upload_that_lies_about_its_size_is_refused(settings: Settings) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 1
    content = BytesIO(b"x" * (2 << 20))
    file = InMemoryUploadedFile(content, "file", "book.xlsx", None, 10, None)
    with pytest.raises(UploadTooLarge):
        request_upload(file)
    assert not DataImport.objects.exists()
    assert list(settings.IMPORTS_DIR.iterdir()) == []


def test_an_import_that_cannot_be_noted_leaves_no_upload(settings: Settings) -> None:
    nobody = make_user()
    nobody.delete()
    with pytest.raises(ValueError, match="unsaved"):
        request_import(
            source=upload(b"PK"), source_name="book.xlsx", dry_run=False, requested_by=nobody
        )
    assert not DataImport.objects.exists()
    assert list(settings.IMPORTS_DIR.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_an_upload_is_copied_before_the_database_is_asked() -> None:
    asked: list[bool] = []

    class Watched(SimpleUploadedFile):
        def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
            asked.append(connection.in_atomic_block or DataImport.objects.exists())
            yield from super().chunks(chunk_size)

    request_upload(Watched("book.xlsx", b"PK"))
    assert asked == [False]


def test_the_worker_is_handed_the_id(folder: Path) -> None:
    requested = queued(folder)
    task = OrmQ.objects.get().task
    assert (task["func"], task["args"]) == ("customers.tasks.execute_import", (requested.pk,))


def test_an_import_that_is_rolled_back_is_not_queued(folder: Path) -> None:
    with transaction.atomic():
        queued(folder)
        transaction.set_rollback(True)
    assert not OrmQ.objects.exists()


def test_who_does_the_import_at_once_queues_nothing(folder: Path) -> None:
    import_tables(folder, good_tables())
    assert not OrmQ.objects.exists()


def test_the_task_does_the_import(folder: Path) -> None:
    tasks.execute_import(queued(folder).pk)
    assert City.objects.exists()


def test_an_import_handed_out_twice_is_done_once(folder: Path) -> None:
    requested = queued(folder)
    execute_import(requested.pk)
    City.objects.all().delete()
    assert execute_import(requested.pk).status == "completed"
    assert not City.objects.exists()


def test_an_import_that_another_worker_has_is_left_alone(folder: Path) -> None:
    requested = queued(folder)
    DataImport.objects.claim(requested.pk)
    assert execute_import(requested.pk).status == "running"
    assert not City.objects.exists()


def test_an_import_cancelled_while_waiting_is_not_begun_and_leaves_no_upload() -> None:
    requested = request_upload(upload(REFERENCE.read_bytes()))
    requested.cancel()
    assert execute_import(requested.pk).status == "cancelled"
    assert not City.objects.exists()
    assert nothing_is_left(requested)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", [LOOKING_UP, STORED], ids=["checking", "loading"])
def test_an_import_cancelled_on_the_way_stores_nothing(folder: Path, moment: str) -> None:
    requested = queued_tables(folder)
    with when(moment, cancel):
        done = execute_import(requested.pk)
    assert (done.status, done.tables) == ("cancelled", {})
    assert not City.objects.exists()
    assert not FactsChange.objects.exists()
    assert not done.folder.exists()


def test_a_failure_on_the_way_leaves_nothing(folder: Path) -> None:
    requested = queued_tables(folder)
    with when(STORED, fail):
        done = execute_import(requested.pk)
    assert (done.status, done.tables) == ("interrupted", {})
    assert done.error.endswith(".")
    assert not City.objects.exists()
    assert not FactsChange.objects.exists()
    assert not done.folder.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", [LOOKING_UP, STORED], ids=["checking", "loading"])
def test_a_worker_that_lost_the_import_keeps_nothing(folder: Path, moment: str) -> None:
    requested = queued_tables(folder)
    with when(moment, take_over):
        done = execute_import(requested.pk)
    assert (done.status, done.tables) == ("running", {})
    assert not City.objects.exists()
    assert not FactsChange.objects.exists()


def test_figures_that_cannot_be_refreshed_do_not_undo_the_import(
    folder: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.FACTS_DIR.rmdir()
    settings.FACTS_DIR.write_text("a file where the folder should be")
    done = import_tables(folder, {"cities": [CITY]})
    assert (done.status, City.objects.count()) == ("completed", 1)
    assert FactsChange.objects.get().reason == f"Import {done.pk}"
    assert "could not be refreshed" in caplog.text


def test_an_import_whose_worker_was_killed_is_interrupted_and_can_be_tried_again() -> None:
    requested = request_upload(upload(REFERENCE.read_bytes()))
    (requested.folder / "work-1").mkdir(parents=True)
    DataImport.objects.update(
        status="running", attempts=1, heartbeat_at=timezone.now() - timedelta(hours=1)
    )
    recover_lost_imports()
    lost = DataImport.objects.get()
    assert (lost.status, "try again" in lost.error) == ("interrupted", True)
    assert not lost.folder.exists()
    retry_import(lost)
    assert execute_import(lost.pk).status == "completed"
    assert nothing_is_left(lost)


def test_files_of_a_killed_attempt_are_removed(folder: Path) -> None:
    requested = queued(folder)
    (requested.folder / "work-1").mkdir(parents=True)
    (requested.folder / "work-1" / "cities.csv").write_bytes(b"half written")
    assert execute_import(requested.pk).status == "completed"
    assert not requested.folder.exists()


def test_the_summary_has_every_table(folder: Path) -> None:
    done = run_import(write_folder(folder, {"cities": [CITY]}))
    nothing = {"rows": 0, "created": 0, "updated": 0, "unchanged": 0, "rejected": 0}
    assert import_summary(done) == {
        "import": done.pk,
        "status": "completed",
        "error": "",
        "dry_run": False,
        "mode": "good-rows",
        "customers_affected": 0,
        "examples": {},
        "notes": [],
        "parts": done.parts,
        "tables": {
            "cities": nothing | {"rows": 1, "created": 1},
            "merchants": nothing,
            "branches": nothing,
            "customers": nothing,
            "transactions": nothing,
        },
        "rejects_file": None,
    }


def test_the_first_rows_of_a_preview_have_the_columns_in_their_order(folder: Path) -> None:
    done = import_tables(folder, good_tables(), dry_run=True)
    [first] = DataImport.objects.get(pk=done.pk).preview["rows"]["customers"]
    assert first == [
        ["customer_id", "1"],
        ["join_date", "2024-01-01"],
        ["city_id", "1"],
        ["gender", "Female"],
        ["accepts_marketing", "yes"],
    ]


def test_what_is_only_checked_is_never_loaded(folder: Path) -> None:
    requested = request_import(
        source=write_folder(folder, {"cities": [CITY]}),
        source_name="given",
        dry_run=True,
        review=True,
        requested_by=None,
        queue=False,
    )
    done = execute_import(requested.pk)
    assert (done.status, done.dry_run) == ("completed", True)
    with pytest.raises(NotPossibleNow):
        load_import(done, "good-rows")
    assert not City.objects.exists()
