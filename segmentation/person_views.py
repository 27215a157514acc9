"""A customer's place among the segments."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from customers.models import Customer
from customers.requests import PersonRequest
from segmentation.display import color_of
from segmentation.models import Membership, SegmentationRun
from segmentation.person_display import person_view, stays

NEEDED = ("customers.view_customer", "segmentation.view_membership")


class FindForm(forms.Form):
    external_id = forms.CharField(max_length=Customer._meta.get_field("external_id").max_length)


@require_safe
@permission_required(NEEDED, raise_exception=True)
def find(request: PersonRequest) -> HttpResponse:
    """To the page of the customer with exactly this external id."""
    form = FindForm(request.GET)
    if not form.is_valid():
        messages.warning(request, "Type the whole id of a customer, as your shop knows it.")
        return redirect("segments")
    external_id = form.cleaned_data["external_id"]
    customer = Customer.objects.filter(external_id=external_id).first()
    if customer is None:
        messages.warning(request, f"No customer has the id “{external_id}”. Type the whole id.")
        return redirect("segments")
    return redirect("person", pk=customer.pk)


@require_safe
@permission_required(NEEDED, raise_exception=True)
def person_page(request: PersonRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(Customer.objects.select_related("city"), pk=pk)
    run = SegmentationRun.objects.defer("customer_map", "silhouette_plot", "movement").current()
    membership = _membership(customer, run)
    context = {
        "customer": customer,
        "run": run,
        "membership": membership,
        "color": f"seg-{color_of(membership.segment.color)}" if membership else "",
        "view": person_view(customer, run, membership),
        "stays": stays(customer),
    }
    return render(request, "segmentation/person.html", context)


def _membership(customer: Customer, run: SegmentationRun | None) -> Membership | None:
    if run is None:
        return None
    found = Membership.objects.filter(run=run, customer=customer).select_related("segment")
    membership: Membership | None = found.first()
    if membership is not None:
        membership.run = run  # already read
    return membership
