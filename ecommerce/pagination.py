"""How lists of the API are paged."""

from rest_framework.pagination import CursorPagination


class ByCursor(CursorPagination):
    """Pages by the primary key: as fast at the end of ten million rows as at the start."""

    ordering = "pk"
    page_size = 100
    max_page_size = 1000
    page_size_query_param = "page_size"
