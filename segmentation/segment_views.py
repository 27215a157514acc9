"""The pages of the adopted segments, and what can be done with one of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from customers.models import FactsVersion
from customers.requests import PersonRequest
from segmentation.display import SegmentView, found, note_of
from segmentation.models import Segment, SegmentationRun
from segmentation.notices import drift_of, guard_notice, newcomers
from segmentation.operations.lifecycle import (
    NotPossible,
    archive_segment,
    rename_segment,
    restore_segment,
)
from segmentation.over_time import movement_view, sizes_over_time
from segmentation.run_charts import NotDrawn
from segmentation.runs_display import latest_runs, run_rows
from segmentation.segment_charts import IN_PLAIN_WORDS, parallel_profile

RECENT = 10


@require_safe
@permission_required("segmentation.view_segment", raise_exception=True)
def segments_page(request: PersonRequest) -> HttpResponse:
    run = SegmentationRun.objects.current()
    context = {
        "run": run,
        "runs": run_rows(latest_runs(RECENT)),
        "facts": FactsVersion.objects.current(),
    }
    return render(request, "segmentation/segments.html", context | _adopted(run, request.user))


@require_POST
@permission_required("segmentation.change_segmentidentity", raise_exception=True)
def rename(request: PersonRequest, pk: int) -> HttpResponse:
    name = request.POST.get("name", "")
    outcome = "has its new name"
    return _change(request, pk, lambda s: rename_segment(segment=s, name=name), outcome)


@require_POST
@permission_required("segmentation.change_segmentidentity", raise_exception=True)
def archive(request: PersonRequest, pk: int) -> HttpResponse:
    outcome = "is archived: new campaigns are not offered it"
    return _change(request, pk, lambda s: archive_segment(segment=s), outcome)


@require_POST
@permission_required("segmentation.change_segmentidentity", raise_exception=True)
def restore(request: PersonRequest, pk: int) -> HttpResponse:
    outcome = "is offered for new campaigns again"
    return _change(request, pk, lambda s: restore_segment(segment=s), outcome)


def _adopted(run: SegmentationRun | None, viewer: User) -> dict[str, Any]:
    """All that the page says of the adopted run."""
    if run is None:
        return {}
    shown = found(run, viewer=viewer)
    views: list[SegmentView] = shown["segments"]
    profile = parallel_profile(views, IN_PLAIN_WORDS)
    members = sum(view.segment.size for view in views)
    return shown | {
        "in_none": max((run.customers or 0) - members, 0),
        "newcomers": newcomers(run),
        "drift": drift_of(run),
        "guard_notice": guard_notice(run),
        "movement": movement_view(run),
        "over_time": sizes_over_time(),
        "profile": None if isinstance(profile, NotDrawn) else replace(profile, note=note_of(run)),
    }


def _change(
    request: PersonRequest, pk: int, change: Callable[[Segment], object], outcome: str
) -> HttpResponse:
    """Change a segment as the adopted run has it, and go back to where it was asked for."""
    asked = get_object_or_404(Segment.objects.select_related("run", "identity"), pk=pk)
    segment = asked.latest or asked
    is_on_its_page = request.POST.get("back") == "segment"
    typed = ""
    try:
        change(segment)
    except NotPossible as error:
        messages.warning(request, str(error))
        # What was typed is still in the field.
        if "name" in request.POST:
            shown = asked if is_on_its_page else segment
            typed = "?" + urlencode({"rename": str(shown.pk), "typed": request.POST["name"]})
    else:
        segment.refresh_from_db(fields=["name"])
        messages.success(request, f"“{segment.name}” {outcome}.")
    if is_on_its_page:
        return redirect(f"{asked.get_absolute_url()}{typed}")
    return redirect(f"{reverse('segments')}{typed}#segment-{segment.pk}")
