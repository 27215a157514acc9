"""Imports over the API."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_q.models import OrmQ
from pytest_django import Settings
from rest_framework.test import APIClient

from customers.models import DataImport
from tests.factories import make_api_client

pytestmark = pytest.mark.django_db
Status = DataImport.Status
NOTHING = {"rows": 0, "created": 0, "updated": 0, "unchanged": 0, "rejected": 0}


@pytest.fixture
def api() -> APIClient:
    return make_api_client("Integration")


def upload(name: str = "records.zip") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"not read before a worker does")


def make_import(**values: object) -> DataImport:
    return DataImport.objects.create(**{"source_name": "records.zip"} | values)


def test_an_integration_uploads_a_file(api: APIClient) -> None:
    response = api.post("/api/v1/imports/", {"file": upload()}, format="multipart")
    data_import = DataImport.objects.get()
    assert response.status_code == 202
    assert response["Location"] == f"http://testserver/api/v1/imports/{data_import.pk}/"
    assert response.json()["status"] == "queued"
    assert (data_import.source_name, data_import.dry_run) == ("records.zip", False)
    assert data_import.requested_by_id == int(api.session["_auth_user_id"])
    assert OrmQ.objects.count() == 1


def test_a_file_can_be_checked_only(api: APIClient) -> None:
    body = {"file": upload(), "dry_run": "true"}
    assert api.post("/api/v1/imports/", body, format="multipart").json()["dry_run"] is True


def test_an_upload_needs_a_file(api: APIClient) -> None:
    response = api.post("/api/v1/imports/", {}, format="multipart")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["file"]


def test_an_upload_is_no_json(api: APIClient) -> None:
    assert api.post("/api/v1/imports/", {"file": "x"}).status_code == 415


def test_a_file_that_is_too_large_is_refused(api: APIClient, settings: Settings) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 0
    response = api.post("/api/v1/imports/", {"file": upload()}, format="multipart")
    assert response.status_code == 413
    assert response.json()["code"] == "too_large"
    assert not DataImport.objects.exists()


def test_a_viewer_uploads_nothing() -> None:
    api = make_api_client("Viewer")
    response = api.post("/api/v1/imports/", {"file": upload()}, format="multipart")
    assert response.status_code == 403


def test_an_import_is_shown_with_what_became_of_its_rows(api: APIClient) -> None:
    counts = {"rows": 3, "created": 2, "updated": 0, "unchanged": 0, "rejected": 1}
    data_import = make_import(status=Status.COMPLETED, progress=1, tables={"customers": counts})
    body = api.get(f"/api/v1/imports/{data_import.pk}/").json()
    assert (body["id"], body["status"], body["progress"]) == (data_import.pk, "completed", 1.0)
    assert body["tables"]["customers"] == counts
    assert body["tables"]["cities"] == NOTHING
    assert body["rejects"] is None


def test_rejected_rows_are_downloaded(api: APIClient, settings: Settings) -> None:
    data_import = make_import(status=Status.COMPLETED, rejects_file="rejected-rows.csv")
    data_import.folder.mkdir()
    path = data_import.folder / "rejected-rows.csv"
    path.write_text("sheet,line\ncustomers,2\n")
    body = api.get(f"/api/v1/imports/{data_import.pk}/").json()
    assert str(settings.IMPORTS_DIR) not in str(body)
    for accepted in ("*/*", "text/csv", "application/json"):
        response = api.get(body["rejects"], headers={"Accept": accepted})
        assert response.status_code == 200
        assert response["Content-Type"] == "text/csv"
        assert b"".join(response.streaming_content) == path.read_bytes()


@pytest.mark.parametrize("name", ["", "gone.csv"])
def test_no_rejected_rows_are_not_found(api: APIClient, name: str) -> None:
    data_import = make_import(rejects_file=name)
    assert api.get(f"/api/v1/imports/{data_import.pk}/rejects/").status_code == 404


def test_imports_are_filtered_and_the_newest_comes_first(api: APIClient) -> None:
    first, second = make_import(dry_run=True), make_import(status=Status.REJECTED)
    wanted = {"": [second, first], "?dry_run=true": [first], "?status=rejected": [second]}
    for query, imports in wanted.items():
        results = api.get(f"/api/v1/imports/{query}").json()["results"]
        assert [row["id"] for row in results] == [row.pk for row in imports]


def test_a_marketer_cancels_a_waiting_import() -> None:
    data_import = make_import()
    response = make_api_client("Marketer").post(f"/api/v1/imports/{data_import.pk}/cancel/")
    assert response.status_code == 200
    assert response.json()["status"] == "cancelled"


def test_an_import_that_has_ended_is_not_cancelled() -> None:
    data_import = make_import(status=Status.COMPLETED)
    response = make_api_client("Marketer").post(f"/api/v1/imports/{data_import.pk}/cancel/")
    assert response.status_code == 409


def test_an_integration_cancels_nothing(api: APIClient) -> None:
    assert api.post(f"/api/v1/imports/{make_import().pk}/cancel/").status_code == 403


def test_more_imports_take_no_more_queries(api: APIClient, django_assert_num_queries: Any) -> None:
    for _ in range(9):
        make_import(rejects_file="rejected-rows.csv")
    with django_assert_num_queries(5):
        api.get("/api/v1/imports/")
