"""Who asks, where proxies stand in front of the site."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address that login locks count by.

    Each proxy appends to X-Forwarded-For whom it was asked by. So the entry that is PROXY_COUNT
    from the end was written by the outermost of ours; whatever stands before, the client sent.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if not 0 < settings.PROXY_COUNT <= len(hops):
        return direct
    try:
        return str(ip_address(hops[-settings.PROXY_COUNT].strip()))
    except ValueError:
        return direct
