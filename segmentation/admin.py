"""Looking at runs and what they found, and adopting one."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from customers.admin import ReadOnlyAdmin
from segmentation.models import Candidate, Membership, Segment, SegmentationRun
from segmentation.operations.runs import NotAdoptable, adopt_run


class FoundInline(admin.TabularInline):
    """What a run found: listed, not changed."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class SegmentInline(FoundInline):
    model = Segment
    fields = ["key", "name", "size", "share", "strategy"]


class CandidateInline(FoundInline):
    model = Candidate
    fields = ["algorithm", "reduction", "components", "clusters", "silhouette_common", "is_best"]


@admin.register(SegmentationRun)
class SegmentationRunAdmin(ReadOnlyAdmin):
    list_display = ["id", "preset", "status", "is_current", "as_of", "customers", "created_at"]
    list_filter = ["status", "is_current", "preset"]
    date_hierarchy = "created_at"
    exclude = ["customer_map"]
    inlines = [SegmentInline, CandidateInline]
    actions = ["adopt"]

    def has_adopt_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("segmentation.change_segmentationrun")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SegmentationRun]:
        return super().get_queryset(request).defer("customer_map")

    @admin.action(description="Adopt: make its segments the current ones", permissions=["adopt"])
    def adopt(self, request: HttpRequest, runs: QuerySet[SegmentationRun]) -> None:
        if len(runs) != 1:
            self.message_user(request, "Choose one run to adopt.", messages.WARNING)
            return
        try:
            adopt_run(run=runs[0], adopted_by=cast("User", request.user))
        except NotAdoptable as error:
            self.message_user(request, str(error), messages.WARNING)
        else:
            self.message_user(request, f"The segments of {runs[0]} are now the current ones.")


@admin.register(Candidate)
class CandidateAdmin(ReadOnlyAdmin):
    list_display = ["run", "algorithm", "reduction", "clusters", "silhouette_common", "is_best"]
    list_display_links = ["algorithm"]
    list_filter = ["is_best", "algorithm", "reduction"]
    list_select_related = ["run"]


class SegmentAdmin(ReadOnlyAdmin):
    """Registered by `campaigns`, which adds what can be done with a segment."""

    list_display = ["name", "run", "key", "size", "share"]
    list_filter = ["run__is_current"]
    list_select_related = ["run"]
    search_fields = ["name"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Where one is to be chosen, only the adopted run's are offered."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        if request.resolver_match and request.resolver_match.url_name == "autocomplete":
            found = found.filter(run__is_current=True)
        return found, duplicates


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ["customer", "segment", "run"]
    list_select_related = ["customer", "segment", "run"]
    search_fields = ["customer__external_id__exact"]
    search_help_text = "The whole external id of a customer."
    show_full_result_count = False
