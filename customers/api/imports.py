"""The API of imports: from an upload to what became of each row, and back."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.exports import FileRenderer, WorkbookRenderer
from customers.api.import_answers import ImportDetailSerializer, ImportSerializer
from customers.api.jobs import HasEnded, JobViewSet, asker
from customers.exporting.download import CSV, CSV_TYPE, FILES, XLSX_TYPE
from customers.exporting.rejects import rejects_download
from customers.importing.mapping import BadMapping
from customers.models import DataImport
from customers.operations.imports import (
    load_import,
    map_import,
    request_import,
    retry_import,
    stop_import,
    undo_import,
)
from customers.operations.mapping_json import mapping_from_json, storable_mapping

ONE_FILE = "Send one file in a request; put several into a zip."
MAPPING = {
    "clients": {"table": "customers", "columns": {"Client no.": "customer_id", "Note": None}}
}
MAPPING_HELP = (
    "By the name of a sheet or file: table, columns (by heading), dates (day-first or"
    " month-first), encoding, delimiter, heading_line. What it does not say is proposed."
)
NOT_FOR_YOU = "The rejected rows are for whoever sent the file and those who may change imports."


@extend_schema_field({"type": "object", "additionalProperties": {"type": "object"}})
class MappingField(serializers.Field[Any, Any, Any, Any]):
    """Which column is which, as JSON, or as a text of JSON in a form."""

    def to_internal_value(self, data: object) -> dict[str, Any]:
        try:
            return mapping_from_json(data) if isinstance(data, str) else storable_mapping(data)
        except BadMapping as error:
            raise serializers.ValidationError(str(error)) from error


class UploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(
        help_text="A workbook (.xlsx), a CSV or Parquet file, or a zip of these."
    )
    dry_run = serializers.BooleanField(default=False, help_text="Check only, load nothing.")
    review = serializers.BooleanField(
        default=False, help_text="Check, and wait for load; or for mapping where it is unclear."
    )
    mode = serializers.ChoiceField(
        choices=DataImport.Mode.choices,
        default=DataImport.Mode.GOOD_ROWS,
        help_text="Whether one rejected row keeps all others out.",
    )
    mapping = MappingField(required=False, help_text=MAPPING_HELP)


class LoadSerializer(serializers.Serializer[Any]):
    mode = serializers.ChoiceField(
        choices=DataImport.Mode.choices, required=False, help_text="As said at the upload."
    )


class MappingSerializer(serializers.Serializer[Any]):
    mapping = MappingField(help_text=MAPPING_HELP)


accepted = partial(extend_schema, responses={202: ImportDetailSerializer})
step = partial(action, detail=True, methods=["post"], parser_classes=[JSONParser])


class ImportViewSet(JobViewSet):
    queryset = DataImport.objects.all()
    serializer_class = ImportDetailSerializer
    filterset_fields = ["status", "dry_run"]
    parser_classes = [MultiPartParser]

    def get_serializer_class(self) -> type[ImportSerializer]:
        return ImportSerializer if self.action == "list" else ImportDetailSerializer

    @accepted(
        request={"multipart/form-data": UploadSerializer},
        examples=[
            OpenApiExample(
                "A file of another system",
                {"file": "clients.csv", "mode": "all-or-nothing", "mapping": MAPPING},
                request_only=True,
            )
        ],
    )
    def create(self, request: Request) -> Response:
        """Upload a file to be checked and loaded by a worker."""
        if len(request.FILES.getlist("file")) > 1:
            raise ValidationError({"file": [ONE_FILE]})
        upload = UploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        values = dict(upload.validated_data)
        file = values.pop("file")
        data_import = request_import(
            source=file, source_name=file.name, requested_by=asker(request), **values
        )
        return self.accepted(data_import)

    @extend_schema(request=None, responses=ImportDetailSerializer)
    @action(detail=True, methods=["post"])
    # `action` types each step by the class that has it.
    def cancel(self, request: Request, pk: str) -> Response:  # type: ignore[override]
        """Stop it: at once while it waits, before it is committed while it runs."""
        data_import = self.get_object()
        if not stop_import(data_import):
            raise HasEnded
        return Response(self.get_serializer(data_import).data)

    @accepted(request=LoadSerializer)
    @step()
    def load(self, request: Request, pk: str) -> Response:
        """Load what was checked with review."""
        wanted = LoadSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        data_import = self.get_object()
        mode = wanted.validated_data.get("mode", data_import.mode)
        return self._go_on(data_import, lambda: load_import(data_import, mode))

    @accepted(
        request=MappingSerializer,
        examples=[OpenApiExample("Two columns", {"mapping": MAPPING}, request_only=True)],
    )
    @step()
    def mapping(self, request: Request, pk: str) -> Response:
        """Say which column is which in an import with review, and have it checked again."""
        said = MappingSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        data_import = self.get_object()
        return self._go_on(
            data_import, lambda: map_import(data_import, said.validated_data["mapping"])
        )

    @accepted(request=None)
    @step()
    def retry(self, request: Request, pk: str) -> Response:
        """Do once more what was interrupted."""
        data_import = self.get_object()
        return self._go_on(data_import, lambda: retry_import(data_import))

    @accepted(request=None)
    @step()
    def undo(self, request: Request, pk: str) -> Response:
        """Take the latest import back: rows it created go, rows it changed are as before."""
        data_import = self.get_object()
        return self._go_on(data_import, lambda: undo_import(data_import, undone_by=asker(request)))

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "format", enum=list(FILES), default=CSV, description="The kind of file."
            )
        ],
        responses={(200, CSV_TYPE): OpenApiTypes.BINARY, (200, XLSX_TYPE): OpenApiTypes.BINARY},
    )
    @action(detail=True, renderer_classes=[FileRenderer, WorkbookRenderer, JSONRenderer])
    def rejects(self, request: Request, pk: str) -> HttpResponseBase:
        """The rejected rows with sheet, line, column, value and reason, as CSV or as a workbook.

        Both are imported as they are once their cells are mended; in the workbook each is text. For
        whoever sent the file, and for those who may change imports: the rows hold columns that are
        stored nowhere else.
        """
        data_import = self.get_object()
        if not data_import.shows_rows_to(asker(request)):
            raise PermissionDenied(NOT_FOR_YOU)
        if not (path := data_import.rejects_path):
            raise NotFound("This import has no file of rejected rows.")
        file = request.accepted_renderer.format
        return rejects_download(path, data_import.rejects_title, file, method=request.method)

    def _go_on(self, data_import: DataImport, ask: Callable[[], object]) -> Response:
        ask()
        return self.accepted(data_import)
