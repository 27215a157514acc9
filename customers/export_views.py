"""The downloads: records, the overview's figures, and the workbook to fill in."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from customers.api.records import BranchFilter, CustomerFilter, TransactionFilter
from customers.export_forms import ExportForm
from customers.exporting.download import CSV, FILES, XLSX_TYPE, download
from customers.exporting.figures import overview_export
from customers.exporting.filters import filters_in_words
from customers.exporting.records import record_export
from customers.facts.query import NoFacts, current_facts
from customers.forms import PeriodForm
from customers.importing.tables import TABLE_NAMED
from customers.importing.template import template_workbook
from customers.overview import overview
from customers.requests import PersonRequest

NOTHING = "There are no {table} that fit. Nothing was downloaded."
FILTERS: dict[str, Any] = {
    "transactions": TransactionFilter,
    "customers": CustomerFilter,
    "branches": BranchFilter,
}


@require_safe
@permission_required("customers.view_dataimport", raise_exception=True)
def export_records(request: PersonRequest) -> HttpResponseBase:
    """The form, and the file once it is filled in."""
    form = ExportForm(request.GET or None)
    if not form.is_valid():
        return _export_page(request, form)
    table = form.cleaned_data["table"]
    if not request.user.has_perm(f"customers.view_{TABLE_NAMED[table].model._meta.model_name}"):
        raise PermissionDenied
    rows, filters = _chosen(table, form.filters)
    if not rows.exists():
        form.add_error(None, NOTHING.format(table=table))
        return _export_page(request, form)
    export = record_export(table, rows, filters)
    return download(export, form.cleaned_data["file"], method=request.method)


def _export_page(request: PersonRequest, form: ExportForm) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "customers/export.html", {"export_form": form}, status=status)


def _chosen(table: str, filters: dict[str, str]) -> tuple[QuerySet[Any], list[tuple[str, str]]]:
    """The rows that the filters leave, and the filters in words."""
    rows = TABLE_NAMED[table].model._default_manager.all()
    if table not in FILTERS:
        return rows, []
    filterset = FILTERS[table](filters, queryset=rows)
    return filterset.qs, list(filters_in_words(filterset.form.cleaned_data))


@require_safe
@permission_required("customers.view_customer", raise_exception=True)
def export_overview(request: PersonRequest) -> HttpResponseBase:
    """The overview as a file; the page itself says what is wrong with a period."""
    try:
        facts = current_facts()
    except NoFacts:
        return redirect("overview")
    form = PeriodForm(request.GET, facts=facts)
    if not form.is_valid():
        return redirect(f"{reverse('overview')}?{request.GET.urlencode()}")
    period = form.chosen
    export = overview_export(facts, overview(facts, period), period)
    return download(export, asked_file(request), method=request.method)


@require_safe
@permission_required("customers.view_dataimport", raise_exception=True)
def download_template(request: PersonRequest) -> HttpResponse:
    """The workbook to fill in."""
    name = content_disposition_header(True, "coterie-template.xlsx")
    headers = {"Content-Disposition": str(name)}
    return HttpResponse(template_workbook(), content_type=XLSX_TYPE, headers=headers)


def asked_file(request: HttpRequest) -> str:
    """The kind of file that the address names, or else CSV."""
    file = request.GET.get("file", CSV)
    return file if file in FILES else CSV
