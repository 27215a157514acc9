"""The API of customers, what they did, where, and of imports.

Rows are addressed by their `id`. Where a row refers to another one, the other's `external_id`
stands, the key that the systems around us know.
"""

from contextlib import AbstractContextManager
from copy import copy
from typing import Any

from django.db.models import Model
from django_filters import rest_framework as filters
from rest_framework import serializers, viewsets

from customers.api.bulk import BulkCustomers, BulkTransactions
from customers.api.exports import ExportedRecords
from customers.models import Branch, City, Customer, Merchant, Transaction
from customers.operations.records import changing_records

RANGE = ["exact", "gte", "lte"]


# Read only: which import created the row, and which changed it last if nobody did since.
IMPORTS = ["created_in", "changed_in"]


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
        fields = ["id", "external_id", "name", "latitude", "longitude", *IMPORTS]
        read_only_fields = IMPORTS


class MerchantSerializer(RuledSerializer):
    class Meta:
        model = Merchant
        fields = ["id", "external_id", "name", *IMPORTS]
        read_only_fields = IMPORTS


class BranchSerializer(RuledSerializer):
    merchant = Reference(queryset=Merchant.objects.all())
    city = Reference(queryset=City.objects.all(), allow_null=True, required=False)

    class Meta:
        model = Branch
        fields = ["id", "external_id", "name", "merchant", "city", *IMPORTS]
        read_only_fields = IMPORTS


class CustomerSerializer(RuledSerializer):
    city = Reference(queryset=City.objects.all(), allow_null=True, required=False)

    class Meta:
        model = Customer
        fields = [
            "id",
            "external_id",
            "gender",
            "city",
            "joined_on",
            "accepts_marketing",
            *IMPORTS,
        ]
        read_only_fields = IMPORTS


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
            *IMPORTS,
        ]
        read_only_fields = IMPORTS


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
    gender = filters.ChoiceFilter(
        field_name="customer__gender", choices=Customer.Gender.choices, label="Of the customer."
    )

    class Meta:
        model = Transaction
        fields = {
            "external_id": ["exact"],
            "coupon_name": ["exact"],
            "status": ["exact"],
            "claimed_on": RANGE,
            "burnt_on": RANGE,
        }


class RecordViewSet(ExportedRecords, viewsets.ModelViewSet[Any]):
    """One kind of record; whatever is written makes the figures stale."""

    def perform_create(self, serializer: serializers.BaseSerializer[Any]) -> None:
        with self._changing() as rows:
            rows.append(serializer.save())

    def perform_update(self, serializer: serializers.BaseSerializer[Any]) -> None:
        with self._changing(serializer.instance):
            serializer.save()

    def perform_destroy(self, instance: Any) -> None:
        with self._changing(instance):
            instance.delete()

    def _changing(self, *rows: Any) -> AbstractContextManager[list[Model]]:
        return changing_records(self.get_queryset().model, *rows, by="API")


class CityViewSet(RecordViewSet):
    queryset = City.objects.all()
    serializer_class = CitySerializer
    export_name = "cities"
    filterset_fields = ["external_id", "name"]


class MerchantViewSet(RecordViewSet):
    queryset = Merchant.objects.all()
    serializer_class = MerchantSerializer
    export_name = "merchants"
    filterset_fields = ["external_id", "name"]


class BranchViewSet(RecordViewSet):
    queryset = Branch.objects.with_places()
    serializer_class = BranchSerializer
    export_name = "branches"
    filterset_class = BranchFilter


class CustomerViewSet(BulkCustomers, RecordViewSet):
    queryset = Customer.objects.select_related("city")
    serializer_class = CustomerSerializer
    export_name = "customers"
    filterset_class = CustomerFilter


class TransactionViewSet(BulkTransactions, RecordViewSet):
    """Coupons: each claimed on a day, perhaps burnt on a later one, at a branch."""

    queryset = Transaction.objects.with_places()
    serializer_class = TransactionSerializer
    export_name = "transactions"
    filterset_class = TransactionFilter
