"""The description of the API, and its documentation."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from drf_spectacular.validation import validate_schema

from ecommerce.api_schema import ProblemSchemaGenerator
from tests.factories import make_user


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return ProblemSchemaGenerator().get_schema(public=True)


@pytest.fixture
def docs(client: Client) -> HttpResponse:
    client.force_login(make_user("Viewer"))
    return client.get("/api/docs/")


def test_the_schema_is_valid_without_a_warning(tmp_path: Path) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema"))


def test_the_schema_is_openapi_3_1(schema: dict[str, Any]) -> None:
    assert schema["openapi"] == "3.1.0"
    validate_schema(schema)


def test_each_operation_says_how_it_can_fail(schema: dict[str, Any]) -> None:
    operations = [
        operation for methods in schema["paths"].values() for operation in methods.values()
    ]
    assert len(operations) > 40
    for operation in operations:
        content = operation["responses"]["401"]["content"]
        reference = content["application/problem+json"]["schema"]["$ref"]
        assert reference == "#/components/schemas/Problem"


def test_work_that_takes_a_while_is_accepted(schema: dict[str, Any]) -> None:
    for name in ("runs", "imports"):
        assert "202" in schema["paths"][f"/api/v1/{name}/"]["post"]["responses"]


def test_lists_are_described_as_pages(schema: dict[str, Any]) -> None:
    parameters = schema["paths"]["/api/v1/customers/"]["get"]["parameters"]
    names = {parameter["name"] for parameter in parameters}
    assert {"cursor", "page_size", "external_id", "segment", "joined_on__gte"} <= names


@pytest.mark.django_db
def test_the_documentation_loads_only_our_own_files(docs: HttpResponse) -> None:
    page = docs.content.decode()
    assert docs.status_code == 200
    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in page
    assert page.count("<script") == page.count('<script src="/')


@pytest.mark.django_db
def test_the_only_inline_style_of_the_documentation_is_allowed_by_name(docs: HttpResponse) -> None:
    style = docs.content.decode().partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = docs["Content-Security-Policy"]
    assert f"style-src 'self' 'sha256-{digest}'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
def test_the_script_of_the_documentation_comes_by_itself(client: Client) -> None:
    client.force_login(make_user("Viewer"))
    response = client.get("/api/docs/?script=")
    assert response["Content-Type"].startswith("application/javascript")
    assert b"SwaggerUIBundle" in response.content
