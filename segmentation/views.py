"""The pages of segments and runs."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.export_views import asked_file
from customers.exporting.download import download
from customers.facts.query import NoFacts
from customers.models import FactsVersion
from customers.requests import PersonRequest
from segmentation.display import (
    heatmap,
    left_out_words,
    scatter,
    score_charts,
    segment_view,
    size_chart,
)
from segmentation.engine.settings import BadSettings
from segmentation.exports import members_export
from segmentation.forms import RunForm
from segmentation.models import Segment, SegmentationRun
from segmentation.operations.runs import NotAdoptable, adopt_run, request_run
from segmentation.presets import PRESETS

RECENT = 10


@require_safe
@permission_required("segmentation.view_segment", raise_exception=True)
def segments_page(request: PersonRequest) -> HttpResponse:
    run = SegmentationRun.objects.current()
    context = {
        "run": run,
        "runs": SegmentationRun.objects.defer("customer_map").order_by("-pk")[:RECENT],
        "presets": {name: preset.label for name, preset in PRESETS.items()},
        "facts": FactsVersion.objects.current(),
    }
    return render(request, "segmentation/segments.html", context | _found(run))


def _found(run: SegmentationRun | None) -> dict[str, object]:
    """What a completed run found, ready to be shown."""
    if run is None:
        return {}
    segments = list(run.segments.all())
    views = [segment_view(segment) for segment in segments]
    return {
        "segments": views,
        "heatmap": heatmap(views),
        "scatter": scatter(run, segments),
        "sizes": size_chart(run, views),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("segmentation.add_segmentationrun", raise_exception=True)
def new_run(request: PersonRequest) -> HttpResponse:
    form = RunForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = request_run(settings=form.to_settings(), requested_by=request.user)
        except (BadSettings, NoFacts) as error:
            form.add_error(None, str(error))
        else:
            return redirect(run)
    context = {"form": form, "presets": PRESETS, "facts": FactsVersion.objects.current()}
    status = 422 if form.errors else 200
    return render(request, "segmentation/run_form.html", context, status=status)


@require_safe
@permission_required("segmentation.view_segmentationrun", raise_exception=True)
def run_page(request: PersonRequest, pk: int) -> HttpResponse:
    """A run; asked by htmx, only its progress."""
    run = get_object_or_404(SegmentationRun, pk=pk)
    if request.htmx:
        return _progress(request, run)
    context: dict[str, object] = {"run": run, "replaces": SegmentationRun.objects.current()}
    if run.status == run.Status.COMPLETED:
        candidates = list(run.candidates.all())
        context |= _found(run)
        context |= {"candidates": candidates, "score_charts": score_charts(candidates)}
        context |= {"preset": PRESETS.get(run.preset), "left_out": left_out_words(run)}
    return render(request, "segmentation/run.html", context)


def _progress(request: PersonRequest, run: SegmentationRun) -> HttpResponse:
    response = render(request, "segmentation/_run_progress.html", {"run": run})
    if not run.is_unfinished:
        response["HX-Refresh"] = "true"
    return response


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
    return redirect("segments")


@require_POST
@permission_required("segmentation.change_segmentationrun", raise_exception=True)
def cancel(request: PersonRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(SegmentationRun, pk=pk)
    if not run.cancel():
        messages.warning(request, "The run had already ended.")
    return redirect(run)


@require_safe
@permission_required(
    ("segmentation.view_membership", "customers.view_customer"), raise_exception=True
)
def export_members(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The customers of a segment as a file."""
    segment = get_object_or_404(Segment.objects.select_related("run"), pk=pk)
    return download(members_export(segment), asked_file(request), method=request.method)
