"""What a bulk request may look like, and who may send one."""

import json

import pytest
from rest_framework.test import APIClient

from customers.api import bulk_parsers
from customers.models import Customer
from tests.ecommerce.test_api_bulk import CUSTOMERS, TRANSACTIONS, outcomes, sent
from tests.factories import make_api_client

pytestmark = pytest.mark.django_db
NDJSON = "application/x-ndjson"


@pytest.fixture
def api() -> APIClient:
    return make_api_client("Integration")


def refusal(api: APIClient, body: str | bytes, status: int, kind: str = "application/json") -> str:
    response = api.post(CUSTOMERS, body, content_type=kind)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    return response.json()["detail"]


def test_rows_as_an_object_and_as_lines_are_the_same(api: APIClient) -> None:
    rows = [{"external_id": "c1"}, {"external_id": "c2"}]
    assert sent(api, CUSTOMERS, {"rows": rows})["created"] == 2
    lines = "\ufeff" + "\r\n\n".join(json.dumps(row) for row in rows) + "\n"
    answer = api.post(CUSTOMERS, lines, content_type=NDJSON).json()
    assert outcomes(answer) == ["unchanged"] * 2


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("[]", "The request has no rows. Send at least one."),
        ("", "The request has no rows. Send at least one."),
        ('{"rows": []}', "The request has no rows. Send at least one."),
        ('{"row": []}', 'Send an array of rows, or an object {"rows": [...]}.'),
        ("7", 'Send an array of rows, or an object {"rows": [...]}.'),
        ("[NaN]", "The request is not JSON: NaN is no number there"),
        ("[" * 100_000, "The request is nested too deeply."),
        (b"\xff\xfe", "The request is not UTF-8 text."),
    ],
)
def test_a_body_that_is_no_rows_is_refused(
    api: APIClient, body: str | bytes, sentence: str
) -> None:
    assert refusal(api, body, 400) == sentence


def test_the_line_that_is_no_json_is_named(api: APIClient) -> None:
    lines = '{"external_id": "c1"}\n\n{"external_id": }\n'
    assert refusal(api, lines, 400, NDJSON).startswith("Line 3 is not JSON: ")
    assert not Customer.objects.exists()


def test_too_many_rows_are_refused(api: APIClient) -> None:
    wanted = "One request has at most 10,000 rows; this one has 10,001."
    assert refusal(api, json.dumps([{}] * 10_001), 413) == wanted
    assert refusal(api, "{}\n" * 10_001, 413, NDJSON) == wanted


def test_a_body_that_is_too_large_is_refused(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_parsers, "MOST_BYTES", 1 << 20)
    body = json.dumps([{"external_id": "x" * (1 << 20)}])
    assert refusal(api, body, 413) == "One request has at most 1 MB. Send fewer rows at once."


def test_another_content_type_is_refused(api: APIClient) -> None:
    assert "text/csv" in refusal(api, "external_id\nc1", 415, "text/csv")


@pytest.mark.parametrize("address", [CUSTOMERS, TRANSACTIONS])
@pytest.mark.parametrize("role", ["Viewer", "Marketer", None])
def test_only_those_who_may_write_records_send_them(address: str, role: str | None) -> None:
    assert make_api_client(role).post(address, [{"external_id": "1"}]).status_code == 403


@pytest.mark.parametrize("address", [CUSTOMERS, TRANSACTIONS])
def test_there_is_nothing_to_read_there(api: APIClient, address: str) -> None:
    assert api.get(address).status_code == 405


def test_a_row_names_five_of_its_unknown_fields(api: APIClient) -> None:
    rows = [{"external_id": "a"} | {f"x{n}": n for n in range(190)}, {"external_id": "b"}]
    answer = api.post(CUSTOMERS, rows).json()
    errors = answer["results"][0]["errors"]
    assert [error["field"] for error in errors] == ["x0", "x1", "x2", "x3", "x4", None]
    assert errors[-1]["reason"] == "There are 185 more such fields."


def test_rows_that_all_have_the_same_unknown_field_are_refused_at_once(api: APIClient) -> None:
    rows = [{"external_id": str(n), "colour": "red", f"x{n}": 1} for n in range(10_000)]
    response = api.post(CUSTOMERS, rows)
    assert response.status_code == 400
    assert 'There is no field \\"colour\\".' in response.content.decode()
    assert len(response.content) < 1000
