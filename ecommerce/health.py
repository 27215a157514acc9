"""What browsers and load balancers ask for by themselves, without login."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@require_safe
@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers; a broken database is a 500 like any other error."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@require_safe
@login_not_required
def favicon(request: HttpRequest) -> HttpResponse:
    """For pages that name no icon, as Django admin's."""
    return redirect(static("img/mark.svg"))
