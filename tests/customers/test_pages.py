"""The overview and the data pages."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_q.models import OrmQ
from pytest_django import DjangoAssertNumQueries, Settings

from customers.models import Customer, DataImport, Transaction
from customers.operations.facts import mark_facts_stale, refresh_facts
from customers.operations.imports import execute_import
from tests.customers.importing.files import good_tables, write_folder, write_zip
from tests.factories import make_customer, make_import, make_transaction, make_user

pytestmark = pytest.mark.django_db
Status = DataImport.Status
HTMX = {"HX-Request": "true"}


@pytest.fixture
def marketer(client: Client) -> Client:
    client.force_login(make_user("Marketer"))
    return client


def text(response: Any) -> str:
    return response.content.decode()


def zipped(folder: Path, tables: dict[str, list[dict[str, Any]]] | None = None) -> bytes:
    """A zip of these tables, or of small ones that are right."""
    write_folder(folder, tables or good_tables())
    files = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    return write_zip(folder / "all.zip", files).read_bytes()


def upload(client: Client, content: bytes, name: str = "coupons.zip", **values: str) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("start-import"), {"file": file} | values)


# The overview --------------------------------------------------------------------------------


def test_before_the_first_import_the_overview_says_what_to_do(marketer: Client) -> None:
    page = text(marketer.get("/"))
    assert "Import your customers and coupons first." in page
    assert reverse("data") in page


def test_without_coupons_the_overview_shows_zeros(marketer: Client) -> None:
    make_customer()
    refresh_facts()
    response = marketer.get("/")
    tiles = {tile.label: tile.value for tile in response.context["overview"].tiles}
    assert (response.status_code, tiles["Claims"], tiles["Burn rate"]) == (200, 0, None)


def test_the_overview_shows_the_period_of_the_address(marketer: Client) -> None:
    make_transaction(claimed_on=date(2024, 1, 31))
    make_transaction(claimed_on=date(2024, 3, 1))
    refresh_facts()
    values = {"period": "custom", "start": "2024-01-01", "end": "2024-01-31"}
    response = marketer.get("/", values)
    assert "1 January 2024 to 31 January 2024" in text(response)
    claims = {tile.label: tile.value for tile in response.context["overview"].tiles}["Claims"]
    assert claims == 1


def test_the_overview_remembers_the_period(marketer: Client) -> None:
    make_transaction()
    refresh_facts()
    marketer.get("/", {"period": "30d"})
    response = marketer.get("/")
    assert (response.status_code, response.url) == (302, "/?period=30d")
    assert marketer.get(response.url).context["preset"] == "30d"
    assert marketer.get("/", {"period": "all"}).context["preset"] == "all"


def test_the_overview_does_not_remember_a_period_that_is_none(marketer: Client) -> None:
    make_transaction()
    refresh_facts()
    for address in ({"period": "nonsense"}, {"period": "custom", "start": "2030-01-01"}):
        marketer.get("/", address)
    assert marketer.get("/").status_code == 200


def test_a_period_without_records_is_told_where_it_is_chosen(marketer: Client) -> None:
    make_transaction(claimed_on=date(2024, 3, 1))
    refresh_facts()
    address = {"period": "custom", "start": "2025-01-01", "end": "2025-01-31"}
    page = text(marketer.get("/", address))
    assert "Nothing happened in this period. Records run from 1 March 2024 to 1 March 2024." in page
    assert 'aria-expanded="true"' in page


def test_the_overview_says_what_it_compares_with(marketer: Client) -> None:
    for day in (date(2024, 3, 1), date(2024, 3, 2), date(2024, 3, 3)):
        make_transaction(claimed_on=day)
    refresh_facts()

    def shown(start: str, end: str) -> str:
        return text(marketer.get("/", {"period": "custom", "start": start, "end": end}))

    assert "to 3 March 2024, compared with the day before" in shown("2024-03-03", "2024-03-03")
    alone = shown("2024-03-02", "2024-03-03")
    assert "compared with" not in alone
    assert "records begin later" in alone


@pytest.mark.parametrize(
    "address",
    [
        {"period": "nonsense"},
        {"period": "custom"},
        {"period": "custom", "start": "x", "end": "y"},
        {"period": "custom", "start": "0001-01-01", "end": "2024-01-01"},
        {"period": "custom", "start": "2024-01-01", "end": "9999-12-31"},
        {"period": "custom", "start": "1900-01-01", "end": "2100-12-31"},
    ],
)
def test_no_address_breaks_the_overview(marketer: Client, address: dict[str, str]) -> None:
    make_transaction()
    refresh_facts()
    assert marketer.get("/", address).status_code == 200


def test_a_snapshot_that_is_gone_does_not_break_the_overview(marketer: Client) -> None:
    folder = refresh_facts().folder
    folder.rename(folder.with_name("moved"))
    assert "Try again in a minute." in text(marketer.get("/"))


def test_the_overview_asks_the_database_little(
    marketer: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_transaction()
    refresh_facts()
    with django_assert_max_num_queries(12):
        marketer.get("/")


# Importing -----------------------------------------------------------------------------------


def test_a_file_is_imported_from_upload_to_outcome(marketer: Client, tmp_path: Path) -> None:
    response = upload(marketer, zipped(tmp_path))
    data_import = DataImport.objects.get()
    assert response.url == data_import.get_absolute_url()
    assert OrmQ.objects.get().task["args"] == (data_import.pk,)
    assert "Waiting for its turn" in text(marketer.get(response.url))

    execute_import(data_import.pk)
    assert "The records are loaded and the figures are up to date." in text(
        marketer.get(response.url)
    )
    assert Transaction.objects.count() == 2
    assert marketer.get("/").context["overview"].tiles[0].value == 1


def test_a_check_loads_nothing(marketer: Client, tmp_path: Path) -> None:
    upload(marketer, zipped(tmp_path), dry_run="on")
    data_import = execute_import(DataImport.objects.get().pk)
    assert "This was a check: nothing was loaded." in text(
        marketer.get(data_import.get_absolute_url())
    )
    assert not Customer.objects.exists()


def test_the_same_file_again_changes_nothing(marketer: Client, tmp_path: Path) -> None:
    for _ in range(2):
        upload(marketer, zipped(tmp_path))
        data_import = execute_import(DataImport.objects.first().pk)
    assert "Nothing changed" in text(marketer.get(data_import.get_absolute_url()))


def test_rejected_rows_are_downloaded(marketer: Client, tmp_path: Path) -> None:
    tables = good_tables()
    tables["customers"].append(tables["customers"][0] | {"customer_id": "2", "gender": "robot"})
    upload(marketer, zipped(tmp_path, tables))
    data_import = execute_import(DataImport.objects.get().pk)
    assert "Download the rejected rows" in text(marketer.get(data_import.get_absolute_url()))
    response = marketer.get(reverse("download-rejects", args=[data_import.pk]))
    assert response["Content-Disposition"] == (
        f'attachment; filename="rejected-rows-import-{data_import.pk}.csv"'
    )
    assert b"robot" in b"".join(response.streaming_content)


def test_without_rejected_rows_there_is_nothing_to_download(marketer: Client) -> None:
    data_import = make_import(status=Status.COMPLETED)
    assert marketer.get(reverse("download-rejects", args=[data_import.pk])).status_code == 404


def test_a_file_that_is_no_workbook_is_told_in_a_sentence(marketer: Client) -> None:
    upload(marketer, b"not a workbook", name="coupons.xlsx")
    data_import = execute_import(DataImport.objects.get().pk)
    assert data_import.status == Status.REJECTED
    page = text(marketer.get(data_import.get_absolute_url()))
    assert data_import.error
    assert data_import.error.split("“")[0].strip() in page


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "This file is empty."), (None, "This field is required.")]
)
def test_without_a_file_nothing_is_imported(
    marketer: Client, content: bytes | None, sentence: str
) -> None:
    values = {} if content is None else {"file": SimpleUploadedFile("coupons.zip", content)}
    response = marketer.post(reverse("start-import"), values)
    assert response.status_code == 422
    assert sentence in text(response)
    assert not DataImport.objects.exists()


def test_a_file_that_is_too_large_is_refused(marketer: Client, settings: Settings) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 0
    response = upload(marketer, b"a byte")
    assert response.status_code == 422
    assert "The file is larger than 0 MB." in text(response)
    assert not DataImport.objects.exists()


def test_an_import_that_cannot_be_queued_is_not_noted(
    marketer: Client, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    def fail(*args: Any) -> None:
        raise OSError("no queue")

    monkeypatch.setattr("customers.operations.imports.async_task", fail)
    with pytest.raises(OSError, match="no queue"):
        upload(marketer, b"x")
    assert not DataImport.objects.exists()
    assert list(settings.IMPORTS_DIR.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<b>sale</b> & 'more'.zip", "b&gt; &amp; &#x27;more&#x27;.zip"),
        ("قسائم.zip", "قسائم.zip"),
        ("../../etc/passwd", "passwd"),
        ("=cmd|'x'!A0.zip", "=cmd|&#x27;x&#x27;!A0.zip"),
    ],
)
def test_an_odd_file_name_is_shown_as_text(marketer: Client, name: str, shown: str) -> None:
    upload(marketer, b"x", name=name)
    for address in (reverse("data"), DataImport.objects.get().get_absolute_url()):
        page = text(marketer.get(address))
        assert shown in page
        assert "<b>sale" not in page


def test_an_upload_stays_in_its_folder(marketer: Client, settings: Settings) -> None:
    upload(marketer, b"x", name="../../evil.zip")
    data_import = DataImport.objects.get()
    kept = Path(data_import.path)
    assert (kept.parent, kept.suffix) == (settings.IMPORTS_DIR, ".zip")
    assert "evil" not in kept.name


# Progress ------------------------------------------------------------------------------------


def test_while_it_is_at_work_only_the_changing_part_is_sent(marketer: Client) -> None:
    data_import = make_import(status=Status.RUNNING, stage="Checking every row", progress=0.4)
    part = text(marketer.get(data_import.get_absolute_url(), headers=HTMX))
    assert "<html" not in part
    assert "Checking every row" in part
    assert "40%" in part
    assert f'hx-get="{data_import.get_absolute_url()}"' in part


def test_while_the_figures_are_made_the_page_says_so_and_asks_again(marketer: Client) -> None:
    counts = {"rows": 1, "created": 1, "updated": 0, "unchanged": 0, "rejected": 0}
    data_import = make_import(status=Status.COMPLETED, tables={"cities": counts})
    mark_facts_stale("Import")
    part = text(marketer.get(data_import.get_absolute_url(), headers=HTMX))
    assert "The records are loaded; the figures are being made." in part
    assert 'hx-trigger="every 2s"' in part
    refresh_facts()
    part = text(marketer.get(data_import.get_absolute_url(), headers=HTMX))
    assert "The records are loaded and the figures are up to date." in part
    assert "hx-get" not in part


def test_when_it_has_ended_nothing_is_asked_any_more(marketer: Client) -> None:
    data_import = make_import(status=Status.COMPLETED)
    assert "hx-get" not in text(marketer.get(data_import.get_absolute_url(), headers=HTMX))


def test_an_import_is_cancelled(marketer: Client) -> None:
    data_import = make_import()
    address = reverse("cancel-import", args=[data_import.pk])
    page = text(marketer.post(address, follow=True))
    assert "The import was stopped. Nothing was loaded." in page
    page = text(marketer.post(address, follow=True))
    assert "The import had already ended." in page
    assert DataImport.objects.get().status == Status.CANCELLED


def test_a_running_import_is_asked_to_stop(marketer: Client) -> None:
    data_import = make_import(status=Status.RUNNING)
    assert ">Stop<" in text(marketer.get(data_import.get_absolute_url()))
    page = text(marketer.post(reverse("cancel-import", args=[data_import.pk]), follow=True))
    assert "Stopping" in page
    assert ">Stop<" not in page


def test_a_viewer_sees_imports_and_no_upload(client: Client) -> None:
    client.force_login(make_user("Viewer"))
    data_import = make_import()
    page = text(client.get(reverse("data")))
    assert "coupons.xlsx" in page
    assert 'type="file"' not in page
    assert ">Stop<" not in text(client.get(data_import.get_absolute_url()))


def test_before_the_first_import_the_data_page_says_so(marketer: Client) -> None:
    assert "Nothing was imported yet." in text(marketer.get(reverse("data")))


def test_many_imports_need_no_more_queries_than_one(marketer: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            marketer.get(reverse("data"))
        return len(captured)

    make_import(requested_by=make_user())
    one = queries()
    for _ in range(29):
        make_import(requested_by=make_user())
    assert queries() == one
    assert text(marketer.get(reverse("data"))).count("coupons.xlsx") == 20
