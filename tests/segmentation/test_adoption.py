"""One run at a time is the adopted one."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from segmentation.models import Segment, SegmentationRun
from segmentation.operations import adopting
from segmentation.operations.adopting import NotAdoptable, adopt_run
from segmentation.operations.deleting import NotDeletable, delete_run
from tests.factories import make_customer, make_run, make_segment, make_user
from tests.marks import needs_two_connections
from tests.segmentation.running import do

pytestmark = pytest.mark.django_db
Status = SegmentationRun.Status


def made_run(**values: Any) -> SegmentationRun:
    """A run that found one segment."""
    return make_segment(run=make_run(**values), customers=[make_customer()]).run


def test_adopting_a_run_replaces_the_current_one() -> None:
    mona = make_user()
    old, new = make_run(is_current=True), made_run()
    adopt_run(run=new, adopted_by=mona)
    assert SegmentationRun.objects.filter(is_current=True).get() == new
    new.refresh_from_db()
    assert new.adopted_by == mona
    assert new.adopted_at is not None
    old.refresh_from_db()
    assert not old.is_current


def test_adopting_the_current_run_again_keeps_it() -> None:
    run = made_run(is_current=True)
    adopt_run(run=run, adopted_by=None)
    assert SegmentationRun.objects.current() == run


@pytest.mark.django_db(transaction=True)
@needs_two_connections
def test_two_people_who_adopt_at_once_leave_one_current_run() -> None:
    assert any(at_once(adopts(made_run()), adopts(made_run())))
    assert SegmentationRun.objects.filter(is_current=True).count() == 1


@pytest.mark.django_db(transaction=True)
@needs_two_connections
def test_two_people_who_adopt_at_once_lose_no_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    customers = [make_customer() for _ in range(4)]
    runs = [make_segment(run=make_run(), customers=customers).run for _ in range(3)]
    adopt_run(run=runs[0], adopted_by=None)
    carry_over = adopting._carry_over

    def slowly(*args: Any) -> dict[str, Any]:
        time.sleep(0.5)
        return carry_over(*args)

    monkeypatch.setattr(adopting, "_carry_over", slowly)
    assert at_once(adopts(runs[1]), adopts(runs[2])) == [True, True]
    assert set(Segment.objects.values_list("key", flat=True)) == {"S1"}
    last = SegmentationRun.objects.current()
    # Whoever came second moved on from the first, not from what both had seen.
    assert {last, SegmentationRun.objects.get(pk=last.movement["run"])} == set(runs[1:])


@pytest.mark.django_db(transaction=True)
@needs_two_connections
def test_a_run_is_adopted_or_deleted() -> None:
    adopt_run(run=made_run(), adopted_by=None)
    run = made_run()
    assert sorted(at_once(adopts(run), deletes(run))) == [False, True]
    assert SegmentationRun.objects.filter(is_current=True).count() == 1


def adopts(run: SegmentationRun) -> Callable[[], object]:
    return lambda: adopt_run(run=run, adopted_by=None)


def deletes(run: SegmentationRun) -> Callable[[], object]:
    return lambda: delete_run(run=run)


def at_once(*wishes: Callable[[], object]) -> list[bool]:
    """Whether each is granted when all are said at the same moment."""
    start = Barrier(len(wishes))

    def say(wish: Callable[[], object]) -> bool:
        try:
            start.wait(timeout=10)
            wish()
        except (NotAdoptable, NotDeletable):
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(wishes)) as people:
        return list(people.map(say, wishes))


def test_a_run_without_segments_is_not_adopted() -> None:
    current = made_run(is_current=True)
    with pytest.raises(NotAdoptable, match="found no segments"):
        adopt_run(run=make_run(), adopted_by=None)
    assert SegmentationRun.objects.current() == current


def test_a_deleted_run_is_not_adopted() -> None:
    run = made_run()
    SegmentationRun.objects.get(pk=run.pk).delete()
    with pytest.raises(NotAdoptable, match="was deleted"):
        adopt_run(run=run, adopted_by=None)


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.FAILED, Status.CANCELLED])
def test_only_a_completed_run_is_adopted(status: str) -> None:
    current, other = make_run(is_current=True), make_run(status=status)
    with pytest.raises(NotAdoptable, match="Only a completed run"):
        adopt_run(run=other, adopted_by=None)
    assert SegmentationRun.objects.current() == current


@pytest.mark.usefixtures("history")
def test_a_damaged_file_of_labels_keeps_nobody_from_adopting() -> None:
    noisy = do("reference", algorithm="hdbscan", reduction="none", clusters=())
    assert noisy.best.noise_share
    adopt_run(run=noisy, adopted_by=None)
    noisy.labels_path.write_bytes(noisy.labels_path.read_bytes()[:100])
    other = do("reference", clusters=(3,))
    adopt_run(run=other, adopted_by=None)
    assert SegmentationRun.objects.current() == other
