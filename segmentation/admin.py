"""Looking at runs and what they found, adopting one, and naming segments."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from customers.admin import HistoryAdmin, ReadOnlyAdmin
from segmentation.models import (
    Candidate,
    Membership,
    RunSchedule,
    Segment,
    SegmentationRun,
    SegmentIdentity,
)
from segmentation.operations.adopting import NotAdoptable, adopt_run
from segmentation.operations.lifecycle import (
    NotPossible,
    archive_segment,
    checked_name,
    rename_segment,
    restore_segment,
)


def rounded(model: type[Model], name: str, form: str = "{:.3f}") -> Any:
    """A column of a list with the numbers of a field, short enough to be compared."""
    field: Any = model._meta.get_field(name)

    @admin.display(description=field.verbose_name, ordering=name)
    def column(row: Any) -> str:
        value = getattr(row, name)
        return "–" if value is None else form.format(value)

    column.__name__ = f"{name}_rounded"
    return column


SHARE = rounded(Segment, "share", "{:.1%}")
SCORES = [rounded(Candidate, name) for name in ("silhouette_common", "stability")]
SCORES += [rounded(Candidate, "structure", "{:.1f}")]
SCORES += [rounded(Candidate, name, "{:.1%}") for name in ("noise_share", "smallest_share")]


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
    fields = ["key", "name", "size", SHARE, "strategy"]
    readonly_fields = [SHARE]


class CandidateInline(FoundInline):
    model = Candidate
    fields = [
        "algorithm",
        "reduction",
        "components",
        "clusters",
        *SCORES,
        "is_best",
        "is_runner_up",
    ]
    readonly_fields = SCORES
    classes = ["collapse"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Candidate]:
        return super().get_queryset(request).defer("curves", "parameters", "approximation")


@admin.register(SegmentationRun)
class SegmentationRunAdmin(ReadOnlyAdmin):
    """What pages draw is not shown; what was asked for and measured is folded away."""

    list_display = ["id", "preset", "status", "verdict", "is_current", "as_of", "customers"]
    list_filter = ["status", "is_current", "verdict", "preset"]
    date_hierarchy = "created_at"
    exclude = [*SegmentationRun.LARGE, "model_digest"]
    inlines = [SegmentInline, CandidateInline]
    actions = ["adopt"]
    FOLDED = (
        "parameters",
        "features",
        "left_out_features",
        "preparation",
        "reasons",
        "seconds",
        "versions",
    )

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        shown = [name for name in self.get_readonly_fields(request, obj) if name not in self.FOLDED]
        return [
            (None, {"fields": shown}),
            ("How it was made", {"fields": self.FOLDED, "classes": ["collapse"]}),
        ]

    def has_adopt_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("segmentation.change_segmentationrun")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SegmentationRun]:
        return super().get_queryset(request).defer(*SegmentationRun.LARGE)

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
    list_display = [
        "run",
        "algorithm",
        "reduction",
        "clusters",
        *SCORES,
        "is_best",
    ]
    list_display_links = ["algorithm"]
    list_filter = ["is_best", "algorithm", "reduction"]
    list_select_related = ["run"]
    ordering = ["-run", "position"]
    exclude = ["curves"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Candidate]:
        return super().get_queryset(request).defer("curves")


class SegmentAdmin(ReadOnlyAdmin):
    """Registered by `campaigns`, which adds what can be done with a segment."""

    list_display = ["name", "run", "key", "size", SHARE]
    list_filter = ["run__is_current"]
    list_select_related = ["run"]
    search_fields = ["name"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Where one is to be chosen, only the adopted run's are offered."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        if request.resolver_match and request.resolver_match.url_name == "autocomplete":
            found = found.filter(run__is_current=True, identity__archived_at__isnull=True)
        return found, duplicates


class IdentityForm(forms.ModelForm):
    class Meta:
        model = SegmentIdentity
        fields = ["name"]

    def clean_name(self) -> str:
        segment = _latest(self.instance)
        try:
            return checked_name(segment, self.cleaned_data["name"]) if segment else ""
        except NotPossible as error:
            raise forms.ValidationError(str(error)) from error


@admin.register(SegmentIdentity)
class SegmentIdentityAdmin(HistoryAdmin):
    """What stays of a segment from run to run: its name can be changed, and it can be archived."""

    form = IdentityForm
    list_display = ["key", "name", "is_named", "archived_at", "created_at"]
    list_display_links = ["key", "name"]
    list_filter = ["is_named", ("archived_at", admin.EmptyFieldListFilter)]
    search_fields = ["key", "name"]
    fields = ["key", "name", "is_named", "color", "archived_at", "created_at"]
    readonly_fields = ["key", "is_named", "color", "archived_at", "created_at"]
    actions = ["archive", "restore"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: SegmentIdentity, form: Any, change: bool
    ) -> None:
        segment = _latest(obj)
        if segment and "name" in form.changed_data:
            rename_segment(segment=segment, name=obj.name)

    @admin.action(description="Archive: offer them no more", permissions=["change"])
    def archive(self, request: HttpRequest, identities: QuerySet[SegmentIdentity]) -> None:
        self._do(identities, lambda segment: archive_segment(segment=segment))
        self.message_user(request, "They are not offered for new campaigns any more.")

    @admin.action(description="Take back from the archive", permissions=["change"])
    def restore(self, request: HttpRequest, identities: QuerySet[SegmentIdentity]) -> None:
        self._do(identities, lambda segment: restore_segment(segment=segment))
        self.message_user(request, "They are offered for new campaigns again.")

    def _do(self, identities: QuerySet[SegmentIdentity], step: Callable[[Segment], object]) -> None:
        for identity in identities:
            if segment := _latest(identity):
                step(segment)


@admin.register(RunSchedule)
class RunScheduleAdmin(ReadOnlyAdmin):
    """Runs that are repeated; their page changes them."""

    list_display = ["preset", "every", "next_on", "adopts", "created_by", "outcome"]
    list_filter = ["every", "adopts"]
    list_select_related = ["created_by"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ["customer", "segment", "run", "assigned_at"]
    list_select_related = ["customer", "segment", "run"]
    search_fields = ["customer__external_id__exact"]
    search_help_text = "The whole external id of a customer."
    show_full_result_count = False


def _latest(identity: SegmentIdentity) -> Segment | None:
    """The segment of the latest adopted run that has this identity."""
    found: Segment | None = (
        identity.segments.select_related("run", "identity").order_by("-run__adopted_at").first()
    )
    return found
