"""Errors of the API as `application/problem+json` (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.http import JsonResponse
from rest_framework.exceptions import APIException, AuthenticationFailed, ValidationError
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from campaigns.operations import NotPossible
from customers.facts.query import NoFacts
from customers.importing.mapping import BadMapping
from customers.operations.bulk_rows import UnknownField
from customers.operations.bulk_upsert import RecordsBusy
from customers.operations.import_files import UploadTooLarge
from customers.operations.imports import NotPossibleNow
from customers.operations.undo import NotUndoable
from segmentation.engine.settings import BadSettings
from segmentation.operations.adopting import NotAdoptable
from segmentation.operations.lifecycle import NotPossible as NotPossibleForSegment
from segmentation.operations.schedules import NotSchedulable
from segmentation.run_requests import RefusedSetting

PROBLEM = "application/problem+json"
# Refusals of operations that are right another time: their sentence becomes the detail.
CONFLICTS = (
    NoFacts,
    NotAdoptable,
    NotPossible,
    NotPossibleForSegment,
    NotPossibleNow,
    NotUndoable,
)
AGAIN_AFTER_SECONDS = 30


class Conflict(APIException):
    """The request is right but what it asks for does not fit the present state."""

    status_code = HTTPStatus.CONFLICT
    default_code = "conflict"


class TooLarge(APIException):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class Busy(APIException):
    """Right, but not now: the answer says when to try again."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_code = "busy"
    wait = AGAIN_AFTER_SECONDS


def problem_response(error: Exception, context: dict[str, Any]) -> JsonResponse | None:
    """The answer to an error: type, title, status, detail, code, and the faults of each field.

    None for an error nobody expected. Written as JSON whatever the request accepts, so that the
    documentation and downloads answer in the same way.
    """
    response = exception_handler(_as_api_error(error), context)
    if response is None:
        return None
    named = ("WWW-Authenticate", "Retry-After")
    headers = {name: response[name] for name in named if name in response}
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        headers.setdefault("WWW-Authenticate", "Token")
    return JsonResponse(
        _problem(response), status=response.status_code, content_type=PROBLEM, headers=headers
    )


def _as_api_error(error: Exception) -> Exception:
    if isinstance(error, UnicodeDecodeError):
        return AuthenticationFailed("Invalid token.")  # from the token's header
    if isinstance(error, UploadTooLarge):
        return TooLarge(str(error))
    if isinstance(error, RecordsBusy):
        return Busy(str(error))
    return _as_invalid(error) or _as_conflict(error) or error


def _as_invalid(error: Exception) -> ValidationError | None:
    """What is wrong with the data, if that is what the error says."""
    if isinstance(error, ModelValidationError):
        return ValidationError(as_serializer_error(error))
    if isinstance(error, RecursionError):
        return ValidationError("The data is nested too deeply.")
    if isinstance(error, OverflowError):
        return ValidationError("A number is too large.")
    if isinstance(error, RefusedSetting):
        return ValidationError({error.field: [str(error)]})
    if isinstance(error, BadSettings | UnknownField):
        return ValidationError(str(error))
    if isinstance(error, NotSchedulable):
        return ValidationError({"next_on": [str(error)]})
    if isinstance(error, BadMapping):
        return ValidationError({"mapping": [str(error)]})
    return None


def _as_conflict(error: Exception) -> Conflict | None:
    """Why the present state does not allow it, if that is what the error says."""
    if isinstance(error, CONFLICTS):
        return Conflict(str(error))
    if isinstance(error, ProtectedError):
        return Conflict("Other records still refer to this one. Remove those first.")
    if isinstance(error, IntegrityError):
        # Each rule is checked before; only a write at the same moment can still break one.
        return Conflict("Another request has just changed these records. Read them and try again.")
    return None


def _problem(response: Response) -> dict[str, Any]:
    status = HTTPStatus(response.status_code)
    problem = {"type": "about:blank", "title": status.phrase, "status": status.value}
    data = response.data
    if isinstance(data, dict) and set(data) == {"detail"}:
        return problem | {"detail": str(data["detail"]), "code": data["detail"].code}
    faults = data if isinstance(data, dict) else {NON_FIELD_ERRORS: data}
    errors = {_field(name): sentences for name, sentences in faults.items()}
    return problem | {"detail": "Some values are not right.", "code": "invalid", "errors": errors}


def _field(name: str) -> str:
    return api_settings.NON_FIELD_ERRORS_KEY if name == NON_FIELD_ERRORS else name
