"""The answer to an error that no view expected; it is in the log already."""

import sys
from http import HTTPStatus

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.defaults import server_error

from customers.patience import is_locked
from ecommerce.problems import AGAIN_AFTER_SECONDS, PROBLEM

SENTENCE = "Something went wrong here, not in your request. The log says what."
WRITING = (
    "Something large, such as an import, is being written to the database at this moment, so"
    " nothing else can be stored. What you sent was not stored; send it again in a minute."
)


def unexpected(request: HttpRequest) -> HttpResponse:
    """A page for people, a problem for programs."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError) and is_locked(error):
        response = _answer(request, HTTPStatus.SERVICE_UNAVAILABLE, WRITING, "busy")
        response["Retry-After"] = str(AGAIN_AFTER_SECONDS)
        return response
    return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, SENTENCE, "error")


def _answer(request: HttpRequest, status: HTTPStatus, sentence: str, code: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        problem = {
            "type": "about:blank",
            "title": status.phrase,
            "status": status.value,
            "detail": sentence,
            "code": code,
        }
        return JsonResponse(problem, status=status, content_type=PROBLEM)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return render(request, "503.html", {"sentence": sentence}, status=status)
    return server_error(request)
