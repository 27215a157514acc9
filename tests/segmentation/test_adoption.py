"""One run at a time is the adopted one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from segmentation.models import SegmentationRun
from segmentation.operations.adopting import NotAdoptable, adopt_run
from tests.factories import (
    make_run,
    make_user,
)
from tests.marks import needs_two_connections

pytestmark = pytest.mark.django_db
Status = SegmentationRun.Status


def test_adopting_a_run_replaces_the_current_one() -> None:
    mona = make_user()
    old, new = make_run(is_current=True), make_run()
    adopt_run(run=new, adopted_by=mona)
    assert SegmentationRun.objects.filter(is_current=True).get() == new
    new.refresh_from_db()
    assert new.adopted_by == mona
    assert new.adopted_at is not None
    old.refresh_from_db()
    assert not old.is_current


def test_adopting_the_current_run_again_keeps_it() -> None:
    run = make_run(is_current=True)
    adopt_run(run=run, adopted_by=None)
    assert SegmentationRun.objects.current() == run


@pytest.mark.django_db(transaction=True)
@needs_two_connections
def test_two_people_who_adopt_at_once_leave_one_current_run() -> None:
    rivals, start = [make_run(), make_run()], Barrier(2)

    def adopt(run: SegmentationRun) -> bool:
        try:
            start.wait(timeout=10)
            adopt_run(run=run, adopted_by=None)
        except NotAdoptable:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as people:
        assert any(people.map(adopt, rivals))
    assert SegmentationRun.objects.filter(is_current=True).count() == 1


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.FAILED, Status.CANCELLED])
def test_only_a_completed_run_is_adopted(status: str) -> None:
    current, other = make_run(is_current=True), make_run(status=status)
    with pytest.raises(NotAdoptable, match="Only a completed run"):
        adopt_run(run=other, adopted_by=None)
    assert SegmentationRun.objects.current() == current
