"""The main navigation, with what each person may see."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from customers.freshness import freshness


@dataclass(frozen=True)
class Item:
    label: str
    icon: str
    url: str
    is_here: bool


# (label, icon, name of the page, permission to see it)
PAGES = (
    ("Overview", "speedometer2", "overview", "customers.view_customer"),
    ("Segments", "diagram-3", "segments", "segmentation.view_segment"),
    ("Campaigns", "megaphone", "campaigns", "campaigns.view_campaign"),
    ("Data", "database", "data", "customers.view_dataimport"),
)


def navigation(request: HttpRequest) -> dict[str, object]:
    """`navigation`: the pages this person may open, in order; `freshness`: of when figures are."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {
        "navigation": [
            Item(label, icon, reverse(page), _is_here(request, reverse(page)))
            for label, icon, page, permission in PAGES
            if user.has_perm(permission)
        ],
        "freshness": freshness(),
    }


def _is_here(request: HttpRequest, url: str) -> bool:
    return request.path == url or (url != "/" and request.path.startswith(url))
