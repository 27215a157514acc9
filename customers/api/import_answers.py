"""How an import is described to programs."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.models import DataImport
from customers.operations.imports import import_summary

LIVE = ("table", "table_rows", "table_done", "rows_per_second")
PREVIEW = ("customers_affected", "examples", "notes")


class ImportSerializer(serializers.ModelSerializer[DataImport]):
    """An import in a list."""

    tables = serializers.SerializerMethodField(
        help_text="Of each table: rows = created + updated + unchanged + rejected."
    )
    rejects = serializers.SerializerMethodField(
        help_text="Where the rejected rows can be downloaded; null when there are none, and for"
        " those who neither sent the file nor may change imports."
    )

    class Meta:
        model = DataImport
        fields = [
            "id",
            "source_name",
            "dry_run",
            "review",
            "mode",
            "status",
            "stage",
            "progress",
            "error",
            "tables",
            "rejects",
            "created_at",
            "started_at",
            "finished_at",
            "undone_at",
        ]

    def get_tables(self, data_import: DataImport) -> dict[str, dict[str, int]]:
        return cast("dict[str, dict[str, int]]", import_summary(data_import)["tables"])

    def get_rejects(self, data_import: DataImport) -> str | None:
        if not (self._shows_rows(data_import) and data_import.rejects_path):
            return None
        return cast("str", self.context["view"].reverse_action("rejects", args=[data_import.pk]))

    def _shows_rows(self, data_import: DataImport) -> bool:
        return data_import.shows_rows_to(self.context["request"].user)


class LiveSerializer(serializers.Serializer[Any]):
    """How far the loading of one table is."""

    table = serializers.CharField()
    table_rows = serializers.IntegerField(help_text="Rows to be written.")
    table_done = serializers.IntegerField(help_text="Rows that are written.")
    rows_per_second = serializers.IntegerField(help_text="Of all tables so far.")


class ChangeSerializer(serializers.Serializer[Any]):
    column = serializers.CharField()
    old = serializers.CharField(allow_null=True)
    new = serializers.CharField(allow_null=True)


class ExampleSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="The external id of a row that changes.")
    changes = ChangeSerializer(many=True)


class PreviewSerializer(serializers.Serializer[Any]):
    """What loading does, or would do."""

    customers_affected = serializers.IntegerField(help_text="Customers whose figures change.")
    examples = serializers.DictField(
        child=ExampleSerializer(many=True), help_text="By table: the first rows that change."
    )
    notes = serializers.ListField(
        child=serializers.CharField(),
        help_text="How the rows were read and what they would empty, in sentences.",
    )


class FormatSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="csv, workbook or parquet")
    encoding = serializers.CharField()
    delimiter = serializers.CharField()
    quote = serializers.CharField()
    escape = serializers.CharField()
    heading_line = serializers.IntegerField()


class FoundSerializer(serializers.Serializer[Any]):
    """How days and numbers are written, from looking at all of them."""

    dates = serializers.CharField(
        allow_null=True, help_text="year-first, day-first, month-first, by-column or null"
    )
    are_dates_unsure = serializers.BooleanField(
        help_text="Whether the order of day and month is a guess."
    )
    decimals = serializers.DictField(
        child=serializers.CharField(), help_text="By heading: point or comma."
    )
    are_decimals_unsure = serializers.BooleanField(
        required=False, help_text="Whether one of these marks is a guess."
    )


class PartSerializer(serializers.Serializer[Any]):
    """A sheet or file, and how it is read: what a mapping may correct."""

    name = serializers.CharField(help_text="Its name in a mapping.")
    label = serializers.CharField()  # type: ignore[assignment]  # the metaclass takes it
    table = serializers.CharField(allow_null=True, help_text="Null: it is left out.")
    columns = serializers.DictField(
        child=serializers.CharField(allow_null=True),
        help_text="By heading: the column, or null where it is left out.",
    )
    dates = serializers.CharField(
        allow_null=True, help_text="What was said: day-first, month-first or null."
    )
    decimals = serializers.CharField(
        required=False, allow_null=True, help_text="What was said: point, comma or null."
    )
    format = FormatSerializer()
    found = FoundSerializer(required=False, help_text="Not there before the rows are checked.")
    sample = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="The first rows; none for those who may not download the rejected rows.",
    )


class ImportDetailSerializer(ImportSerializer):
    """An import with what was found in the file."""

    status = serializers.SerializerMethodField()
    stage = serializers.CharField(source="live.stage", read_only=True)
    progress = serializers.FloatField(source="live.progress", read_only=True, help_text="0 to 1.")
    live = serializers.SerializerMethodField(help_text="Null while no table is being loaded.")
    preview = serializers.SerializerMethodField()
    parts = serializers.SerializerMethodField()

    class Meta(ImportSerializer.Meta):
        fields = [*ImportSerializer.Meta.fields, "live", "preview", "parts"]

    @extend_schema_field({"$ref": "#/components/schemas/ImportStatusEnum", "readOnly": True})
    def get_status(self, data_import: DataImport) -> str:
        # Described by the list's; two descriptions of the same words would need names in settings.
        return data_import.status

    @extend_schema_field(LiveSerializer(allow_null=True))
    def get_live(self, data_import: DataImport) -> dict[str, Any] | None:
        live = data_import.live
        return {name: live[name] for name in LIVE} if "table" in live else None

    @extend_schema_field(PartSerializer(many=True))
    def get_parts(self, data_import: DataImport) -> list[dict[str, Any]]:
        parts = data_import.parts
        if not self._shows_rows(data_import):
            parts = [part | {"sample": []} for part in parts]
        return cast("list[dict[str, Any]]", PartSerializer(parts, many=True).data)

    @extend_schema_field(PreviewSerializer)
    def get_preview(self, data_import: DataImport) -> dict[str, Any]:
        summary = import_summary(data_import)
        return {name: summary[name] for name in PREVIEW}
