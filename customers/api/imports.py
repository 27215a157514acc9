"""The API of imports."""

from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.jobs import JobViewSet, asker
from customers.models import DataImport
from customers.operations.imports import import_summary, request_import


class UploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="A workbook, or a zip of CSV files.")
    dry_run = serializers.BooleanField(default=False, help_text="Check only, load nothing.")


class ImportSerializer(serializers.ModelSerializer[DataImport]):
    tables = serializers.SerializerMethodField(
        help_text="Of each table: rows = created + updated + unchanged + rejected."
    )
    rejects = serializers.SerializerMethodField(
        help_text="Where the rejected rows can be downloaded; null when there are none."
    )

    class Meta:
        model = DataImport
        fields = [
            "id",
            "source_name",
            "dry_run",
            "status",
            "stage",
            "progress",
            "error",
            "tables",
            "rejects",
            "created_at",
            "started_at",
            "finished_at",
        ]

    def get_tables(self, data_import: DataImport) -> dict[str, dict[str, int]]:
        return import_summary(data_import)["tables"]

    def get_rejects(self, data_import: DataImport) -> str | None:
        if not data_import.rejects_path:
            return None
        return self.context["view"].reverse_action("rejects", args=[data_import.pk])


class CsvRenderer(BaseRenderer):
    """Says in the schema, and to whoever asks for it, that the answer is a CSV file."""

    media_type = "text/csv"
    format = "csv"


class ImportViewSet(JobViewSet):
    queryset = DataImport.objects.all()
    serializer_class = ImportSerializer
    filterset_fields = ["status", "dry_run"]
    parser_classes = [MultiPartParser]

    @extend_schema(request=UploadSerializer, responses={202: ImportSerializer})
    def create(self, request: Request) -> Response:
        """Upload a file to be checked and loaded by a worker."""
        upload = UploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        file = upload.validated_data["file"]
        data_import = request_import(
            source=file,
            source_name=file.name,
            dry_run=upload.validated_data["dry_run"],
            requested_by=asker(request),
        )
        return self.accepted(data_import)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    @action(detail=True, renderer_classes=[CsvRenderer, JSONRenderer])
    def rejects(self, request: Request, pk: str) -> FileResponse:
        """The rejected rows with sheet, line, column, value and reason."""
        data_import = self.get_object()
        if not (path := data_import.rejects_path):
            raise NotFound("This import has no file of rejected rows.")
        title = data_import.rejects_title
        return FileResponse(path.open("rb"), as_attachment=True, filename=title)
