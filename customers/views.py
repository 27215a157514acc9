"""The overview and the data pages."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from customers.facts.query import NoFacts, current_facts
from customers.forms import PeriodForm, UploadForm, remember_period, remembered_period
from customers.importing.tables import TABLES
from customers.models import DataImport
from customers.operations.facts import facts_are_stale
from customers.operations.imports import UploadTooLarge, request_import
from customers.overview import overview
from customers.periods import PRESETS
from customers.requests import PersonRequest

RECENT = 20


@require_safe
@permission_required("customers.view_customer", raise_exception=True)
def overview_page(request: PersonRequest) -> HttpResponse:
    try:
        facts = current_facts()
    except NoFacts as error:
        return render(request, "customers/overview.html", {"no_facts": error})
    if "period" not in request.GET and (query := remembered_period(request)):
        # The address says what is shown, so that a copied link shows the same to others.
        return redirect(f"{request.path}?{query}")
    form = PeriodForm(request.GET, facts=facts)
    remember_period(request, form)
    period = form.chosen
    context = {"form": form, "period": period, "presets": PRESETS, "preset": form.preset}
    return render(
        request, "customers/overview.html", context | {"overview": overview(facts, period)}
    )


@require_safe
@permission_required("customers.view_dataimport", raise_exception=True)
def data_page(request: PersonRequest) -> HttpResponse:
    return _data_page(request, UploadForm())


def _data_page(request: PersonRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    imports = DataImport.objects.select_related("requested_by")[:RECENT]
    context = {"form": form, "imports": imports}
    return render(request, "customers/data.html", context, status=status)


@require_POST
@permission_required("customers.add_dataimport", raise_exception=True)
def start_import(request: PersonRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _data_page(request, form, status=422)
    file = form.cleaned_data["file"]
    try:
        data_import = request_import(
            source=file,
            source_name=file.name,
            dry_run=form.cleaned_data["dry_run"],
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
    data_import = get_object_or_404(DataImport, pk=pk)
    template = "customers/_import.html" if request.htmx else "customers/import.html"
    tables = [
        (table.name, data_import.tables[table.name])
        for table in TABLES
        if table.name in data_import.tables
    ]
    loaded = bool(data_import.changed) and not data_import.dry_run
    context = {
        "import": data_import,
        "tables": tables,
        "figures_in_the_making": loaded and facts_are_stale(),
    }
    return render(request, template, context)


@require_POST
@permission_required("customers.change_dataimport", raise_exception=True)
def cancel_import(request: PersonRequest, pk: int) -> HttpResponse:
    data_import = get_object_or_404(DataImport, pk=pk)
    if data_import.cancel():
        messages.info(request, "The import stops at its next step; nothing is loaded.")
    else:
        messages.warning(request, "The import had already ended.")
    return redirect(data_import)


@require_safe
@permission_required("customers.view_dataimport", raise_exception=True)
def download_rejects(request: PersonRequest, pk: int) -> FileResponse:
    data_import = get_object_or_404(DataImport, pk=pk)
    if not (path := data_import.rejects_path):
        raise Http404
    title = data_import.rejects_title
    return FileResponse(path.open("rb"), as_attachment=True, filename=title)
