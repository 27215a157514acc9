"""Between two runs customers come and change."""

from datetime import date, timedelta

import pytest

from customers.models import Customer, Transaction
from customers.operations.facts import mark_facts_stale, refresh_facts
from segmentation.models import Membership, SegmentationRun
from segmentation.operations.adopting import adopt_run
from segmentation.operations.upkeep import look_after_segments
from tests.factories import make_branch, make_customer, make_transaction
from tests.segmentation.running import do

pytestmark = pytest.mark.django_db


@pytest.fixture
def adopted(history: None) -> SegmentationRun:
    run = do("reference")
    adopt_run(run=run, adopted_by=None)
    return run


def newcomer(*, claims: int = 3) -> int:
    customer, branch = make_customer(), make_branch()
    for number in range(claims):
        day = date(2024, 6, 20) + timedelta(days=number)
        make_transaction(customer=customer, branch=branch, claimed_on=day, burnt_on=day)
    return customer.pk


def refreshed() -> None:
    mark_facts_stale("new coupons")
    refresh_facts()
    look_after_segments()


def test_a_customer_who_comes_later_gets_the_segment_of_the_model(
    adopted: SegmentationRun,
) -> None:
    pk = newcomer()
    refreshed()
    found = Membership.objects.get(customer=pk)
    assert found.run == adopted
    assert found.assigned_at is not None
    for segment in adopted.segments.all():
        assert segment.memberships.count() == segment.size
        assert segment.share == pytest.approx(segment.size / 201)
    adopted.refresh_from_db()
    assert (adopted.customers, adopted.drift["added"]) == (201, 1)


def test_customers_who_are_deleted_are_counted_no_more(adopted: SegmentationRun) -> None:
    gone = list(Customer.objects.filter(memberships__run=adopted)[:30])
    Customer.objects.filter(pk__in=[customer.pk for customer in gone]).delete()
    newcomer()
    refreshed()
    for segment in adopted.segments.all():
        assert segment.memberships.count() == segment.size
        assert segment.share == pytest.approx(segment.size / 171)
    adopted.refresh_from_db()
    assert adopted.customers == 171


def test_who_was_there_keeps_the_segment_and_nobody_is_added_twice(
    adopted: SegmentationRun,
) -> None:
    before = dict(Membership.objects.values_list("customer", "segment"))
    newcomer()
    refreshed()
    refreshed()
    after = dict(Membership.objects.values_list("customer", "segment"))
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1


def test_a_customer_like_the_others_joins_the_segment_of_the_most_alike(
    adopted: SegmentationRun,
) -> None:
    """The model that is kept is the one of the run: a double gets the same segment."""
    original = Membership.objects.order_by("pk").first()
    copied = make_customer(
        gender=original.customer.gender, city=original.customer.city, joined_on=date(2024, 1, 1)
    )
    for coupon in Transaction.objects.filter(customer=original.customer):
        make_transaction(
            customer=copied,
            branch=coupon.branch,
            claimed_on=coupon.claimed_on,
            burnt_on=coupon.burnt_on,
        )
    refreshed()
    assert Membership.objects.get(customer=copied).segment == original.segment


def test_without_new_figures_nothing_is_done(adopted: SegmentationRun) -> None:
    look_after_segments()
    adopted.refresh_from_db()
    assert adopted.drift == {}


def test_customers_who_have_not_changed_have_not_drifted(adopted: SegmentationRun) -> None:
    make_customer()
    refreshed()
    adopted.refresh_from_db()
    assert adopted.drift["moved"] == 0
    assert {f["level"] for f in adopted.drift["features"].values()} == {"stable"}


@pytest.mark.usefixtures("history")
def test_who_was_in_no_segment_and_still_is_has_not_moved() -> None:
    run = do("reference", algorithm="hdbscan", reduction="none", clusters=())
    assert run.best.noise_share
    adopt_run(run=run, adopted_by=None)
    make_customer()
    refreshed()
    run.refresh_from_db()
    assert run.drift["moved"] == 0


def test_a_feature_nobody_has_a_value_of_is_not_said_to_be_stable(history: None) -> None:
    names = ("recency_days", "transaction_frequency", "days_to_burn")
    run = do("reference", features=names)
    adopt_run(run=run, adopted_by=None)
    Transaction.objects.update(burnt_on=None, status=Transaction.Status.CLAIMED)
    refreshed()
    run.refresh_from_db()
    assert set(run.drift["features"]) == {"recency_days", "transaction_frequency"}


def test_customers_who_all_come_back_have_drifted(adopted: SegmentationRun) -> None:
    branch = make_branch()
    for member in Membership.objects.select_related("customer"):
        make_transaction(
            customer=member.customer, branch=branch, claimed_on=adopted.as_of + timedelta(days=60)
        )
    refreshed()
    adopted.refresh_from_db()
    assert adopted.drift["features"]["recency_days"]["level"] == "shifted"
    assert adopted.drift["moved"] > 0.2


def test_a_run_whose_model_is_gone_is_left_alone(adopted: SegmentationRun) -> None:
    adopted.model_path.unlink()
    newcomer()
    refreshed()
    assert Membership.objects.count() == 200


def test_a_model_that_was_tampered_with_is_not_loaded(adopted: SegmentationRun) -> None:
    adopted.model_path.write_bytes(adopted.model_path.read_bytes() + b" ")
    newcomer()
    refreshed()
    assert Membership.objects.count() == 200


def test_without_an_adopted_run_there_is_nothing_to_look_after() -> None:
    look_after_segments()
