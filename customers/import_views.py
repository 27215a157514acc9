"""The pages of the data: what was imported, and an import from upload to outcome."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.export_forms import ExportForm
from customers.exporting.download import CSV, XLSX
from customers.exporting.rejects import rejects_download
from customers.import_display import (
    asks_for_someone,
    is_discarded,
    listed,
    outcomes_of,
    progress_of,
    said_of_undo,
    speed_in_words,
    why_not_undoable,
)
from customers.import_forms import CHANGED, LoadForm, UploadForm
from customers.import_preview import (
    doubts_of,
    first_rows_of,
    headings_of_wrong_file,
    other_notes_of,
    reasons_of,
)
from customers.import_reading import readings_of
from customers.importing.mapping import BadMapping
from customers.mapping_forms import MappingForm
from customers.models import DataImport
from customers.operations.import_files import UploadTooLarge
from customers.operations.imports import (
    NotPossibleNow,
    figures_lack,
    load_import,
    map_import,
    request_import,
    retry_import,
    stop_import,
    undo_import,
)
from customers.operations.undo import NotUndoable
from customers.preparing import guides
from customers.requests import PersonRequest

PER_PAGE = 20
NOT_WAITING = "How its columns are read can't be changed any more."
Status = DataImport.Status


@require_safe
@permission_required("customers.view_dataimport", raise_exception=True)
def data_page(request: PersonRequest) -> HttpResponse:
    return _data_page(request, UploadForm())


def _data_page(request: PersonRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    imports = DataImport.objects.select_related("requested_by").defer("mapping", "parts", "preview")
    page = Paginator(imports, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "imports": [listed(data_import) for data_import in page],
        "waiting": _waiting(request.user),
        "export_form": ExportForm(),
    }
    return render(request, "customers/data.html", context, status=status)


def _waiting(user: User) -> list[DataImport]:
    """Those about which someone has to decide, the person's own first."""
    waiting = DataImport.objects.filter(status__in=DataImport.WAITING)
    waiting = waiting.select_related("requested_by").defer("mapping", "parts", "preview")
    asking = [data_import for data_import in waiting if asks_for_someone(data_import)]
    return sorted(asking, key=lambda data_import: data_import.requested_by_id != user.pk)


@require_POST
@permission_required("customers.add_dataimport", raise_exception=True)
def start_import(request: PersonRequest) -> HttpResponse:
    """An upload is always shown to its person before anything is loaded."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _data_page(request, form, status=422)
    file = form.cleaned_data["file"]
    try:
        data_import = request_import(
            source=file,
            source_name=file.name,
            dry_run=False,
            review=True,
            requested_by=request.user,
        )
    except UploadTooLarge as error:
        form.add_error("file", str(error))
        return _data_page(request, form, status=422)
    return redirect(data_import)


@require_safe
@permission_required("customers.view_dataimport", raise_exception=True)
def import_page(request: PersonRequest, pk: int) -> HttpResponse:
    """An import; asked by htmx, only the part that changes while it is at work."""
    people = DataImport.objects.select_related("requested_by", "undone_by")
    data_import = get_object_or_404(people, pk=pk)
    template = "customers/_import.html" if request.htmx else "customers/import.html"
    context = {"import": data_import, "shows_rows": data_import.shows_rows_to(request.user)}
    return render(request, template, context | _state(data_import))


def _state(data_import: DataImport) -> dict[str, Any]:
    """What the page of an import shows in the state it is in."""
    if data_import.is_unfinished:
        return {"progress": progress_of(data_import)}
    if data_import.status == Status.MAPPING:
        wrong = headings_of_wrong_file(data_import)
        return {"form": MappingForm(data_import), "wrong_file": wrong}
    found = _found(data_import)
    if data_import.status == Status.PREVIEWED:
        return found | _preview(data_import) | {"form": LoadForm(data_import)}
    if data_import.status == Status.COMPLETED:
        return found | _loaded(data_import)
    return found | {"is_discarded": is_discarded(data_import)}


def _found(data_import: DataImport) -> dict[str, Any]:
    reasons = reasons_of(data_import)
    return {
        "outcomes": outcomes_of(data_import),
        "readings": readings_of(data_import),
        "reasons": reasons,
        "is_reason_shared": sum(reason.rows for reason in reasons) > data_import.rejected,
        "doubts": doubts_of(data_import),
        "notes": other_notes_of(data_import),
    }


def _preview(data_import: DataImport) -> dict[str, Any]:
    rejected = data_import.rejected
    return {
        "first_rows": first_rows_of(data_import),
        "unused": [r for r in readings_of(data_import) if r.is_worth_telling],
        "is_all_rejected": rejected > 0 and rejected == data_import.total_rows,
    }


def _loaded(data_import: DataImport) -> dict[str, Any]:
    is_changed = bool(data_import.changed) and not data_import.dry_run
    return {
        # An undo that was refused or stopped has ended later.
        "done_at": data_import.loaded_at or data_import.finished_at,
        "speed": speed_in_words(data_import),
        "are_figures_to_follow": is_changed and figures_lack(data_import),
        "is_changed": is_changed,
        "why_not_undoable": why_not_undoable(data_import),
        "said_of_undo": said_of_undo(data_import),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("customers.change_dataimport", raise_exception=True)
def name_columns(request: PersonRequest, pk: int) -> HttpResponse:
    """Which column is which; posted with `show`, only with the columns of the chosen tables."""
    data_import = get_object_or_404(DataImport, pk=pk)
    if not data_import.is_waiting:
        return _refused(request, data_import, NOT_WAITING)
    if request.method != "POST":
        return _columns_page(request, data_import, MappingForm(data_import))
    if "show" in request.POST:
        return _columns_page(request, data_import, MappingForm(data_import, shown=request.POST))
    return _map(request, data_import, MappingForm(data_import, request.POST))


def _map(request: PersonRequest, data_import: DataImport, form: MappingForm) -> HttpResponse:
    if form.is_outdated:
        messages.warning(request, CHANGED)
        return redirect("name-columns", data_import.pk)
    if form.is_valid():
        try:
            map_import(data_import, form.to_mapping())
        except BadMapping as error:
            form.add_error(None, str(error))
        except NotPossibleNow as error:
            return _refused(request, data_import, str(error))
        else:
            return redirect(data_import)
    return _columns_page(request, data_import, form, status=422)


def _columns_page(
    request: PersonRequest, data_import: DataImport, form: MappingForm, status: int = 200
) -> HttpResponse:
    context = {"import": data_import, "form": form}
    return render(request, "customers/columns.html", context, status=status)


@require_POST
@permission_required("customers.change_dataimport", raise_exception=True)
def load(request: PersonRequest, pk: int) -> HttpResponse:
    data_import = get_object_or_404(DataImport, pk=pk)
    form = LoadForm(data_import, request.POST)
    try:
        if form.is_valid():
            load_import(data_import, form.cleaned_data["mode"])
        else:
            messages.warning(request, CHANGED)
    except NotPossibleNow as error:
        return _refused(request, data_import, str(error))
    return redirect(data_import)


@require_POST
@permission_required("customers.change_dataimport", raise_exception=True)
def retry(request: PersonRequest, pk: int) -> HttpResponse:
    data_import = get_object_or_404(DataImport, pk=pk)
    try:
        retry_import(data_import)
    except NotPossibleNow as error:
        return _refused(request, data_import, str(error))
    return redirect(data_import)


@require_POST
@permission_required("customers.change_dataimport", raise_exception=True)
def cancel_import(request: PersonRequest, pk: int) -> HttpResponse:
    data_import = get_object_or_404(DataImport, pk=pk)
    if not stop_import(data_import):
        return _refused(request, data_import, "The import had already ended.")
    if request.POST.get("from") == "list":
        messages.info(request, f"{data_import.source_name} is discarded. Nothing was loaded.")
        return redirect("data")
    return redirect(data_import)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("customers.change_dataimport", raise_exception=True)
def undo(request: PersonRequest, pk: int) -> HttpResponse:
    """What undoing an import would do; posted, does it."""
    data_import = get_object_or_404(DataImport, pk=pk)
    if request.method == "POST":
        return _undo(request, data_import)
    why_not = why_not_undoable(data_import, looking_at_records=True)
    return _undo_page(request, data_import, why_not)


def _undo_page(
    request: PersonRequest, data_import: DataImport, why_not: NotUndoable | None, status: int = 200
) -> HttpResponse:
    context = {"import": data_import, "why_not": why_not, "outcomes": outcomes_of(data_import)}
    return render(request, "customers/undo.html", context, status=status)


def _undo(request: PersonRequest, data_import: DataImport) -> HttpResponse:
    try:
        undo_import(data_import, undone_by=request.user)
    except NotUndoable as error:
        return _undo_page(request, data_import, error, status=409)
    return redirect(data_import)


def _refused(request: PersonRequest, data_import: DataImport, why: str) -> HttpResponse:
    messages.warning(request, why)
    return redirect(data_import)


@require_safe
@permission_required("customers.view_dataimport", raise_exception=True)
def download_rejects(request: PersonRequest, pk: int) -> HttpResponseBase:
    data_import = get_object_or_404(DataImport, pk=pk)
    if not data_import.shows_rows_to(request.user):
        raise PermissionDenied
    if not (path := data_import.rejects_path):
        raise Http404
    file = XLSX if request.GET.get("format") == XLSX else CSV
    return rejects_download(path, data_import.rejects_title, file, method=request.method)


@require_safe
@permission_required("customers.view_dataimport", raise_exception=True)
def preparing_files(request: PersonRequest) -> HttpResponse:
    return render(request, "customers/preparing.html", {"guides": guides()})
