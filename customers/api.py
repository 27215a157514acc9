"""The API of customers, what they did, where, and of imports.

Rows are addressed by their `id`. Where a row refers to another one, the other's `external_id`
stands, the key that the systems around us know.
"""

from collections.abc import Callable
from copy import copy
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model
from django.http import FileResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from customers.models import Branch, City, Customer, DataImport, Job, Merchant, Transaction
from customers.operations.facts import mark_facts_stale
from customers.operations.imports import enqueue_import, import_summary, request_import

RANGE = ["exact", "gte", "lte"]


class HasEnded(APIException):
    """What should be stopped has already ended."""

    status_code = HTTPStatus.CONFLICT
    default_detail = "It has already ended."
    default_code = "conflict"


def asker(request: Request) -> User:
    """Who asks: the permissions let in nobody without an account."""
    return cast("User", request.user)


class RuledSerializer(serializers.ModelSerializer[Any]):
    """Asks the model for its own rules too, so that they are written once."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        model: type[Model] = self.Meta.model
        row = copy(self.instance) if self.instance else model()
        for name, value in attrs.items():
            if not model._meta.get_field(name).many_to_many:
                setattr(row, name, value)
        row.full_clean(validate_unique=False)
        return attrs


class Reference(serializers.SlugRelatedField[Any]):
    """Another row, by its external id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="external_id", **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        # PostgreSQL fails on text with NUL instead of finding nothing.
        if not isinstance(data, str | int) or "\0" in str(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class CitySerializer(RuledSerializer):
    class Meta:
        model = City
        fields = ["id", "external_id", "name", "latitude", "longitude"]


class MerchantSerializer(RuledSerializer):
    class Meta:
        model = Merchant
        fields = ["id", "external_id", "name"]


class BranchSerializer(RuledSerializer):
    merchant = Reference(queryset=Merchant.objects.all())
    city = Reference(queryset=City.objects.all(), allow_null=True, required=False)

    class Meta:
        model = Branch
        fields = ["id", "external_id", "name", "merchant", "city"]


class CustomerSerializer(RuledSerializer):
    city = Reference(queryset=City.objects.all(), allow_null=True, required=False)

    class Meta:
        model = Customer
        fields = ["id", "external_id", "gender", "city", "joined_on", "accepts_marketing"]


class TransactionSerializer(RuledSerializer):
    customer = Reference(queryset=Customer.objects.all())
    branch = Reference(queryset=Branch.objects.all())
    merchant = Reference(source="branch.merchant", read_only=True)

    class Meta:
        model = Transaction
        fields = [
            "id",
            "external_id",
            "customer",
            "branch",
            "merchant",
            "coupon_name",
            "status",
            "claimed_on",
            "burnt_on",
            "amount",
        ]


class BranchFilter(filters.FilterSet):
    merchant = filters.CharFilter(field_name="merchant__external_id")
    city = filters.CharFilter(field_name="city__external_id")

    class Meta:
        model = Branch
        fields = ["external_id"]


class CustomerFilter(filters.FilterSet):
    city = filters.CharFilter(field_name="city__external_id")

    class Meta:
        model = Customer
        fields = {
            "external_id": ["exact"],
            "gender": ["exact"],
            "accepts_marketing": ["exact"],
            "joined_on": RANGE,
        }


class TransactionFilter(filters.FilterSet):
    customer = filters.CharFilter(field_name="customer__external_id")
    branch = filters.CharFilter(field_name="branch__external_id")
    merchant = filters.CharFilter(field_name="branch__merchant__external_id")
    city = filters.CharFilter(field_name="branch__city__external_id")

    class Meta:
        model = Transaction
        fields = {
            "external_id": ["exact"],
            "coupon_name": ["exact"],
            "status": ["exact"],
            "claimed_on": RANGE,
            "burnt_on": RANGE,
        }


class RecordViewSet(viewsets.ModelViewSet[Any]):
    """One kind of record; whatever is written makes the figures stale."""

    def perform_create(self, serializer: serializers.BaseSerializer[Any]) -> None:
        self._write(serializer.save)

    def perform_update(self, serializer: serializers.BaseSerializer[Any]) -> None:
        self._write(serializer.save)

    def perform_destroy(self, instance: Any) -> None:
        self._write(instance.delete)

    def _write(self, change: Callable[[], object]) -> None:
        with transaction.atomic():
            change()
            mark_facts_stale(f"API: {self.get_queryset().model._meta.verbose_name_plural}")


class CityViewSet(RecordViewSet):
    queryset = City.objects.all()
    serializer_class = CitySerializer
    filterset_fields = ["external_id", "name"]


class MerchantViewSet(RecordViewSet):
    queryset = Merchant.objects.all()
    serializer_class = MerchantSerializer
    filterset_fields = ["external_id", "name"]


class BranchViewSet(RecordViewSet):
    queryset = Branch.objects.with_places()
    serializer_class = BranchSerializer
    filterset_class = BranchFilter


class CustomerViewSet(RecordViewSet):
    queryset = Customer.objects.select_related("city")
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilter


class TransactionViewSet(RecordViewSet):
    """Coupons: each claimed on a day, perhaps burnt on a later one, at a branch."""

    queryset = Transaction.objects.with_places()
    serializer_class = TransactionSerializer
    filterset_class = TransactionFilter


@extend_schema_field(
    # One choice after the other: drf-spectacular can't name an enum that several kinds share.
    {"type": "string", "oneOf": [{"const": c.value, "title": c.label} for c in Job.Status]}
)
class JobStatusField(serializers.CharField):
    """How far a piece of background work is."""


class UploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="A workbook, or a zip of CSV files.")
    dry_run = serializers.BooleanField(default=False, help_text="Check only, load nothing.")


class ImportSerializer(serializers.ModelSerializer[DataImport]):
    status = JobStatusField(read_only=True)
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
        if not data_import.rejects_file:
            return None
        return self.context["view"].reverse_action("rejects", args=[data_import.pk])


class CsvRenderer(BaseRenderer):
    """Says in the schema, and to whoever asks for it, that the answer is a CSV file."""

    media_type = "text/csv"
    format = "csv"


class JobViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """Background work: seen while it goes on, and stopped."""

    newest_first = True

    def accepted(self, job: Job) -> Response:
        """The answer to a request for work that a worker will do: where to look for it."""
        address = self.reverse_action("detail", args=[job.pk])
        data = self.get_serializer(job).data
        return Response(data, HTTPStatus.ACCEPTED, headers={"Location": address})

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop it: at once while it waits, at its next stage while it runs."""
        job = self.get_object()
        if not job.cancel():
            raise HasEnded
        return Response(self.get_serializer(self.get_object()).data)


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
        with transaction.atomic():
            data_import = request_import(
                source=file,
                source_name=file.name,
                dry_run=upload.validated_data["dry_run"],
                requested_by=asker(request),
            )
            enqueue_import(data_import)
        return self.accepted(data_import)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    @action(detail=True, renderer_classes=[CsvRenderer, JSONRenderer])
    def rejects(self, request: Request, pk: str) -> FileResponse:
        """The rejected rows with sheet, line, column, value and reason."""
        data_import = self.get_object()
        path = Path(data_import.rejects_file)
        if not path.is_file():
            raise NotFound("This import has no file of rejected rows.")
        name = f"rejected-rows-import-{data_import.pk}.csv"
        return FileResponse(path.open("rb"), as_attachment=True, filename=name)
