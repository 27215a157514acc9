"""Runs that nobody needs are deleted; those that histories refer to stay."""

import pytest
from django.utils import timezone

from customers.models import Customer
from segmentation.models import Membership, SegmentationRun
from segmentation.operations.deleting import NotDeletable, delete_run
from tests.factories import make_candidate, make_customer, make_run, make_segment

Status = SegmentationRun.Status


@pytest.mark.django_db(transaction=True)
def test_a_run_is_deleted_with_all_it_found_and_its_folder() -> None:
    run = make_segment(customers=[make_customer()]).run
    make_candidate(run=run)
    run.folder.mkdir(parents=True)
    run.labels_path.touch()
    delete_run(run=run)
    assert not SegmentationRun.objects.exists()
    assert not Membership.objects.exists()
    assert not run.folder.exists()
    assert Customer.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"is_current": True}, "are or were the adopted ones"),
        ({"adopted_at": timezone.now()}, "are or were the adopted ones"),
        ({"status": Status.RUNNING}, "is still at work. Stop it first."),
        ({"status": Status.QUEUED}, "is still at work. Stop it first."),
    ],
)
def test_a_run_that_is_needed_stays(values: dict[str, object], reason: str) -> None:
    run = make_run(**values)
    with pytest.raises(NotDeletable, match=reason):
        delete_run(run=run)
    assert SegmentationRun.objects.get() == run


@pytest.mark.django_db
@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED])
def test_a_run_without_result_is_deleted_even_without_a_folder(status: str) -> None:
    delete_run(run=make_run(status=status))
    assert not SegmentationRun.objects.exists()
