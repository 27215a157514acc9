"""Correcting records by hand, and looking at imports and figures."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from customers.models import (
    Branch,
    City,
    ColumnMapping,
    Customer,
    DataImport,
    FactsChange,
    FactsVersion,
    Merchant,
    Transaction,
)
from customers.operations.records import changing_records

admin.site.site_header = admin.site.site_title = "Coterie"
admin.site.index_title = "Records and settings"


class RecordAdmin(admin.ModelAdmin):
    """One kind of record; whatever is saved or deleted makes the figures stale."""

    readonly_fields = ["created_in", "changed_in"]

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        with changing_records(self.model, obj, by="Admin"):
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        with changing_records(self.model, obj, by="Admin"):
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with changing_records(self.model, *queryset, by="Admin"):
            super().delete_queryset(request, queryset)


class HistoryAdmin(SimpleHistoryAdmin):
    """With a list of versions that keeps to the content security policy."""

    object_history_list_template = "_admin_history.html"


class ReadOnlyAdmin(admin.ModelAdmin):
    """What the program writes: to be looked at, not changed."""

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Every field but those in `exclude`; Django hides those that are not editable."""
        return [field.name for field in self.opts.fields if field.name not in (self.exclude or [])]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(City)
class CityAdmin(RecordAdmin):
    list_display = ["name", "external_id", "latitude", "longitude"]
    search_fields = ["name", "external_id"]


@admin.register(Merchant)
class MerchantAdmin(RecordAdmin):
    list_display = ["name", "external_id", "branch_count"]
    search_fields = ["name", "external_id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Merchant]:
        merchants: Any = super().get_queryset(request)
        return merchants.with_branch_count()

    @admin.display(description="branches", ordering="branch_count")
    def branch_count(self, merchant: Any) -> int:
        return merchant.branch_count


@admin.register(Branch)
class BranchAdmin(RecordAdmin):
    list_display = ["external_id", "name", "merchant", "city"]
    list_display_links = ["external_id", "name"]
    list_filter = ["city"]
    list_select_related = ["merchant", "city"]
    search_fields = ["external_id", "name", "merchant__name"]
    autocomplete_fields = ["merchant", "city"]


@admin.register(Customer)
class CustomerAdmin(RecordAdmin):
    list_display = ["external_id", "gender", "city", "joined_on", "accepts_marketing"]
    list_filter = ["gender", "accepts_marketing", "city"]
    list_select_related = ["city"]
    date_hierarchy = "joined_on"
    search_fields = ["external_id__startswith"]
    autocomplete_fields = ["city"]
    show_full_result_count = False

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """Transactions and memberships go with their customer, whoever may see them."""
        deleted, counts, _, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set(), protected


@admin.register(Transaction)
class TransactionAdmin(RecordAdmin):
    list_display = [
        "external_id",
        "customer",
        "branch",
        "coupon_name",
        "status",
        "claimed_on",
        "burnt_on",
        "amount",
    ]
    list_filter = ["status", "branch__merchant"]
    list_select_related = ["customer", "branch__merchant"]
    date_hierarchy = "claimed_on"
    # Whole keys, which an index finds among millions; a part of one would read the whole table.
    search_fields = ["external_id__exact", "customer__external_id__exact"]
    search_help_text = "The whole external id of a transaction or of a customer."
    autocomplete_fields = ["customer", "branch"]
    show_full_result_count = False


@admin.register(DataImport)
class DataImportAdmin(ReadOnlyAdmin):
    list_display = ["id", "source_name", "dry_run", "status", "requested_by", "created_at"]
    exclude = ["path", "rejects_file"]
    list_filter = ["status", "mode", "dry_run"]
    list_select_related = ["requested_by"]
    search_fields = ["source_name"]
    date_hierarchy = "created_at"


@admin.register(ColumnMapping)
class ColumnMappingAdmin(ReadOnlyAdmin):
    """How files of one shape were read last; delete one to have its columns found anew."""

    list_display = ["used_at", "mapping"]
    date_hierarchy = "used_at"

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


@admin.register(FactsVersion)
class FactsVersionAdmin(ReadOnlyAdmin):
    list_display = ["id", "created_at", "is_current", "customers", "transactions", "last_day"]
    list_filter = ["is_current"]


@admin.register(FactsChange)
class FactsChangeAdmin(ReadOnlyAdmin):
    list_display = ["reason", "at"]
