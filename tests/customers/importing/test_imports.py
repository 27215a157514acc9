"""From the request to the end of an import, whatever happens on the way."""

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.db import transaction
from django_q.models import OrmQ
from pytest_django import Settings

from customers import tasks
from customers.models import City, DataImport, FactsChange, FactsVersion, JobLost
from customers.operations import imports
from customers.operations.imports import (
    UploadTooLarge,
    enqueue_import,
    execute_import,
    import_summary,
    request_import,
)
from tests.customers.importing.files import (
    CITY,
    REFERENCE,
    good_tables,
    import_tables,
    import_text,
    run_import,
    write_folder,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def upload(content: bytes, name: str = "book.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def request_upload(file: SimpleUploadedFile) -> DataImport:
    return request_import(source=file, source_name=file.name, dry_run=False, requested_by=None)


def queued(folder: Path) -> DataImport:
    """A requested import of one good city."""
    write_folder(folder, {"cities": [CITY]})
    return request_import(source=folder, source_name="data", dry_run=False, requested_by=None)


def test_an_upload_is_kept_until_it_is_loaded() -> None:
    requested = request_upload(upload(REFERENCE.read_bytes()))
    assert Path(requested.path).read_bytes() == REFERENCE.read_bytes()
    assert execute_import(requested.pk).created == 6050
    assert not requested.folder.exists()


def test_who_asked_and_what_for_is_kept(folder: Path) -> None:
    user = make_user()
    requested = request_import(
        source=folder, source_name="x" * 300, dry_run=True, requested_by=user
    )
    requested.refresh_from_db()
    assert (requested.requested_by, requested.dry_run, requested.status) == (user, True, "queued")
    assert len(requested.source_name) == 255


@pytest.mark.parametrize("name", ["../../evil.xlsx", "/etc/passwd", "a\\b.zip", "x.sh", "x.XLSX"])
def test_the_name_of_an_upload_is_no_path(name: str) -> None:
    file = upload(b"PK")
    file._name = name
    requested = request_upload(file)
    kept = Path(requested.path)
    assert kept.parent == requested.folder
    assert kept.name in ("upload", "upload.xlsx", "upload.zip")


def test_a_file_given_by_its_path_stays_where_it_is(folder: Path) -> None:
    done = import_tables(folder, good_tables())
    assert len(list(folder.iterdir())) == 5
    assert not done.folder.exists()


def test_only_the_rejected_rows_stay_behind(folder: Path) -> None:
    done = import_text(folder, "cities", "city_id,city_name\n1,\n")
    assert [path.name for path in done.folder.iterdir()] == ["rejected-rows.csv"]
    assert done.rejects_file == str(done.folder / "rejected-rows.csv")


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


def test_the_worker_is_handed_the_id(folder: Path) -> None:
    requested = queued(folder)
    enqueue_import(requested)
    task = OrmQ.objects.get().task
    assert (task["func"], task["args"]) == ("customers.tasks.execute_import", (requested.pk,))


def test_an_import_that_is_rolled_back_is_not_queued(folder: Path) -> None:
    with transaction.atomic():
        enqueue_import(queued(folder))
        transaction.set_rollback(True)
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
    assert not requested.folder.exists()


def test_an_import_cancelled_on_the_way_stores_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested = queued(folder)
    monkeypatch.setattr(imports, "check", lambda *_: DataImport.objects.get().cancel())
    monkeypatch.setattr(imports, "write_rejects", lambda *_: None)
    assert execute_import(requested.pk).status == "cancelled"
    assert not City.objects.exists()


def test_a_failure_on_the_way_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    requested = queued(folder)
    monkeypatch.setattr(imports, "_finish", fail)
    done = execute_import(requested.pk)
    assert (done.status, done.tables) == ("failed", {})
    assert done.error.endswith(".")
    assert not City.objects.exists()
    assert not FactsChange.objects.exists()
    assert not done.folder.exists()


def test_a_worker_that_lost_the_import_keeps_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_: object, **__: object) -> None:
        raise JobLost

    requested = queued(folder)
    monkeypatch.setattr(DataImport, "finish", lose)
    assert execute_import(requested.pk).status == "running"
    assert not City.objects.exists()


def test_figures_that_cannot_be_refreshed_do_not_undo_the_import(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> FactsVersion:
        raise OSError("disk full")

    monkeypatch.setattr(imports, "refresh_facts", fail)
    done = import_tables(folder, {"cities": [CITY]})
    assert (done.status, City.objects.count()) == ("completed", 1)
    assert FactsChange.objects.get().reason == f"Import {done.pk}"
    assert "could not be refreshed" in caplog.text


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
        "tables": {
            "cities": nothing | {"rows": 1, "created": 1},
            "merchants": nothing,
            "branches": nothing,
            "customers": nothing,
            "transactions": nothing,
        },
        "rejects_file": None,
    }
