"""An import from upload by preview to outcome and back, and the list of all imports."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_q.models import OrmQ
from pytest_django import Settings

from customers.models import Customer, DataImport, Transaction
from customers.operations.imports import execute_import
from tests.customers.import_states import (
    BEGAN,
    COUNTS,
    NOTHING,
    Status,
    Task,
    load,
    make_loaded,
    make_previewed,
    page_of,
    step,
    text,
    upload,
)
from tests.customers.importing.files import good_tables, write_folder, write_zip
from tests.factories import make_city, make_import, make_user

pytestmark = pytest.mark.django_db


def zipped(folder: Path, tables: dict[str, list[dict[str, Any]]] | None = None) -> bytes:
    """A zip of these tables, or of small ones that are right."""
    write_folder(folder, tables or good_tables())
    files = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    return write_zip(folder / "all.zip", files).read_bytes()


def with_a_fault() -> dict[str, list[dict[str, Any]]]:
    tables = good_tables()
    tables["customers"].append(tables["customers"][0] | {"customer_id": "2", "gender": "robot"})
    return tables


# The whole way -------------------------------------------------------------------------------


def test_a_file_goes_from_upload_by_preview_to_outcome(marketer: Client, tmp_path: Path) -> None:
    response = upload(marketer, zipped(tmp_path))
    data_import = DataImport.objects.get()
    assert response.url == data_import.get_absolute_url()
    assert OrmQ.objects.get().task["args"] == (data_import.pk,)
    assert "Waiting for its turn" in page_of(marketer, data_import)

    data_import = execute_import(data_import.pk)
    assert "Nothing is loaded yet." in page_of(marketer, data_import)
    assert not Customer.objects.exists()

    load(marketer, data_import)
    data_import = execute_import(data_import.pk)
    assert "The records are loaded and the figures are up to date with them." in page_of(
        marketer, data_import
    )
    assert Transaction.objects.count() == 2


@pytest.mark.parametrize(
    ("mode", "status", "customers"),
    [("good-rows", "completed", 1), ("all-or-nothing", "rejected", 0)],
)
def test_a_row_that_is_bad_by_the_time_of_loading_is_left_out_or_stops_all(
    marketer: Client, tmp_path: Path, mode: str, status: str, customers: int
) -> None:
    city = make_city(external_id="9")
    people = [{"customer_id": "1", "city_id": ""}, {"customer_id": "2", "city_id": "9"}]
    upload(marketer, zipped(tmp_path, {"customers": people}))
    data_import = execute_import(DataImport.objects.get().pk)
    assert f'value="{mode}"' in page_of(marketer, data_import)
    city.delete()
    load(marketer, data_import, mode)
    assert execute_import(data_import.pk).status == status
    assert Customer.objects.count() == customers


def test_the_same_file_again_has_nothing_to_load(marketer: Client, tmp_path: Path) -> None:
    upload(marketer, zipped(tmp_path))
    load(marketer, execute_import(DataImport.objects.get().pk))
    execute_import(DataImport.objects.get().pk)
    upload(marketer, zipped(tmp_path))
    page = page_of(marketer, execute_import(DataImport.objects.first().pk))
    assert "all that this file says is here already" in page
    assert "Load the good rows" not in page


def test_a_loaded_import_is_undone(marketer: Client, tmp_path: Path) -> None:
    upload(marketer, zipped(tmp_path))
    load(marketer, execute_import(DataImport.objects.get().pk))
    data_import = execute_import(DataImport.objects.get().pk)
    page = text(marketer.get(reverse("undo-import", args=[data_import.pk])))
    assert "Customers who are removed leave the segments they are in." in page
    step(marketer, "undo-import", data_import)
    page = page_of(marketer, execute_import(data_import.pk))
    assert "This import was undone by" in page
    assert not Customer.objects.exists()


def test_before_the_last_click_the_page_says_what_keeps_an_import_from_being_undone(
    marketer: Client, tmp_path: Path
) -> None:
    upload(marketer, zipped(tmp_path))
    load(marketer, execute_import(DataImport.objects.get().pk))
    data_import = execute_import(DataImport.objects.get().pk)
    Transaction.objects.first().save()
    page = text(marketer.get(reverse("undo-import", args=[data_import.pk]))).split("<main")[1]
    assert "It can’t be undone: 1 of the transactions that this import created was changed" in page
    assert "<form" not in page


def test_rejected_rows_are_downloaded_before_anything_is_loaded(
    marketer: Client, tmp_path: Path
) -> None:
    upload(marketer, zipped(tmp_path, with_a_fault()))
    data_import = execute_import(DataImport.objects.get().pk)
    assert "Download the rejected rows" in page_of(marketer, data_import)
    for file, start in {"csv": b"\xef\xbb\xbfsheet,line", "xlsx": b"PK"}.items():
        address = f"{reverse('download-rejects', args=[data_import.pk])}?format={file}"
        response = marketer.get(address)
        assert response["Content-Disposition"] == (
            f'attachment; filename="rejected-rows-import-{data_import.pk}.{file}"'
        )
        assert b"".join(response.streaming_content).startswith(start)
        assert marketer.head(address)["Content-Disposition"] == response["Content-Disposition"]


def test_a_file_that_is_no_table_is_told_in_a_sentence(marketer: Client) -> None:
    upload(marketer, b"\x00\x01\x02 not a workbook", name="coupons.xlsx")
    data_import = execute_import(DataImport.objects.get().pk)
    assert data_import.status == Status.REJECTED
    assert data_import.error in unescape(page_of(marketer, data_import))


# Uploading -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "This file is empty."), (None, "Choose a file first.")]
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
    kept = Path(DataImport.objects.get().path)
    assert (kept.parent, kept.suffix) == (settings.IMPORTS_DIR, ".zip")
    assert "evil" not in kept.name


# The list ------------------------------------------------------------------------------------


def test_before_the_first_import_the_data_page_says_so(marketer: Client) -> None:
    assert "Nothing was imported yet." in text(marketer.get(reverse("data")))


@pytest.mark.parametrize("status", Status.values)
def test_every_status_has_its_words(marketer: Client, status: str) -> None:
    make_import(status=status, tables={"customers": COUNTS})
    assert Status(status).label in text(marketer.get(reverse("data")))


def test_imports_that_wait_say_whose_they_are_and_ones_own_come_first(client: Client) -> None:
    mine = make_user("Marketer")
    make_previewed(requested_by=mine, source_name="mine.csv")
    mona = make_user(first_name="Mona", last_name="Adel")
    make_previewed(requested_by=mona, source_name="hers.csv")
    client.force_login(mine)
    notice = text(client.get(reverse("data"))).split("Imports that wait")[1].split("</section>")[0]
    assert "2 imports wait to be loaded or discarded" in notice
    assert notice.index("mine.csv") < notice.index("uploaded by you") < notice.index("hers.csv")
    assert "uploaded by Mona Adel" in notice


def test_all_imports_that_wait_can_be_reached(marketer: Client) -> None:
    for n in range(5):
        make_previewed(source_name=f"file{n}.csv")
    notice = text(marketer.get(reverse("data"))).split("Imports that wait")[1]
    folded = notice.split("<summary>2 more</summary>")[1].split("</section>")[0]
    assert "file0.csv" in folded


def test_an_import_that_waits_is_discarded_from_the_list(marketer: Client) -> None:
    data_import = make_previewed(source_name="old.csv")
    response = step(marketer, "cancel-import", data_import, **{"from": "list"})
    page = text(response)
    assert response.request["PATH_INFO"] == reverse("data")
    assert "old.csv is discarded. Nothing was loaded." in page
    assert DataImport.objects.get().status == Status.CANCELLED


def test_an_export_is_reached_from_the_top_of_the_page(viewer: Client) -> None:
    page = text(viewer.get(reverse("data"))).split("<main")[1]
    assert page.index('href="#export-title"') < page.index("Imports</h2>")


@pytest.mark.parametrize("rows", [0, 6])
def test_what_would_change_nothing_waits_for_nobody(marketer: Client, rows: int) -> None:
    make_previewed(tables={"customers": NOTHING | {"rows": rows, "unchanged": rows}})
    page = text(marketer.get(reverse("data")))
    assert "wait" not in page.split("<main")[1]
    assert "Nothing to load" in page


def counts_listed(client: Client) -> list[str]:
    """The cells of counts in the only row of the list, but for the rows of the file."""
    row = text(client.get(reverse("data"))).split("<tbody>")[1].split("</tr>")[0]
    cells = re.findall(r'<td class="num[^>]*>(.*?)</td>', row, re.DOTALL)
    return [re.sub("<.*?>", "", cell).strip() for cell in cells[1:]]


def test_the_list_counts_what_is_in_the_database(marketer: Client) -> None:
    make_loaded()
    assert counts_listed(marketer) == ["3", "0", "2", "1"]


def test_what_waits_is_listed_as_not_loaded_yet(marketer: Client) -> None:
    make_previewed()
    assert counts_listed(marketer) == ["3 new, 1 with changes, 1 rejected, not loaded yet"]


def test_what_holds_nothing_new_is_listed_as_such(marketer: Client) -> None:
    make_previewed(tables={"customers": NOTHING | {"rows": 6, "unchanged": 6}})
    assert counts_listed(marketer) == ["nothing new, not loaded"]


@pytest.mark.parametrize(
    "values",
    [
        {"status": Status.CANCELLED},
        {"status": Status.INTERRUPTED},
        {"status": Status.REJECTED},
        {"status": Status.UNDONE},
        {"status": Status.COMPLETED, "dry_run": True},
    ],
)
def test_what_is_not_in_the_database_is_not_counted(
    marketer: Client, values: dict[str, Any]
) -> None:
    make_previewed(**values)
    assert counts_listed(marketer) == ["–"] * 4


def test_an_undo_at_work_is_listed_as_such(marketer: Client) -> None:
    make_import(status=Status.RUNNING, task=Task.UNDO)
    assert "Undoing" in text(marketer.get(reverse("data")))


@pytest.mark.parametrize(("most", "words"), [(200, "up to 200 MB"), (1024, "up to 1 GB")])
def test_how_large_a_file_may_be_is_said(
    marketer: Client, settings: Settings, most: int, words: str
) -> None:
    settings.MAX_UPLOAD_MEGABYTES = most
    assert words in text(marketer.get(reverse("data")))


def test_people_are_called_by_their_full_name(marketer: Client) -> None:
    person = make_user(username="mona1", first_name="Mona", last_name="Adel")
    data_import = make_previewed(requested_by=person, created_at=BEGAN)
    assert "Uploaded by Mona Adel on 1 March 2026" in page_of(marketer, data_import)
    assert '<td data-label="By">Mona Adel</td>' in text(marketer.get(reverse("data")))


def test_all_imports_can_be_reached(marketer: Client) -> None:
    for _ in range(45):
        make_import()
    shown = [text(marketer.get(reverse("data"), {"page": n})) for n in (1, 2, 3, 99, "x")]
    assert [page.count("coupons.xlsx") for page in shown] == [20, 20, 5, 5, 20]
    assert "21 to 40 of 45" in shown[1]


def test_many_imports_need_no_more_queries_than_one(marketer: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            marketer.get(reverse("data"))
        return len(captured)

    make_previewed(requested_by=make_user())
    one = queries()
    for _ in range(29):
        make_previewed(requested_by=make_user())
    assert queries() == one
