"""A customer's place among the segments."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.models import Customer
from customers.operations.facts import mark_facts_stale, refresh_facts
from segmentation.models import Membership, SegmentationRun
from segmentation.operations.adopting import adopt_run
from segmentation.operations.lifecycle import rename_segment
from segmentation.operations.upkeep import look_after_segments
from tests.factories import (
    make_branch,
    make_customer,
    make_run,
    make_segment,
    make_transaction,
    make_user,
)
from tests.segmentation.running import do

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(make_user("Viewer"))
    return client


@pytest.fixture
def adopted(history: None) -> SegmentationRun:
    run = do("reference")
    adopt_run(run=run, adopted_by=None)
    return SegmentationRun.objects.get(pk=run.pk)


def page(client: Client, customer: Customer) -> str:
    response = client.get(reverse("person", args=[customer.pk]))
    assert response.status_code == 200
    return response.content.decode().replace("&#x27;", "'")


def a_member(run: SegmentationRun) -> Customer:
    return run.memberships.select_related("customer").order_by("pk")[0].customer


def make_newcomer() -> Customer:
    customer, branch = make_customer(), make_branch()
    for days in range(3):
        day = date(2024, 6, 20) + timedelta(days=days)
        make_transaction(customer=customer, branch=branch, claimed_on=day, burnt_on=day)
    mark_facts_stale("new coupons")
    refresh_facts()
    return customer


# Their segment -------------------------------------------------------------------------------


def test_a_customer_is_shown_with_their_segment(viewer: Client, adopted: SegmentationRun) -> None:
    customer = a_member(adopted)
    segment = adopted.memberships.get(customer=customer).segment
    shown = page(viewer, customer)
    assert f'<h1 class="file-name">Customer {customer.external_id}</h1>' in shown
    assert f'<a href="{segment.get_absolute_url()}">{segment.name}</a>' in shown


def test_why_here_is_said_in_sentences(viewer: Client, adopted: SegmentationRun) -> None:
    """Of the keenest burner it is a reason that they burn more than everybody."""
    drivers = {"burn_rate": (0.9, 0.5), "transaction_frequency": (4.5, 4.5)}
    run = make_run(features=list(drivers), as_of=adopted.as_of, facts=adopted.facts)
    customer = make_newcomer()
    means = [
        {"feature": name, "mean": mean, "base": base, "effect": (mean - base) / 0.3}
        for name, (mean, base) in drivers.items()
    ]
    make_segment(run=run, customers=[customer], drivers=means)
    adopt_run(run=run, adopted_by=None)
    shown = page(viewer, customer)
    assert "<b>Burns 100% of the coupons</b>; everybody 50%, this segment 90%." in shown
    assert "Has claimed" not in shown


def test_what_would_move_them_names_the_other_segments(
    viewer: Client, adopted: SegmentationRun
) -> None:
    # Who has claimed most by far stays where they are, whatever they do.
    members = [m.customer for m in adopted.memberships.order_by("-pk")[:10]]
    customer = next(one for one in members if "Would be in <a" in page(viewer, one))
    others = adopted.segments.exclude(memberships__customer=customer)
    shown = page(viewer, customer)
    assert " instead of " in shown
    told = shown.split("What would move them", 1)[1].split("Figures", 1)[0]
    assert any(segment.name in told for segment in others)
    assert adopted.memberships.get(customer=customer).segment.name not in told


@pytest.mark.parametrize(
    ("digest", "sentence"),
    [
        ("", "The run of these segments kept no model to ask."),
        ("0" * 64, "The stored model of this run was changed since the run wrote it"),
    ],
)
def test_without_a_model_it_says_so(
    viewer: Client, adopted: SegmentationRun, digest: str, sentence: str
) -> None:
    SegmentationRun.objects.update(model_digest=digest)
    assert sentence in page(viewer, a_member(adopted))


def test_a_model_whose_file_is_gone_is_told(viewer: Client, adopted: SegmentationRun) -> None:
    adopted.model_path.unlink()
    shown = page(viewer, a_member(adopted))
    assert "The stored model of this run is no longer there." in shown
    assert "Why here" in shown


def test_who_came_after_the_run_is_told_apart(viewer: Client, adopted: SegmentationRun) -> None:
    customer = make_newcomer()
    look_after_segments()
    shown = page(viewer, customer)
    assert "after the run." in shown
    assert "assigned after the run on" in shown


# In no segment -------------------------------------------------------------------------------


def test_who_never_claimed_is_told_why(viewer: Client, adopted: SegmentationRun) -> None:
    shown = page(viewer, make_customer())
    assert "They have never claimed a coupon." in shown
    assert "What would move them" not in shown


def test_whose_coupons_are_not_counted_yet_is_told(
    viewer: Client, adopted: SegmentationRun
) -> None:
    assert "The next refresh counts them." in page(viewer, make_transaction().customer)


def test_who_first_claimed_after_the_run_is_told(viewer: Client, history: None) -> None:
    run = do("reference", as_of=date(2024, 5, 31))
    adopt_run(run=run, adopted_by=None)
    customer = make_newcomer()
    assert "They first claimed a coupon after 31 May 2024" in page(viewer, customer)


def test_who_is_unlike_every_segment_is_told(viewer: Client, adopted: SegmentationRun) -> None:
    customer = a_member(adopted)
    Membership.objects.filter(customer=customer).delete()
    assert "too unlike every segment to belong to one" in page(viewer, customer)


def test_before_a_run_is_adopted_the_page_says_so(viewer: Client, history: None) -> None:
    assert "No segments are adopted yet" in page(viewer, Customer.objects.first())


def test_without_figures_the_page_says_so(viewer: Client) -> None:
    assert "There are no figures yet." in page(viewer, make_customer())


# Over time -----------------------------------------------------------------------------------


def test_the_history_has_each_adopted_run_under_the_present_name(viewer: Client) -> None:
    customer, others = make_customer(), [make_customer() for _ in range(3)]
    for day, members in [(1, [customer, *others]), (2, others), (3, [customer, *others])]:
        run = make_run(as_of=date(2024, 3, day))
        make_segment(run=run, customers=members, name="Burners")
        adopt_run(run=run, adopted_by=None)
    make_segment(customers=[customer], name="Of a run that nobody adopted")
    rename_segment(segment=run.segments.get(), name="Stars")
    stays = viewer.get(reverse("person", args=[customer.pk])).context["stays"]
    assert [(stay.run.as_of.day, stay.name) for stay in stays] == [
        (3, "Stars"),
        (2, ""),
        (1, "Stars"),
    ]
    shown = page(viewer, customer)
    assert "As of 1 March 2024" in shown
    assert "In no segment" in shown
    assert "nobody adopted" not in shown


def test_more_runs_need_no_more_queries(viewer: Client, adopted: SegmentationRun) -> None:
    customer = a_member(adopted)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(viewer, customer)
        return len(captured)

    few = queries()
    for _ in range(5):
        run = make_run()
        make_segment(run=run, customers=[customer])
        adopt_run(run=run, adopted_by=None)
    SegmentationRun.objects.update(is_current=False)
    SegmentationRun.objects.filter(pk=adopted.pk).update(is_current=True)
    assert queries() == few


# Finding, and who may ------------------------------------------------------------------------


def find(client: Client, external_id: str) -> Any:
    return client.get(reverse("find-person"), {"external_id": external_id})


def test_a_customer_is_found_by_the_exact_id(viewer: Client) -> None:
    customer = make_customer(external_id="C-17")
    assert find(viewer, " C-17 ").url == reverse("person", args=[customer.pk])


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("C-1", "No customer has the id “C-1”."),
        ("", "Type the whole id of a customer"),
        ("\0", "Type the whole id of a customer"),
        ("x" * 65, "Type the whole id of a customer"),
    ],
)
def test_who_is_not_found_is_told(viewer: Client, asked: str, sentence: str) -> None:
    make_customer(external_id="C-17")
    response = viewer.get(reverse("find-person"), {"external_id": asked}, follow=True)
    assert sentence in response.content.decode()


@pytest.mark.parametrize("name", ["person", "find-person"])
def test_it_needs_the_right_to_see_customers(client: Client, name: str) -> None:
    address = reverse(name, args=[make_customer().pk] if name == "person" else [])
    assert client.get(address).url.startswith("/login/")
    client.force_login(make_user())
    assert client.get(address).status_code == 403


def test_a_customer_who_is_not_there_is_not_found(viewer: Client) -> None:
    assert viewer.get(reverse("person", args=[999_999])).status_code == 404
