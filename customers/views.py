"""The overview."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from customers.facts.query import NoFacts, current_facts
from customers.forms import PeriodForm, remember_period, remembered_period
from customers.overview import overview
from customers.periods import PRESETS
from customers.requests import PersonRequest


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
