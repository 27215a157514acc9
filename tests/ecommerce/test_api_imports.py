"""Imports over the API."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_q.models import OrmQ
from pytest_django import Settings
from rest_framework.test import APIClient

from customers.exporting.download import XLSX_TYPE
from customers.models import City, DataImport
from customers.operations.imports import execute_import
from tests.customers.import_states import make_previewed
from tests.customers.importing.files import CITY, good_tables, import_tables, write_folder
from tests.factories import make_api_client

pytestmark = pytest.mark.django_db
Status = DataImport.Status
NOTHING = {"rows": 0, "created": 0, "updated": 0, "unchanged": 0, "rejected": 0}


@pytest.fixture
def api() -> APIClient:
    return make_api_client("Integration")


@pytest.fixture
def marketer() -> APIClient:
    return make_api_client("Marketer")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "given"
    path.mkdir()
    return path


def upload(
    name: str = "records.zip", content: bytes = b"not read before a worker does"
) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def uploaded(api: APIClient, content: str, **values: Any) -> str:
    """The address of the import of a CSV file, after a worker has dealt with it."""
    body = {"file": upload("cities.csv", content.encode())} | values
    response = api.post("/api/v1/imports/", body, format="multipart")
    assert response.status_code == 202, response.content
    execute_import(response.json()["id"])
    return response["Location"]


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


def test_an_upload_says_how_it_is_read_and_loaded(api: APIClient) -> None:
    mapping = {"clients": {"table": "customers", "columns": {"No.": "customer_id"}}}
    body = {"file": upload(), "mode": "all-or-nothing", "mapping": json.dumps(mapping)}
    answer = api.post("/api/v1/imports/", body | {"review": "true"}, format="multipart").json()
    assert (answer["mode"], answer["review"]) == ("all-or-nothing", True)
    assert DataImport.objects.get().mapping == mapping


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("mapping", "{", "The mapping is not JSON: "),
        ("mapping", "[]", "A mapping is a JSON object"),
        ("mapping", "[" * 100_000, "The mapping is nested too deeply."),
        ("mapping", '{"a": NaN}', "The mapping has a character or a number that can't be kept."),
        ("mapping", r'{"a": "\u0000"}', "The mapping has a character"),
        ("mapping", r'{"a": "\ud800"}', "The mapping has a character"),
        ("mapping", '{"a": 1}', "A mapping is a JSON object with an object for each"),
        ("mapping", '{"a": {"table": "clients"}}', "a: there is no table clients; use cities"),
        ("mode", "some", '"some" is not a valid choice.'),
        ("dry_run", "perhaps", "Must be a valid boolean."),
    ],
)
def test_what_an_upload_says_is_checked(
    api: APIClient, field: str, value: str, sentence: str
) -> None:
    response = api.post("/api/v1/imports/", {"file": upload(), field: value}, format="multipart")
    assert response.status_code == 400
    assert response.json()["errors"][field][0].startswith(sentence)
    assert not DataImport.objects.exists()


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


def test_an_import_over_the_api_from_upload_to_undo(api: APIClient, marketer: APIClient) -> None:
    address = uploaded(api, "city_id,city_name,zone\n1,Cairo,x\n2,,y\n")
    body = api.get(address).json()
    assert (body["status"], body["stage"], body["progress"]) == ("completed", "", 1.0)
    assert body["tables"]["cities"] | {"created": 1, "rejected": 1} == body["tables"]["cities"]
    assert body["preview"] == {"customers_affected": 0, "examples": {}, "notes": []}
    assert (body["live"], body["undone_at"]) == (None, None)
    (part,) = body["parts"]
    assert part["columns"] == {"city_id": "city_id", "city_name": "city_name", "zone": None}
    assert (part["table"], part["sample"][0]) == ("cities", ["1", "Cairo", "x"])
    response = marketer.post(f"{address}undo/")
    assert (response.status_code, response["Location"]) == (202, address)
    execute_import(body["id"])
    body = api.get(address).json()
    assert body["status"] == "undone"
    assert body["undone_at"]
    assert not City.objects.exists()


def test_a_reviewed_import_is_mapped_and_loaded(api: APIClient, marketer: APIClient) -> None:
    address = uploaded(api, "Nr,Stadt\n1,Cairo\n", review="true")
    body = api.get(address).json()
    assert body["status"] == "mapping"
    assert body["error"]
    columns = {"Nr": "city_id", "Stadt": "city_name"}
    said = {"mapping": {"cities": {"table": "cities", "columns": columns}}}
    response = marketer.post(f"{address}mapping/", said)
    assert (response.status_code, response["Location"]) == (202, address)
    execute_import(body["id"])
    assert api.get(address).json()["status"] == "previewed"
    assert not City.objects.exists()
    response = marketer.post(f"{address}load/", {"mode": "all-or-nothing"})
    assert (response.status_code, response.json()["mode"]) == (202, "all-or-nothing")
    execute_import(body["id"])
    assert api.get(address).json()["status"] == "completed"
    assert City.objects.get().name == "Cairo"


def test_a_file_of_another_format_is_told_by_the_worker(api: APIClient) -> None:
    address = uploaded(api, "<html><body>Please log in</body></html>")
    body = api.get(address).json()
    assert body["status"] == "rejected"
    assert body["error"].endswith(".")


def test_how_far_the_loading_is_can_be_seen(api: APIClient) -> None:
    data_import = make_import(status=Status.RUNNING, stage="Checking every row", progress=0.2)
    data_import.tell_live(
        {
            "stage": "Loading customers",
            "progress": 0.6,
            "table": "customers",
            "table_rows": 100,
            "table_done": 20,
            "rows_per_second": 40,
        }
    )
    body = api.get(f"/api/v1/imports/{data_import.pk}/").json()
    assert (body["stage"], body["progress"]) == ("Loading customers", 0.6)
    assert body["live"] == {
        "table": "customers",
        "table_rows": 100,
        "table_done": 20,
        "rows_per_second": 40,
    }


@pytest.mark.parametrize("step", ["load", "mapping", "retry", "undo"])
def test_a_step_at_the_wrong_time_is_a_conflict(marketer: APIClient, step: str) -> None:
    address = f"/api/v1/imports/{make_import().pk}/{step}/"
    response = marketer.post(address, {"mapping": {}} if step == "mapping" else {})
    assert response.status_code == 409
    assert response.json()["code"] == "conflict"
    assert response.json()["detail"].endswith(".")


def test_what_later_changes_depend_on_is_not_undone(marketer: APIClient, folder: Path) -> None:
    first = import_tables(folder, good_tables())
    import_tables(folder, {"cities": [CITY | {"city_name": "Giza"}]})
    response = marketer.post(f"/api/v1/imports/{first.pk}/undo/")
    assert response.status_code == 409
    assert response.json()["detail"].endswith("came after it. Undo that one first.")


def test_an_interrupted_import_is_tried_again(marketer: APIClient, folder: Path) -> None:
    write_folder(folder, {"cities": [CITY]})
    data_import = make_import(status=Status.INTERRUPTED, path=str(folder))
    response = marketer.post(f"/api/v1/imports/{data_import.pk}/retry/")
    assert (response.status_code, response.json()["status"]) == (202, "queued")
    execute_import(data_import.pk)
    assert City.objects.exists()


@pytest.mark.parametrize("body", [{}, {"mapping": None}, {"mapping": []}, {"mapping": {"a": 1}}])
def test_a_mapping_is_an_object_of_objects(marketer: APIClient, body: Any) -> None:
    data_import = make_import(status=Status.MAPPING)
    response = marketer.post(f"/api/v1/imports/{data_import.pk}/mapping/", body)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["mapping"]


@pytest.mark.parametrize("step", ["load", "mapping", "retry", "undo"])
@pytest.mark.parametrize("role", ["Viewer", "Integration"])
def test_only_those_who_may_change_imports_take_a_step(role: str, step: str) -> None:
    address = f"/api/v1/imports/{make_import().pk}/{step}/"
    assert make_api_client(role).post(address, {}).status_code == 403


def test_a_cancelled_import_leaves_no_upload(api: APIClient, marketer: APIClient) -> None:
    api.post("/api/v1/imports/", {"file": upload()}, format="multipart")
    data_import = DataImport.objects.get()
    assert data_import.is_source_kept
    assert marketer.post(f"/api/v1/imports/{data_import.pk}/cancel/").status_code == 200
    assert not data_import.is_source_kept


@pytest.mark.parametrize(
    ("role", "is_open"), [("Viewer", False), ("Integration", False), ("Marketer", True)]
)
def test_rows_as_they_came_are_for_those_who_may_change_imports(role: str, is_open: bool) -> None:
    data_import = make_previewed(rejects_file="rejected-rows.csv")
    data_import.folder.mkdir()
    (data_import.folder / "rejected-rows.csv").write_text("sheet,line\n")
    client, address = make_api_client(role), f"/api/v1/imports/{data_import.pk}/"
    body = client.get(address).json()
    assert (body["rejects"] is not None, bool(body["parts"][0]["sample"])) == (is_open, is_open)
    assert client.get(f"{address}rejects/").status_code == (200 if is_open else 403)


def test_rejected_rows_are_downloaded(marketer: APIClient, settings: Settings) -> None:
    data_import = make_import(status=Status.COMPLETED, rejects_file="rejected-rows.csv")
    data_import.folder.mkdir()
    path = data_import.folder / "rejected-rows.csv"
    path.write_text("sheet,line\ncustomers,2\n")
    body = marketer.get(f"/api/v1/imports/{data_import.pk}/").json()
    assert str(settings.IMPORTS_DIR) not in str(body)
    for accepted in ("*/*", "text/csv", "application/json"):
        response = marketer.get(body["rejects"], headers={"Accept": accepted})
        assert response.status_code == 200
        assert response["Content-Type"] == "text/csv"
        assert b"".join(response.streaming_content) == path.read_bytes()
    workbook = marketer.get(f"{body['rejects']}?format=xlsx")
    assert workbook["Content-Type"] == XLSX_TYPE
    assert b"".join(workbook.streaming_content).startswith(b"PK")
    assert marketer.get(f"{body['rejects']}?format=csv")["Content-Type"] == "text/csv"


@pytest.mark.parametrize("name", ["", "gone.csv"])
def test_no_rejected_rows_are_not_found(marketer: APIClient, name: str) -> None:
    data_import = make_import(rejects_file=name)
    assert marketer.get(f"/api/v1/imports/{data_import.pk}/rejects/").status_code == 404


def test_an_integration_gets_the_rejected_rows_of_what_it_sent(api: APIClient) -> None:
    address = uploaded(api, "city_id,city_name\n1,\n")
    rejects = api.get(address).json()["rejects"]
    assert b"Every row needs a value here." in b"".join(api.get(rejects).streaming_content)


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


def test_one_request_has_one_file(api: APIClient) -> None:
    response = api.post(
        "/api/v1/imports/", {"file": [upload("a.csv"), upload("b.csv")]}, "multipart"
    )
    assert response.status_code == 400
    assert "Send one file in a request" in response.content.decode()
    assert not DataImport.objects.exists()
