"""The pages of segments, and of asking for a run."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from customers.export_views import asked_file
from customers.exporting.download import download
from customers.facts.query import NoFacts
from customers.models import FactsVersion
from customers.requests import PersonRequest
from segmentation.engine.settings import BadSettings
from segmentation.exports import members_export
from segmentation.forms import REPEAT, RunForm, filled_in
from segmentation.models import Segment
from segmentation.operations.runs import request_run
from segmentation.presets import PRESETS
from segmentation.run_form_parts import FormParts
from segmentation.schedule_forms import signed_settings


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("segmentation.add_segmentationrun", raise_exception=True)
def new_run(request: PersonRequest) -> HttpResponse:
    """Ask for a run, which begins at once, or hand its settings on to be repeated."""
    facts = FactsVersion.objects.current()
    form = RunForm(request.POST or None, facts=facts, initial=filled_in(request.GET))
    if request.method == "POST" and form.is_valid():
        settings = form.to_settings()
        if REPEAT in request.POST:
            signed = urlencode({"settings": signed_settings(settings)})
            return redirect(f"{reverse('new-run-schedule')}?{signed}")
        try:
            run = request_run(settings=settings, requested_by=request.user)
        except (BadSettings, NoFacts) as error:
            form.add_error(None, str(error))
        else:
            return redirect(run)
    context = {"form": form, "parts": FormParts(form), "presets": PRESETS, "facts": facts}
    status = 422 if form.errors else 200
    return render(request, "segmentation/run_form.html", context, status=status)


@require_safe
@permission_required(
    ("segmentation.view_membership", "customers.view_customer"), raise_exception=True
)
def export_members(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The customers of a segment as a file."""
    segment = get_object_or_404(Segment.objects.select_related("run"), pk=pk)
    return download(members_export(segment), asked_file(request), method=request.method)
