"""The pages of runs that are repeated by themselves."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers.requests import PersonRequest
from segmentation.engine.settings import BadSettings
from segmentation.models import RunSchedule
from segmentation.operations.schedules import (
    NotSchedulable,
    change_schedule,
    schedule_run,
    settings_of,
)
from segmentation.schedule_forms import ScheduleForm, SettingsGone, settings_from
from segmentation.settings_words import SettingsView


@require_safe
@permission_required("segmentation.view_runschedule", raise_exception=True)
def schedules_page(request: PersonRequest) -> HttpResponse:
    schedules = RunSchedule.objects.select_related("created_by")
    rows = [(schedule, SettingsView(settings_of(schedule))) for schedule in schedules]
    return render(request, "segmentation/schedules.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("segmentation.add_runschedule", raise_exception=True)
def new_schedule(request: PersonRequest) -> HttpResponse:
    """Repeat the settings of the address, which the form for a new run has signed."""
    try:
        settings = settings_from(request.GET.get("settings", ""))
    except SettingsGone as error:
        messages.warning(request, str(error))
        return redirect("new-run")
    tomorrow = timezone.localdate() + timedelta(days=1)
    form = ScheduleForm(request.POST or None, initial={"next_on": tomorrow})
    if request.method == "POST" and form.is_valid():
        try:
            schedule_run(
                settings=settings,
                created_by=request.user,
                today=timezone.localdate(),
                **form.cleaned_data,
            )
        except NotSchedulable as error:
            form.add_error("next_on", str(error))
        except BadSettings as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The run is repeated from now on.")
            return redirect("run-schedules")
    return _form_page(request, form, SettingsView(settings))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("segmentation.change_runschedule", raise_exception=True)
def schedule_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Change how often, from when on and what becomes of it; the settings stay."""
    schedule = get_object_or_404(RunSchedule, pk=pk)
    settings = SettingsView(settings_of(schedule))
    form = ScheduleForm(request.POST or None, instance=schedule)
    if request.method == "POST" and form.is_valid():
        stored = get_object_or_404(RunSchedule, pk=pk)
        try:
            change_schedule(schedule=stored, today=timezone.localdate(), **form.cleaned_data)
        except NotSchedulable as error:
            form.add_error("next_on", str(error))
        else:
            messages.success(request, "The changes are saved.")
            return redirect("run-schedules")
    return _form_page(request, form, settings, schedule)


@require_POST
@permission_required("segmentation.delete_runschedule", raise_exception=True)
def delete_schedule(request: PersonRequest, pk: int) -> HttpResponse:
    get_object_or_404(RunSchedule, pk=pk).delete()
    messages.success(request, "The run is repeated no more. What it found stays.")
    return redirect("run-schedules")


def _form_page(
    request: PersonRequest,
    form: ScheduleForm,
    settings: SettingsView,
    schedule: RunSchedule | None = None,
) -> HttpResponse:
    context = {"form": form, "settings": settings, "schedule": schedule}
    status = 422 if form.errors else 200
    return render(request, "segmentation/schedule_form.html", context, status=status)
