"""The Django admin."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from customers.models import Customer, DataImport, FactsChange
from tests.factories import (
    make_branch,
    make_campaign,
    make_candidate,
    make_city,
    make_customer,
    make_facts,
    make_identity,
    make_merchant,
    make_offer,
    make_run,
    make_schedule,
    make_segment,
    make_transaction,
    make_user,
)

pytestmark = pytest.mark.django_db
Status = Campaign.Status
MAKERS = {
    "customers_city": make_city,
    "customers_merchant": make_merchant,
    "customers_branch": lambda: make_branch(name="", city=make_city()),
    "customers_customer": lambda: make_customer(city=make_city()),
    "customers_transaction": lambda: make_transaction(branch=make_branch(name="")),
    "customers_dataimport": lambda: DataImport.objects.create(requested_by=make_user()),
    "customers_factschange": lambda: FactsChange.objects.create(reason="a test"),
    "customers_factsversion": lambda: make_facts(is_current=False),
    "segmentation_segmentationrun": make_run,
    "segmentation_candidate": make_candidate,
    "segmentation_segment": make_segment,
    "segmentation_segmentidentity": lambda: make_identity(make_segment()),
    "segmentation_runschedule": make_schedule,
    "segmentation_membership": lambda: make_segment(customers=[make_customer()]).memberships.get(),
    "campaigns_offer": make_offer,
    "campaigns_campaign": lambda: make_campaign(created_by=make_user()),
}
READ_ONLY = [
    "customers_dataimport",
    "customers_factschange",
    "customers_factsversion",
    "segmentation_segmentationrun",
    "segmentation_candidate",
    "segmentation_segment",
    "segmentation_membership",
]
# What operations make, of which a person changes or deletes some.
NOT_ADDED = [*READ_ONLY, "segmentation_segmentidentity", "segmentation_runschedule"]


@pytest.fixture
def staff() -> Client:
    return staff_client("Admin")


def staff_client(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role, is_staff=True))
    return client


def address(model: str, page: str, *args: int) -> str:
    return reverse(f"admin:{model}_{page}", args=args)


def act(client: Client, model: str, action: str, *rows: Any) -> str:
    """Do an action with rows; the page that follows says what came of it."""
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    response = client.post(address(model, "changelist"), data, follow=True)
    return response.content.decode()


def fields(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) or "" for name in names}


def test_every_model_is_registered() -> None:
    for app in ("customers", "segmentation", "campaigns"):
        models = [m for m in apps.get_app_config(app).get_models() if "istorical" not in m.__name__]
        assert all(admin.site.is_registered(model) for model in models)


def test_it_carries_our_name(staff: Client) -> None:
    assert "Coterie" in staff.get("/admin/").content.decode()


@pytest.mark.parametrize("model", MAKERS)
def test_a_list_of_thirty_takes_as_many_queries_as_one_of_three(staff: Client, model: str) -> None:
    counts = []
    for rows in (3, 27):
        for _ in range(rows):
            MAKERS[model]()
        staff.get(address(model, "changelist"))
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(address(model, "changelist")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16


@pytest.mark.parametrize("model", MAKERS)
def test_a_row_is_found_and_shown(staff: Client, model: str) -> None:
    row = MAKERS[model]()
    assert staff.get(address(model, "changelist"), {"q": "a"}).status_code == 200
    assert staff.get(address(model, "change", row.pk)).status_code == 200
    added = staff.get(address(model, "add")).status_code
    assert added == (403 if model in NOT_ADDED else 200)


@pytest.mark.parametrize("model", MAKERS)
def test_one_needs_to_be_staff(client: Client, model: str) -> None:
    assert client.get(address(model, "changelist")).status_code == 302
    client.force_login(make_user("Admin"))
    assert client.get(address(model, "changelist")).status_code == 302


@pytest.mark.parametrize("model", MAKERS)
def test_a_viewer_changes_nothing(model: str) -> None:
    client, row = staff_client("Viewer"), MAKERS[model]()
    if model != "customers_factschange":
        assert client.get(address(model, "change", row.pk)).status_code == 200
    assert client.post(address(model, "change", row.pk), {}).status_code == 403
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", READ_ONLY)
def test_what_the_program_writes_is_not_changed(staff: Client, model: str) -> None:
    row = MAKERS[model]()
    assert staff.post(address(model, "change", row.pk), {}).status_code == 403
    assert staff.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_correcting_a_customer_makes_the_figures_stale(staff: Client) -> None:
    customer = make_customer(gender="Unknown")
    data = fields(customer, "external_id", "joined_on") | {"gender": "Male"}
    staff.post(address("customers_customer", "change", customer.pk), data)
    customer.refresh_from_db()
    assert customer.gender == "Male"
    assert FactsChange.objects.count() == 1


@pytest.mark.parametrize("make", [make_branch, make_customer, make_transaction])
def test_deleting_records_makes_the_figures_stale(staff: Client, make: Callable[[], Any]) -> None:
    one, other = make(), make()
    model = f"customers_{one._meta.model_name}"
    staff.post(address(model, "delete", one.pk), {"post": "yes"})
    assert FactsChange.objects.count() == 1
    data = {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"}
    staff.post(address(model, "changelist"), data)
    assert FactsChange.objects.count() == 2
    assert not type(one).objects.exists()


def test_a_customer_goes_with_transactions_and_memberships(staff: Client) -> None:
    customer = make_transaction().customer
    make_segment(customers=[customer])
    staff.post(address("customers_customer", "delete", customer.pk), {"post": "yes"})
    assert not Customer.objects.exists()


@pytest.mark.parametrize("page", ["delete", "changelist"])
def test_a_write_that_fails_leaves_the_records_as_they_were(
    staff: Client, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("customers.operations.records.mark_facts_stale", fail)
    customer = make_customer()
    data = {"post": "yes", "action": "delete_selected", "_selected_action": [customer.pk]}
    row = [customer.pk] if page == "delete" else []
    with pytest.raises(RuntimeError):
        staff.post(address("customers_customer", page, *row), data)
    assert Customer.objects.exists()


def test_a_coupon_keeps_the_rules_of_the_record(staff: Client) -> None:
    coupon = make_transaction()
    data = fields(coupon, "external_id", "customer_id", "branch_id", "claimed_on")
    data |= {"customer": coupon.customer_id, "branch": coupon.branch_id, "status": "burnt"}
    response = staff.post(address("customers_transaction", "change", coupon.pk), data)
    assert "A burnt coupon has a burn date" in response.content.decode()


def test_a_day_that_can_only_be_a_slip_is_refused(staff: Client) -> None:
    customer = make_customer()
    data = fields(customer, "external_id", "gender") | {"joined_on": "1924-01-01"}
    response = staff.post(address("customers_customer", "change", customer.pk), data)
    assert "Give a day from 1990 to today." in response.content.decode()


def test_a_run_is_adopted() -> None:
    run = make_segment(run=make_run()).run
    said = act(staff_client("Marketer"), "segmentation_segmentationrun", "adopt", run)
    run.refresh_from_db()
    assert run.is_current
    assert f"The segments of Run {run.pk} are now the current ones." in said


def test_only_one_completed_run_is_adopted(staff: Client) -> None:
    failed = make_run(status="failed")
    model = "segmentation_segmentationrun"
    assert "Only a completed run can be adopted." in act(staff, model, "adopt", failed)
    assert "Choose one run to adopt." in act(staff, model, "adopt", make_run(), make_run())


def test_a_viewer_adopts_no_run() -> None:
    run = make_run()
    act(staff_client("Viewer"), "segmentation_segmentationrun", "adopt", run)
    run.refresh_from_db()
    assert not run.is_current


def test_a_run_is_shown_with_what_it_found(staff: Client) -> None:
    run = make_run(verdict_sentence="The groups are clear.")
    make_segment(run=run, name="Loyal burners")
    page = staff.get(address("segmentation_segmentationrun", "change", run.pk)).content.decode()
    assert "The groups are clear." in page
    assert "Loyal burners" in page


def test_a_segment_is_renamed_with_a_history(staff: Client) -> None:
    identity = make_identity(make_segment(run=make_run(is_current=True)))
    page = address("segmentation_segmentidentity", "change", identity.pk)
    assert staff.post(page, {"name": "Our  regulars"}).status_code == 302
    identity.refresh_from_db()
    assert (identity.name, identity.is_named) == ("Our regulars", True)
    assert identity.segments.get().name == "Our regulars"
    assert identity.history.first().name == "Our regulars"


def test_a_name_that_is_taken_is_refused(staff: Client) -> None:
    run = make_run(is_current=True)
    make_segment(run=run, name="Regulars")
    identity = make_identity(make_segment(run=run))
    page = address("segmentation_segmentidentity", "change", identity.pk)
    response = staff.post(page, {"name": "regulars"})
    assert "Another segment is called “regulars”." in response.content.decode()


def test_a_segment_is_archived_and_taken_back(staff: Client) -> None:
    identity = make_identity(make_segment(run=make_run(is_current=True)))
    act(staff, "segmentation_segmentidentity", "archive", identity)
    identity.refresh_from_db()
    assert identity.archived_at
    act(staff, "segmentation_segmentidentity", "restore", identity)
    identity.refresh_from_db()
    assert identity.archived_at is None


def test_a_run_is_repeated_no_more(staff: Client) -> None:
    schedule = make_schedule()
    page = address("segmentation_runschedule", "change", schedule.pk)
    assert staff.post(page, {}).status_code == 403
    staff.post(address("segmentation_runschedule", "delete", schedule.pk), {"post": "yes"})
    assert not type(schedule).objects.exists()


def test_segments_are_given_an_offer() -> None:
    run = make_run(is_current=True)
    one, other = make_segment(run=run), make_segment(run=run)
    page = act(staff_client("Marketer"), "segmentation_segment", "assign_offer", one, other)
    for segment in (one, other):
        assert f'<option value="{segment.pk}" selected>{segment.name}</option>' in page


def test_a_viewer_gives_no_offer() -> None:
    segment = make_segment()
    page = act(staff_client("Viewer"), "segmentation_segment", "assign_offer", segment)
    assert "Add campaign" not in page


def test_only_segments_of_the_adopted_run_are_offered(staff: Client) -> None:
    make_segment(name="Old")
    make_segment(name="New", run=make_run(is_current=True))
    query = {"app_label": "campaigns", "model_name": "campaign", "field_name": "segments"}
    results = staff.get(reverse("admin:autocomplete"), query).json()["results"]
    assert [row["text"] for row in results] == ["New"]


def test_a_campaign_is_drafted() -> None:
    client, segment, offer = staff_client("Marketer"), make_segment(), make_offer()
    data = {"name": "May", "offer": offer.pk, "segments": [segment.pk]}
    data |= {"starts_on": "2030-05-01", "ends_on": "2030-05-31"}
    client.post(address("campaigns_campaign", "add"), data)
    campaign = Campaign.objects.get()
    assert campaign.status == Status.DRAFT
    assert campaign.created_by_id == int(client.session["_auth_user_id"])
    assert list(campaign.segments.all()) == [segment]


def test_only_a_draft_is_changed(staff: Client) -> None:
    draft, scheduled = make_campaign(), make_campaign(status=Status.SCHEDULED)
    for campaign, status in ((draft, 200), (scheduled, 403)):
        page = address("campaigns_campaign", "change", campaign.pk)
        assert staff.get(page).status_code == 200
        assert staff.post(page, {}).status_code == status
        assert staff.get(address("campaigns_campaign", "delete", campaign.pk)).status_code == status


def test_a_campaign_moves_by_actions_only(staff: Client) -> None:
    today = timezone.localdate()
    offer = make_offer(valid_from=today, valid_until=None)
    campaign = make_campaign(
        offer=offer,
        starts_on=today + timedelta(days=1),
        ends_on=offer.valid_from + timedelta(days=9),
    )
    assert f"{campaign} is now scheduled." in act(staff, "campaigns_campaign", "schedule", campaign)
    assert f"{campaign} is now draft." in act(staff, "campaigns_campaign", "unschedule", campaign)
    Campaign.objects.update(starts_on=today, status=Status.RUNNING)
    assert f"{campaign} is now ended." in act(staff, "campaigns_campaign", "end", campaign)


def test_each_campaign_that_can_not_move_says_why(staff: Client) -> None:
    ended, outside = make_campaign(status=Status.ENDED), make_campaign()
    Campaign.objects.filter(pk=outside.pk).update(ends_on="2031-06-01")
    said = act(staff, "campaigns_campaign", "schedule", ended, outside)
    assert f"{ended}: Only a draft can be scheduled." in said
    assert f"{outside}: The offer ends on" in said


def test_a_viewer_moves_no_campaign() -> None:
    campaign = make_campaign()
    act(staff_client("Viewer"), "campaigns_campaign", "schedule", campaign)
    campaign.refresh_from_db()
    assert campaign.status == Status.DRAFT


@pytest.mark.parametrize(
    "model", ["campaigns_offer", "campaigns_campaign", "segmentation_segmentidentity"]
)
def test_what_people_configure_has_a_history(staff: Client, model: str) -> None:
    row = MAKERS[model]()
    assert staff.get(address(model, "history", row.pk)).status_code == 200
