"""The pages of one run: while it works, what it found, two of its models compared, its files."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from customers.export_views import asked_file
from customers.exporting.download import download
from customers.requests import PersonRequest
from segmentation.compare_display import agreement_table, described, score_pairs, side
from segmentation.exports import difference_export, memberships_export
from segmentation.models import Candidate, SegmentationRun
from segmentation.operations.adopting import NotAdoptable, adopt_run
from segmentation.operations.comparing import LISTED, compare, who_differs
from segmentation.operations.deleting import NotDeletable, delete_run
from segmentation.operations.labels import LabelsGone
from segmentation.run_display import drawings, on_paper, result
from segmentation.runs_display import run_rows
from segmentation.scoreboard import View, new_run_query, scoreboard

RUNS_ON_A_PAGE = 30
CHOOSE_TWO = "Choose two different models to compare."


@require_safe
@permission_required("segmentation.view_segmentationrun", raise_exception=True)
def runs_page(request: PersonRequest) -> HttpResponse:
    """All runs, the latest first."""
    runs = Paginator(SegmentationRun.objects.light().order_by("-pk"), RUNS_ON_A_PAGE)
    page = runs.get_page(request.GET.get("page"))
    return render(request, "segmentation/runs.html", {"page": page, "runs": run_rows(page)})


@require_safe
@permission_required("segmentation.view_segmentationrun", raise_exception=True)
def run_page(request: PersonRequest, pk: int) -> HttpResponse:
    """A run; asked by htmx, only its progress and the models that are new."""
    run = get_object_or_404(SegmentationRun, pk=pk)
    candidates = list(run.candidates.all())
    view = View.asked(request.GET)
    context: dict[str, Any] = {"run": run, "board": scoreboard(candidates, view, run)}
    if request.htmx:
        return _progress(request, run, context)
    context["replaces"] = SegmentationRun.objects.light().current()
    if run.status == run.Status.COMPLETED:
        context |= result(run, candidates, viewer=request.user)
        context |= drawings(run, candidates, context["segments"])
    return render(request, "segmentation/run.html", context)


def _progress(
    request: PersonRequest, run: SegmentationRun, context: dict[str, Any]
) -> HttpResponse:
    # The table is sent only when it has grown: whoever reads in it is not disturbed.
    context["has_grown"] = request.GET.get("seen") != str(context["board"].total)
    response = render(request, "segmentation/_run_progress.html", context)
    if not run.is_unfinished:
        response["HX-Refresh"] = "true"
    return response


@require_safe
@permission_required("segmentation.view_segmentationrun", raise_exception=True)
def report(request: PersonRequest, pk: int) -> HttpResponse:
    """A completed run on paper."""
    run = get_object_or_404(SegmentationRun, pk=pk)
    if run.status != run.Status.COMPLETED:
        messages.warning(request, "Only a completed run has a report.")
        return redirect(run)
    candidates = list(run.candidates.defer("curves"))
    board = scoreboard(candidates, View(all_rows=True), run)
    shown = result(run, candidates, viewer=request.user)
    context = {"run": run, "board": board} | shown | on_paper(shown)
    return render(request, "segmentation/report.html", context)


@require_POST
@permission_required("segmentation.change_segmentationrun", raise_exception=True)
def adopt(request: PersonRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(SegmentationRun, pk=pk)
    try:
        adopt_run(run=run, adopted_by=request.user)
    except NotAdoptable as error:
        messages.warning(request, str(error))
        return redirect(run)
    messages.success(request, f"The segments of run {run.pk} are now the current ones.")
    for segment in run.segments.archived():
        messages.warning(
            request,
            f"“{segment.name}” is archived and was found again with {segment.size:,} customers."
            " Restore it if you want to use it.",
        )
    return redirect("segments")


@require_POST
@permission_required("segmentation.change_segmentationrun", raise_exception=True)
def cancel(request: PersonRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(SegmentationRun, pk=pk)
    if not run.cancel():
        messages.warning(request, "The run had already ended.")
    return redirect(run)


@require_POST
@permission_required("segmentation.delete_segmentationrun", raise_exception=True)
def delete(request: PersonRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(SegmentationRun, pk=pk)
    name = str(run)
    try:
        delete_run(run=run)
    except NotDeletable as error:
        messages.warning(request, str(error))
        return redirect(run)
    messages.success(request, f"{name} is deleted.")
    return redirect("segments")


# Two models side by side -----------------------------------------------------------------------


@require_safe
@permission_required(
    ("segmentation.view_segmentationrun", "customers.view_customer"), raise_exception=True
)
def compare_page(request: PersonRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(SegmentationRun.objects.light(), pk=pk)
    chosen = _chosen(request, run)
    if chosen is None:
        return _choose_again(request, run)
    segments = list(run.segments.all())
    one, other = (side(letter, c, segments) for letter, c in zip("AB", chosen, strict=True))
    context: dict[str, Any] = {
        "run": run,
        "sides": [(s, new_run_query(s.candidate, run)) for s in (one, other)],
        "scores": score_pairs(*chosen),
    }
    try:
        comparison = compare(run, *chosen)
        apart = who_differs(run, *chosen, comparison, most=LISTED)
        one, other = described(one, other, comparison)
        context |= {
            "comparison": comparison,
            "differ_share": comparison.differ / max(comparison.customers, 1),
            "pair": urlencode({"a": chosen[0].position, "b": chosen[1].position}),
            "table": agreement_table(one, other, comparison),
            "customers": [(who, one.name(a), other.name(b)) for who, a, b in apart],
        }
    except LabelsGone as error:
        context["gone"] = str(error)
    return render(request, "segmentation/compare.html", context)


@require_safe
@permission_required(
    ("segmentation.view_segmentationrun", "customers.view_customer"), raise_exception=True
)
def export_difference(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The customers whom two models of a run put into different segments, as a file."""
    run = get_object_or_404(SegmentationRun.objects.light(), pk=pk)
    chosen = _chosen(request, run)
    if chosen is None:
        messages.warning(request, CHOOSE_TWO)
        return redirect(run)
    try:
        export = difference_export(run, *chosen)
    except LabelsGone as error:
        messages.warning(request, str(error))
        return redirect(run)
    return download(export, asked_file(request), method=request.method)


def _choose_again(request: PersonRequest, run: SegmentationRun) -> HttpResponse:
    """Back to the scoreboard, which says so where one model was chosen twice."""
    view = View.asked(request.GET)
    if not view.chosen or len(set(view.chosen)) > 1:
        messages.warning(request, CHOOSE_TWO)
    return redirect(f"{run.get_absolute_url()}{view.query}#scoreboard")


def _chosen(request: PersonRequest, run: SegmentationRun) -> tuple[Candidate, Candidate] | None:
    """The models that `?a=` and `?b=` name by their positions; None unless they are two."""
    asked = [request.GET.get(letter, "") for letter in "ab"]
    if not all(text.isdecimal() and len(text) < 6 for text in asked):
        return None
    by_position = {c.position: c for c in run.candidates.defer("curves")}
    one, other = (by_position.get(int(text)) for text in asked)
    return (one, other) if one and other and one != other else None


# Files -----------------------------------------------------------------------------------------


@require_safe
@permission_required(
    ("segmentation.view_membership", "customers.view_customer"), raise_exception=True
)
def export_memberships(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Who is in which segment of a run, as a file."""
    run = get_object_or_404(SegmentationRun.objects.light(), pk=pk)
    if run.status != run.Status.COMPLETED:
        messages.warning(request, "Only a completed run has customers in segments.")
        return redirect(run)
    return download(memberships_export(run), asked_file(request), method=request.method)
