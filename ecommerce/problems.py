"""Errors of the API as `application/problem+json` (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import ProtectedError
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.views import exception_handler

PROBLEM = "application/problem+json"


class Conflict(APIException):
    """The request is right but what it asks for does not fit the present state."""

    status_code = HTTPStatus.CONFLICT
    default_code = "conflict"


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an error: type, title, status, detail, and the faults of each field."""
    response = exception_handler(_as_api_error(error), context)
    if response is None:
        return None
    response.data = _problem(response)
    response.content_type = PROBLEM
    return response


def _as_api_error(error: Exception) -> Exception:
    if isinstance(error, ModelValidationError):
        return ValidationError(as_serializer_error(error))
    if isinstance(error, ProtectedError):
        return Conflict("Other records still refer to this one. Remove those first.")
    return error


def _problem(response: Response) -> dict[str, Any]:
    status = HTTPStatus(response.status_code)
    problem = {"type": "about:blank", "title": status.phrase, "status": status.value}
    data = response.data
    if isinstance(data, dict) and set(data) == {"detail"}:
        return problem | {"detail": str(data["detail"]), "code": data["detail"].code}
    return problem | {"detail": "Some fields need another value.", "errors": data}
