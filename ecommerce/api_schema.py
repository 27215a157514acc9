"""The OpenAPI description of the API, with the errors that each request may be answered with."""

from typing import Any

from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request

from ecommerce.problems import PROBLEM

WRITES = ("post", "put", "patch", "delete")
UPLOADS = ("/bulk/", "/imports/")  # how addresses end that take much at once
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "An error, as RFC 9457 describes it.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "example": "about:blank"},
        "title": {"type": "string", "example": "Bad Request"},
        "status": {"type": "integer", "example": 400},
        "detail": {"type": "string", "description": "What is wrong, in a sentence."},
        "code": {"type": "string", "description": "The same for programs.", "example": "invalid"},
        "errors": {
            "type": "object",
            "description": "Of invalid data: what is wrong with each field.",
            "additionalProperties": True,
        },
    },
}


class ProblemSchemaGenerator(SchemaGenerator):
    """Adds to each operation the errors that it may answer with."""

    def get_schema(self, request: Request | None = None, public: bool = False) -> dict[str, Any]:
        schema = super().get_schema(request, public)
        schema["components"]["schemas"]["Problem"] = PROBLEM_SCHEMA
        for address, operations in schema["paths"].items():
            for method, operation in operations.items():
                operation["responses"] |= _problems(address, method)
        return schema


def _problems(address: str, method: str) -> dict[str, Any]:
    reasons = {
        "400": "A value is not right.",
        "401": "No valid token or session.",
        "403": "This role may not do that.",
        "404": "There is no such row, or no such page of rows.",
    }
    if method in WRITES:
        reasons["409"] = "The present state does not allow it."
    if method == "post" and address.endswith(UPLOADS):
        reasons["413"] = "More than one request may have."
        reasons["415"] = "Another content type is needed."
    if address.endswith("/bulk/"):
        reasons["503"] = "The database is busy. Try again after the seconds of Retry-After."
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {"description": reason, "content": {PROBLEM: problem}}
        for status, reason in reasons.items()
    }
