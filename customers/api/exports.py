"""The lists of records as files to download, with the same filters."""

from typing import Any

from django.http.response import HttpResponseBase
from django_filters.rest_framework import DjangoFilterBackend
from django_filters.utils import translate_validation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from customers.exporting.download import CSV, CSV_TYPE, FILES, XLSX_TYPE, download
from customers.exporting.filters import filters_in_words
from customers.exporting.records import record_export


class FileRenderer(BaseRenderer):
    """Says to whoever asks for a CSV file by its type that there is one."""

    media_type = CSV_TYPE
    format = CSV


class WorkbookRenderer(BaseRenderer):
    media_type = XLSX_TYPE
    format = "xlsx"


class FileQuery(serializers.Serializer[Any]):
    file = serializers.ChoiceField(choices=list(FILES), default=CSV)


class ExportedRecords(GenericViewSet[Any]):
    """Adds `export/` to the list of a kind of record."""

    export_name = ""  # what the table is called in the catalogue of imports

    @extend_schema(
        parameters=[
            OpenApiParameter("file", enum=list(FILES), default=CSV, description="The kind of file.")
        ],
        filters=True,
        responses={(200, CSV_TYPE): OpenApiTypes.BINARY, (200, XLSX_TYPE): OpenApiTypes.BINARY},
    )
    @action(
        detail=False,
        pagination_class=None,
        renderer_classes=[FileRenderer, WorkbookRenderer, JSONRenderer],
    )
    def export(self, request: Request) -> HttpResponseBase:
        """All records that the filters leave, as a file in the order of their ids.

        Its headings are those that an import reads; the lines above them say what was filtered.
        """
        query = FileQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        rows, filters = self._filtered(request)
        export = record_export(self.export_name, rows, filters)
        return download(export, query.validated_data["file"], method=request.method)

    def _filtered(self, request: Request) -> tuple[Any, list[tuple[str, str]]]:
        rows = self.get_queryset()
        filterset = DjangoFilterBackend().get_filterset(request, rows, self)
        if not filterset.is_valid():
            raise translate_validation(filterset.errors)
        return filterset.qs, filters_in_words(filterset.form.cleaned_data)
