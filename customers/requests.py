"""The requests that views get."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class PersonRequest(HttpRequest):
    """A request of someone who is logged in: the login middleware lets no one else reach a view."""

    user: User
    htmx: HtmxDetails
