"""Segments stay the same segments from run to run, with their key, name and colour."""

import pytest

from customers.models import Customer
from segmentation.models import Segment, SegmentationRun, SegmentIdentity
from segmentation.operations import lifecycle
from segmentation.operations.adopting import adopt_run
from segmentation.operations.lifecycle import (
    NotPossible,
    archive_segment,
    rename_segment,
    restore_segment,
)
from segmentation.operations.memberships import members_of
from tests.factories import make_customer, make_run, make_segment
from tests.segmentation.running import do

pytestmark = pytest.mark.django_db


def people(number: int) -> list[Customer]:
    return [make_customer() for _ in range(number)]


def adopted(groups: dict[str, list[Customer]]) -> SegmentationRun:
    """An adopted run that found these segments."""
    run = make_run()
    for position, (name, customers) in enumerate(groups.items(), start=1):
        make_segment(run=run, name=name, customers=customers, position=position, color=position)
    adopt_run(run=run, adopted_by=None)
    return SegmentationRun.objects.get(pk=run.pk)


def told(run: SegmentationRun) -> list[tuple[str, str, int]]:
    return list(run.segments.order_by("position").values_list("key", "name", "color"))


def test_the_first_adopted_segments_get_an_identity_each() -> None:
    run = adopted({"Burners": people(3), "Lapsed": people(2)})
    assert told(run) == [("S1", "Burners", 1), ("S2", "Lapsed", 2)]
    assert SegmentIdentity.objects.count() == 2
    assert run.movement == {}


def test_a_segment_that_is_found_again_keeps_key_name_and_colour() -> None:
    burners, lapsed = people(4), people(4)
    first = adopted({"Burners": burners, "Lapsed": lapsed})
    second = adopted({"Sleepers": lapsed, "Spenders": burners[:3]})
    assert told(second) == [("S2", "Lapsed", 2), ("S1", "Burners", 1)]
    for key in ("S1", "S2"):
        same = first.segments.get(key=key).identity
        assert second.segments.get(key=key).identity == same


def test_a_new_segment_gets_a_key_and_colour_that_nobody_had() -> None:
    burners = people(4)
    adopted({"Burners": burners, "Lapsed": people(4)})
    second = adopted({"Burners": people(5), "Spenders": burners})
    # The new one is called like the old one, which keeps its name.
    assert told(second) == [("S3", "Burners 2", 3), ("S1", "Burners", 1)]


def test_a_key_is_never_given_twice() -> None:
    adopted({"Burners": people(3)})
    adopted({"Others": people(3)})
    third = adopted({"Yet others": people(3)})
    assert [key for key, _, _ in told(third)] == ["S3"]


def test_what_moved_is_kept_with_the_run() -> None:
    stays, moves, leaves, comes = people(4), people(1), people(2), people(3)
    first = adopted({"Burners": [*stays, *moves], "Lapsed": leaves})
    second = adopted({"Burners": stays, "Newcomers": [*moves, *comes]})
    old = {s.name: s.pk for s in first.segments.all()}
    new = {s.name: s.pk for s in second.segments.all()}
    moved = second.movement
    assert moved["run"] == first.pk
    rows = [*moved["old"], "new"]
    columns = [*moved["new"], "left"]
    counts = {
        (row, column): count
        for row, line in zip(rows, moved["counts"], strict=True)
        for column, count in zip(columns, line, strict=True)
        if count
    }
    assert counts == {
        (old["Burners"], new["Burners"]): 4,
        (old["Burners"], new["Newcomers"]): 1,
        (old["Lapsed"], "left"): 2,
        ("new", new["Newcomers"]): 3,
    }
    assert moved["appeared"] == [new["Newcomers"]]
    assert moved["vanished"] == [old["Lapsed"]]
    assert moved["moved"] == pytest.approx(1 / 5)


def test_an_earlier_run_that_is_adopted_again_has_its_own_segments_back() -> None:
    burners = people(4)
    first = adopted({"Burners": burners})
    adopted({"Others": people(4)})
    adopt_run(run=first, adopted_by=None)
    assert told(first) == [("S1", "Burners", 1)]


def test_a_new_name_stays_with_the_segment_in_later_runs() -> None:
    burners = people(4)
    first = adopted({"Burners": burners})
    rename_segment(segment=first.segments.get(), name="  Our   regulars ")
    second = adopted({"Spenders": burners})
    assert told(second) == [("S1", "Our regulars", 1)]
    assert SegmentIdentity.objects.get().is_named


def test_a_segment_of_an_earlier_run_is_renamed_as_the_adopted_run_has_it() -> None:
    burners = people(4)
    first = adopted({"Burners": burners, "Lapsed": people(4)})
    second = adopted({"Spenders": burners})
    renamed = rename_segment(segment=first.segments.get(name="Burners"), name="Regulars")
    assert renamed == second.segments.get()
    assert told(second) == [("S1", "Regulars", 1)]


def test_a_name_of_the_adopted_run_is_taken_for_a_segment_of_an_earlier_one() -> None:
    burners, lapsed = people(4), people(4)
    first = adopted({"Burners": burners, "Lapsed": lapsed})
    second = adopted({"Burners": burners, "Lapsed": lapsed})
    rename_segment(segment=second.segments.get(name="Burners"), name="Loyal")
    with pytest.raises(NotPossible, match="Another segment is called “Loyal”"):
        rename_segment(segment=first.segments.get(name="Lapsed"), name="Loyal")


def test_segments_that_never_met_may_be_called_the_same_and_are_told_apart_when_they_do() -> None:
    burners, lapsed = people(4), people(4)
    first = adopted({"Burners": burners, "Lapsed": lapsed})
    second = adopted({"Burners": burners})
    rename_segment(segment=second.segments.get(), name="Lapsed")
    adopt_run(run=first, adopted_by=None)
    # A name that a person gave stays as it is.
    assert told(first) == [("S1", "Lapsed", 1), ("S2", "Lapsed 2", 2)]


def test_a_segment_that_one_run_missed_is_the_same_when_it_is_back() -> None:
    burners, lapsed = people(4), people(4)
    adopted({"Burners": burners, "Lapsed": lapsed})
    adopted({"Spenders": burners})
    third = adopted({"Sleepers": lapsed, "Spenders": burners})
    assert told(third) == [("S2", "Lapsed", 2), ("S1", "Burners", 1)]
    assert third.movement["appeared"] == []
    assert third.movement["returned"] == [third.segments.get(name="Lapsed").pk]


def test_a_segment_is_not_found_among_those_that_the_run_before_has_too() -> None:
    burners = people(8)
    adopted({"Burners": burners})
    adopted({"Burners": burners[:4]})
    # The other half was Burners once, but these are somebody else now.
    third = adopted({"Burners": burners[:4], "Others": burners[4:]})
    assert told(third) == [("S1", "Burners", 1), ("S2", "Others", 2)]


def test_a_run_that_is_adopted_again_has_moved_by_identities() -> None:
    one, other = people(4), people(4)
    first = adopted({"Burners": one})
    second = adopted({"Others": other})
    adopt_run(run=SegmentationRun.objects.get(pk=first.pk), adopted_by=None)
    again = SegmentationRun.objects.get(pk=first.pk)
    assert again.movement["appeared"] == []
    assert again.movement["returned"] == [first.segments.get().pk]
    assert again.movement["vanished"] == [second.segments.get().pk]


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_name_has_one_to_a_hundred_characters(name: str) -> None:
    segment = adopted({"Burners": people(2)}).segments.get()
    with pytest.raises(NotPossible, match="at most 100 characters"):
        rename_segment(segment=segment, name=name)
    assert Segment.objects.get().name == "Burners"


def test_two_segments_have_no_name_in_common() -> None:
    run = adopted({"Burners": people(2), "Lapsed": people(2)})
    with pytest.raises(NotPossible, match="Another segment is called “lapsed”"):
        rename_segment(segment=run.segments.get(name="Burners"), name="lapsed")


def test_a_name_that_is_taken_at_the_same_moment_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = adopted({"Burners": people(2), "Lapsed": people(2)})
    # The other one is renamed after the check and before the name is stored.
    monkeypatch.setattr(lifecycle, "checked_name", lambda segment, name: name)
    with pytest.raises(NotPossible, match="Another segment is called “Lapsed”"):
        rename_segment(segment=run.segments.get(name="Burners"), name="Lapsed")
    assert SegmentIdentity.objects.filter(name="Lapsed").count() == 1


def test_only_adopted_segments_are_renamed() -> None:
    with pytest.raises(NotPossible, match="Adopt the run first"):
        rename_segment(segment=make_segment(), name="Regulars")


def test_an_archived_segment_stays_archived_when_it_is_found_again() -> None:
    burners = people(4)
    archive_segment(segment=adopted({"Burners": burners}).segments.get())
    segment = adopted({"Spenders": burners}).segments.get()
    assert segment.is_archived
    assert not Segment.objects.current().active().exists()
    restore_segment(segment=segment)
    assert Segment.objects.current().active().get() == segment


def test_segments_as_of_now_are_those_of_the_adopted_run() -> None:
    burners = people(4)
    first = adopted({"Burners": burners, "Lapsed": people(2)})
    second = adopted({"Spenders": burners})
    now = first.segments.all().as_of_now()
    # The second one was not found again and stays as it was.
    assert set(now) == {second.segments.get(), first.segments.get(name="Lapsed")}


@pytest.mark.usefixtures("history")
def test_customers_in_no_segment_are_told_apart_from_those_who_left() -> None:
    run = do("reference", algorithm="hdbscan", reduction="none", clusters=())
    noise = round(run.best.noise_share * 200)
    assert noise
    members = members_of(run)
    assert (members.labels == -1).sum() == noise
    assert len(members.customer_ids) == 200
