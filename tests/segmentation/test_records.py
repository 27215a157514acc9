"""The database itself keeps runs, segments and members right."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from segmentation.models import Membership, Segment, SegmentationRun
from tests.factories import make_candidate, make_customer, make_run, make_segment

pytestmark = pytest.mark.django_db


def two_current_runs() -> None:
    make_run(is_current=True)
    make_run(is_current=True)


def the_same_candidate_twice() -> None:
    first = make_candidate()
    make_candidate(run=first.run, position=first.position)


def the_same_key_twice() -> None:
    first = make_segment()
    make_segment(run=first.run, key=first.key)


def the_same_name_twice() -> None:
    first = make_segment()
    make_segment(run=first.run, name=first.name)


def a_customer_in_two_segments() -> None:
    run, customer = make_run(), make_customer()
    make_segment(run=run, customers=[customer])
    make_segment(run=run, customers=[customer])


@pytest.mark.parametrize(
    "make",
    [
        two_current_runs,
        the_same_candidate_twice,
        the_same_key_twice,
        the_same_name_twice,
        a_customer_in_two_segments,
    ],
)
def test_the_database_refuses(make: Callable[[], None]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


def test_two_runs_may_find_the_same_segment_of_the_same_customer() -> None:
    customer = make_customer()
    for _ in range(2):
        make_segment(name="Loyal", key="S1", customers=[customer])
    assert Membership.objects.filter(customer=customer).count() == 2


def test_current_segments_are_those_of_the_adopted_run() -> None:
    make_segment()
    adopted = make_segment(run=make_run(is_current=True))
    assert Segment.objects.current().get() == adopted
    assert SegmentationRun.objects.current() == adopted.run


def test_without_an_adopted_run_nothing_is_current() -> None:
    make_segment()
    assert SegmentationRun.objects.current() is None
    assert not Segment.objects.current().exists()


def test_reachable_members_accept_marketing() -> None:
    yes, no = make_customer(accepts_marketing=True), make_customer(accepts_marketing=False)
    segment = make_segment(customers=[yes, no])
    assert segment.memberships.reachable().get().customer == yes


def test_the_best_candidate_is_the_kept_one() -> None:
    run = make_run()
    make_candidate(run=run)
    best = make_candidate(run=run, is_best=True)
    assert run.best == best
    assert make_run().best is None
