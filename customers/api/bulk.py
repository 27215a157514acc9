"""Many customers or transactions in one request of the API."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.bulk_parsers import NDJSON, LinesParser, RowsParser, checked
from customers.importing.tables import CUSTOMERS, TRANSACTIONS, Table
from customers.models import Customer, Transaction
from customers.operations.bulk_upsert import bulk_summary, bulk_upsert

OUTCOMES = ("created", "updated", "unchanged", "rejected")
CUSTOMER_ROWS: list[dict[str, Any]] = [
    {"external_id": "c1", "gender": "Female", "city": "cairo", "joined_on": "2024-01-31"},
    {"external_id": "c2", "accepts_marketing": True},
]
TRANSACTION_ROWS: list[dict[str, Any]] = [
    {
        "external_id": "t1",
        "customer": "c1",
        "branch": "b1",
        "coupon_name": "10% off",
        "status": "burnt",
        "claimed_on": "2024-05-01",
        "burnt_on": "2024-05-09",
        "amount": "120.50",
    },
    {"external_id": "t2", "amount": "80"},
]
ANSWER = {
    "created": 1,
    "updated": 0,
    "unchanged": 0,
    "rejected": 1,
    "results": [
        {"index": 0, "external_id": "t1", "outcome": "created", "errors": []},
        {
            "index": 1,
            "external_id": "t2",
            "outcome": "rejected",
            "errors": [
                {
                    "field": "amount",
                    "code": "negative",
                    "reason": "An amount can't be negative.",
                }
            ],
        },
    ],
}


class BulkCustomerSerializer(serializers.Serializer[Any]):
    """A customer; what is not mentioned stays as it is, what is null becomes empty."""

    external_id = serializers.CharField(max_length=64)
    gender = serializers.ChoiceField(choices=Customer.Gender.choices, required=False)
    city = serializers.CharField(
        required=False, allow_null=True, help_text="The external id of a city."
    )
    joined_on = serializers.DateField(required=False, allow_null=True)
    accepts_marketing = serializers.BooleanField(required=False)


@extend_schema_field({"$ref": "#/components/schemas/TransactionStatusEnum"})
class CouponStatus(serializers.ChoiceField):
    """Described as that of a single transaction is."""


class BulkTransactionSerializer(serializers.Serializer[Any]):
    """A coupon; what is not mentioned stays as it is, what is null becomes empty.

    A new one needs customer, branch, status and claimed_on.
    """

    external_id = serializers.CharField(max_length=64)
    customer = serializers.CharField(
        required=False, help_text="The external id of a customer who is stored."
    )
    branch = serializers.CharField(
        required=False, help_text="The external id of a branch that is stored."
    )
    coupon_name = serializers.CharField(required=False, allow_blank=True, max_length=200)
    status = CouponStatus(choices=Transaction.Status.choices, required=False)
    claimed_on = serializers.DateField(required=False)
    burnt_on = serializers.DateField(required=False, allow_null=True)
    amount = serializers.DecimalField(
        max_digits=12, decimal_places=2, required=False, allow_null=True
    )


class BulkErrorSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(allow_null=True, help_text="Null: the row itself.")
    code = serializers.CharField(help_text="For programs, such as unknown_reference.")
    reason = serializers.CharField(help_text="For people.")


class BulkResultSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField(help_text="The row's place in the request, from 0.")
    external_id = serializers.CharField(allow_null=True)
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    errors = BulkErrorSerializer(many=True)  # type: ignore[assignment]  # the metaclass takes it


class BulkAnswerSerializer(serializers.Serializer[Any]):
    """What became of the rows, one result for each in the order of the request."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    results = BulkResultSerializer(many=True)


def _described(row: type[serializers.Serializer[Any]], rows: list[dict[str, Any]]) -> Any:
    """How a bulk action is described in the documentation of the API."""
    whole, changed = rows  # each is shown as a list of one, or as a line
    return extend_schema(
        request={"application/json": row(many=True), NDJSON: row},
        responses=BulkAnswerSerializer,
        filters=False,
        examples=[
            OpenApiExample("A whole row", whole, request_only=True),
            OpenApiExample("Only what changed", changed, request_only=True),
            OpenApiExample("A line", whole, media_type=NDJSON, request_only=True),
            OpenApiExample("One of two rows is rejected", ANSWER, response_only=True),
        ],
    )


def bulk_action(table: Table, row: Any, rows: list[dict[str, Any]]) -> Any:
    """The action `bulk` of a viewset of the table's model."""

    @_described(row, rows)
    @action(
        detail=False,
        methods=["post"],
        parser_classes=[RowsParser, LinesParser],
        pagination_class=None,
    )
    def bulk(self: Any, request: Request) -> Response:
        """Create and change up to 10,000 rows, each found by its external id.

        Send a JSON array, an object {"rows": [...]}, or one object a line as
        application/x-ndjson. Good rows are stored although others are rejected, all in one
        transaction; the same request again changes nothing. A request whose rows all have the same
        field that there is not is refused.
        """
        if not request.user.has_perm(f"customers.change_{table.model._meta.model_name}"):
            self.permission_denied(request)
        outcomes = bulk_upsert(table, checked(request.data))
        return Response(bulk_summary(outcomes))

    return bulk


class BulkCustomers:
    """Adds `bulk` to the viewset of customers."""

    bulk = bulk_action(CUSTOMERS, BulkCustomerSerializer, CUSTOMER_ROWS)


class BulkTransactions:
    """Adds `bulk` to the viewset of transactions."""

    bulk = bulk_action(TRANSACTIONS, BulkTransactionSerializer, TRANSACTION_ROWS)
