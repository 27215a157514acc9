"""What is said of an import that has ended, and who may do what with any of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from customers.models import DataImport
from tests.customers.import_states import (
    NOTHING,
    REASON,
    UNSURE,
    WITH_REASONS,
    Status,
    keep_upload,
    make_loaded,
    make_previewed,
    make_unnamed,
    page_of,
    step,
    text,
    upload,
)
from tests.factories import make_import, make_user

pytestmark = pytest.mark.django_db


# The outcome ---------------------------------------------------------------------------------


def test_the_outcome_says_who_when_and_how_fast(marketer: Client) -> None:
    person = make_user(username="hoda")
    many = {"customers": NOTHING | {"rows": 50_000, "unchanged": 50_000}}
    page = page_of(marketer, make_loaded(requested_by=person, tables=many))
    assert "Loaded on 1 March 2026" in page
    assert "for hoda in 2.0 seconds, 25,000 rows a second" in page


def test_after_a_refused_undo_the_page_still_says_when_and_how_fast_it_was_loaded(
    marketer: Client,
) -> None:
    many = {"customers": NOTHING | {"rows": 50_000, "created": 50_000}}
    done = make_loaded(tables=make_loaded().tables | many, task="undo", error="It was refused.")
    later = timezone.now()
    DataImport.objects.update(started_at=later, finished_at=later + timedelta(minutes=5))
    page = page_of(marketer, done)
    assert "Loaded on 1 March 2026" in page
    assert "in 2.0 seconds, 25,000 rows a second" in page
    page = text(marketer.get(reverse("undo-import", args=[done.pk])))
    assert "loaded on 1 March 2026" in page


def test_a_small_file_is_not_timed(marketer: Client) -> None:
    page = page_of(marketer, make_loaded())
    assert "Loaded on 1 March 2026" in page
    assert "second" not in page


@pytest.mark.parametrize(
    "status", [Status.CANCELLED, Status.INTERRUPTED, Status.REJECTED, Status.UNDONE]
)
def test_what_was_not_loaded_is_not_said_to_be_created(marketer: Client, status: str) -> None:
    page = page_of(marketer, make_previewed(status=status, task="load", error="Why."))
    assert "What the check had found" in page
    assert ">Created<" not in page


def test_after_the_end_the_page_says_why_rows_were_rejected(marketer: Client) -> None:
    for data_import in (
        make_loaded(preview=WITH_REASONS),
        make_previewed(status=Status.CANCELLED, preview=WITH_REASONS),
    ):
        page = page_of(marketer, data_import)
        assert "Why 1 row is rejected" in page
        assert "line 4" in page


def test_an_import_with_a_later_one_says_why_it_cannot_be_undone(marketer: Client) -> None:
    first = make_loaded()
    later = make_loaded()
    page = page_of(marketer, first)
    assert f"Import {later.pk} of coupons.xlsx came after it. Undo that one first." in page
    assert f'<a href="{later.get_absolute_url()}">Go to import {later.pk}</a>' in page
    assert reverse("undo-import", args=[first.pk]) not in page
    assert reverse("undo-import", args=[later.pk]) in page_of(marketer, later)


def test_what_changed_nothing_says_nothing_of_undoing(marketer: Client) -> None:
    tables = {"customers": NOTHING | {"rows": 1, "unchanged": 1}}
    page = page_of(marketer, make_loaded(tables=tables))
    assert "Nothing changed: what this file says is already here." in page
    assert "undo" not in page.lower()


def test_undoing_is_refused_with_the_reason(marketer: Client) -> None:
    data_import = make_import(status=Status.CANCELLED)
    for response in (
        step(marketer, "undo-import", data_import),
        marketer.get(reverse("undo-import", args=[data_import.pk]), follow=True),
    ):
        page = text(response)
        assert (
            "It can’t be undone: This import loaded nothing, so there is nothing to undo." in page
        )
        assert "<form" not in page.split("<main")[1]


def test_after_an_undo_that_was_refused_the_reason_stands_there(marketer: Client) -> None:
    page = page_of(marketer, make_loaded(error="1 of the customers was changed since."))
    assert "Not undone: 1 of the customers was changed since." in page
    assert "The records are loaded" in page


def test_a_check_says_that_nothing_was_loaded(marketer: Client) -> None:
    page = page_of(marketer, make_loaded(dry_run=True))
    assert "This was a check: nothing was loaded." in page


@pytest.mark.parametrize("status", [Status.INTERRUPTED, Status.FAILED])
def test_what_was_interrupted_can_be_tried_again(marketer: Client, status: str) -> None:
    data_import = make_import(status=status, error="The server's disk is full.")
    kept = keep_upload(data_import)
    page = page_of(marketer, data_import)
    assert "disk is full" in page
    assert "Try again" in page
    assert "Waiting for its turn" in text(step(marketer, "retry-import", data_import))
    assert "A worker is about to go on with this import." in text(
        step(marketer, "retry-import", data_import)
    )
    assert kept.exists()


def test_without_its_file_nothing_is_tried_again(marketer: Client) -> None:
    data_import = make_import(status=Status.INTERRUPTED)
    keep_upload(data_import).unlink()
    page = page_of(marketer, data_import)
    assert "The file is no longer kept. Upload it again." in page
    assert "Try again" not in page
    page = text(step(marketer, "retry-import", data_import))
    assert "The uploaded file is no longer kept. Upload it again." in page


def test_without_rejected_rows_there_is_nothing_to_download(marketer: Client) -> None:
    data_import = make_import(status=Status.COMPLETED)
    assert marketer.get(reverse("download-rejects", args=[data_import.pk])).status_code == 404


def test_an_import_needs_few_queries(
    marketer: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        make_loaded(requested_by=make_user())
    for data_import in (DataImport.objects.last(), make_previewed(), make_unnamed()):
        with django_assert_max_num_queries(12):
            page_of(marketer, data_import)


# Who may do what -----------------------------------------------------------------------------

STEPS = ("load-import", "name-columns", "cancel-import", "retry-import", "undo-import")
MAKERS = (make_import, make_unnamed, make_previewed, make_loaded)


@pytest.mark.parametrize("make", MAKERS)
def test_a_viewer_sees_every_import_and_can_change_none(viewer: Client, make: Any) -> None:
    data_import = make()
    response = viewer.get(data_import.get_absolute_url())
    assert response.status_code == 200
    main = text(response).split("<main")[1]
    assert "<form" not in main
    assert "/undo/" not in main
    assert [step(viewer, name, data_import).status_code for name in STEPS] == [403] * len(STEPS)
    assert 'type="file"' not in text(viewer.get(reverse("data")))
    assert upload(viewer, b"x").status_code == 403


def with_rejected_rows(data_import: DataImport) -> DataImport:
    """With a file of its rejected rows."""
    data_import.folder.mkdir()
    (data_import.folder / "rejected-rows.csv").write_text("sheet,line,name\npeople,4,Mona\n")
    data_import.rejects_file = "rejected-rows.csv"
    data_import.save()
    return data_import


@pytest.mark.parametrize("make", [make_previewed, make_loaded])
def test_rejected_rows_are_not_for_those_who_only_look(viewer: Client, make: Any) -> None:
    data_import = with_rejected_rows(make(preview=WITH_REASONS))
    address = reverse("download-rejects", args=[data_import.pk])
    page = page_of(viewer, data_import)
    assert "Why 1 row is rejected" in page
    assert address not in page
    assert "mend" not in page.lower()
    assert viewer.get(address).status_code == 403


def test_whoever_sent_a_file_gets_its_rejected_rows(client: Client) -> None:
    sender = make_user("Integration")
    data_import = with_rejected_rows(make_loaded(preview=WITH_REASONS, requested_by=sender))
    client.force_login(sender)
    assert client.get(reverse("download-rejects", args=[data_import.pk])).status_code == 200


def test_a_row_that_is_broken_is_not_shown_to_those_who_only_look(client: Client) -> None:
    whole = {"column": None, "examples": [{"line": 4, "value": "C-1;Mona Adel"}]}
    preview = WITH_REASONS | {"reasons": [REASON | whole]}
    data_import = make_previewed(preview=preview)
    for role, is_shown in (("Viewer", False), ("Marketer", True)):
        client.force_login(make_user(role))
        page = page_of(client, data_import)
        assert ("Mona Adel" in page, "line 4" in page) == (is_shown, True)


def test_those_who_only_look_are_asked_for_nothing(viewer: Client) -> None:
    unsure = UNSURE + " If they are month/day/year, say so among its columns."
    doubtful = {"customers": 4, "examples": {}, "notes": [unsure]}
    for data_import in (make_previewed(preview=doubtful), make_unnamed()):
        page = page_of(viewer, data_import)
        assert "say so" not in page
        assert "say it once" not in page
    assert "waits for you" not in text(viewer.get(reverse("data")))


@pytest.mark.parametrize("name", [*STEPS, "import", "download-rejects"])
def test_an_import_needs_login_and_a_right(client: Client, name: str) -> None:
    address = reverse(name, args=[make_previewed().pk])
    assert client.post(address).url.startswith("/login/")
    client.force_login(make_user())
    method = client.post if name in STEPS else client.get
    assert method(address).status_code == 403


@pytest.mark.parametrize("name", ["load-import", "cancel-import", "retry-import"])
def test_looking_changes_nothing(marketer: Client, name: str) -> None:
    assert marketer.get(reverse(name, args=[make_previewed().pk])).status_code == 405


@pytest.mark.parametrize("name", STEPS)
def test_a_step_of_another_site_is_refused(name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("Marketer"))
    assert client.post(reverse(name, args=[make_previewed().pk])).status_code == 403
