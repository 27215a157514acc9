"""The answer to an error that nobody expected; it is in the log already."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import server_error

from ecommerce.problems import PROBLEM

SENTENCE = "Something went wrong here, not in your request. The log says what."


def unexpected(request: HttpRequest) -> HttpResponse:
    """A page for people, a problem for programs."""
    if not request.path.startswith("/api/"):
        return server_error(request)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": SENTENCE,
        "code": "error",
    }
    return JsonResponse(problem, status=status, content_type=PROBLEM)
