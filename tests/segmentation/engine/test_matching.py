from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.engine.matching import (
    InvalidMembers,
    Matching,
    Members,
    match_segments,
    movement,
)


def members(segments: dict[int, int]) -> Members:
    """From {customer id: segment}."""
    ids = sorted(segments)
    return Members(
        np.array(ids, dtype=np.int64), np.array([segments[i] for i in ids], dtype=np.int64)
    )


def in_order(*labels: int, first_id: int = 1) -> Members:
    return members(dict(enumerate(labels, start=first_id)))


def test_pairs_on_paper() -> None:
    # Old 0 = {1, 2, 3, 4}, old 1 = {5, 6}; new 0 = {4, 5, 6}, new 1 = {1, 2, 3}.
    matching = match_segments(in_order(0, 0, 0, 0, 1, 1), in_order(1, 1, 1, 0, 0, 0))
    assert matching == Matching({0: 1, 1: 0}, {0: 2 / 3, 1: 3 / 4}, (), ())


def test_movement_on_paper() -> None:
    # 1 stays, 2 moves, 3 leaves; 4 joins.
    old = members({1: 0, 2: 0, 3: 1})
    moved = movement(old, members({1: 0, 2: 5, 4: 5}))
    assert (moved.old_labels, moved.new_labels) == ((0, 1), (0, 5))
    assert moved.counts.tolist() == [[1, 1, 0], [0, 0, 1], [0, 1, 0]]


def test_the_same_segments_under_other_numbers_are_the_same_segments() -> None:
    labels = np.random.default_rng(1).integers(0, 6, 500)
    numbers = np.array([40, 7, 12, 3, 9, 100])
    ids = np.arange(500)
    matching = match_segments(Members(ids, labels), Members(ids, numbers[labels]))
    assert matching.pairs == {int(number): label for label, number in enumerate(numbers)}
    assert set(matching.shares.values()) == {1.0}


def test_customers_who_joined_or_left_change_no_pair() -> None:
    old, new = in_order(0, 0, 0, 1, 1, 1), in_order(1, 1, 1, 0, 0, 0)
    joined = in_order(1, 1, 1, 0, 0, 0, *[0] * 50)
    assert match_segments(old, joined) == match_segments(old, new)
    left = in_order(*[1] * 50, 0, 0, 0, 1, 1, 1, first_id=-49)
    assert match_segments(left, new) == match_segments(old, new)


def test_a_quarter_of_shared_members_is_enough_and_less_is_not() -> None:
    # One of four who are in either; then one of five.
    enough = match_segments(in_order(0, 0, -1, -1), in_order(-1, 0, 0, 0))
    assert (enough.pairs, enough.shares) == ({0: 0}, {0: 0.25})
    less = match_segments(in_order(0, 0, -1, -1, -1), in_order(-1, 0, 0, 0, 0))
    assert less == Matching({}, {}, new=(0,), vanished=(0,))


def test_a_segment_that_splits_goes_on_as_its_larger_part() -> None:
    matching = match_segments(in_order(*[0] * 10), in_order(*[1] * 6, *[0] * 4))
    assert (matching.pairs, matching.new) == ({1: 0}, (0,))


def test_segments_that_merge_go_on_as_the_larger_one() -> None:
    matching = match_segments(in_order(*[1] * 6, *[0] * 4), in_order(*[0] * 10))
    assert (matching.pairs, matching.vanished) == ({0: 1}, (0,))


def test_the_assignment_is_the_best_for_all_and_not_for_the_closest_two() -> None:
    # Indices: old 0 - new 0: 10/23, but old 0 - new 1: 6/16 and old 1 - new 0: 7/17.
    old = in_order(*[0] * 16, *[1] * 7)
    new = in_order(*[0] * 10, *[1] * 6, *[0] * 7)
    assert match_segments(old, new).pairs == {0: 1, 1: 0}


def test_pairs_that_do_not_count_keep_none_from_counting() -> None:
    # Indices: old 0 - new 0: 6/20, old 0 - new 1: 4/17, old 1 - new 0: 4/17.
    old = in_order(*[0] * 14, *[1] * 9, *[-1] * 5)
    new = in_order(*[0] * 6, *[1] * 4, *[-1] * 4, *[0] * 4, *[-1] * 5, *[0] * 2, *[1] * 3)
    assert match_segments(old, new) == Matching({0: 0}, {0: 0.3}, new=(1,), vanished=(1,))


def test_customers_in_no_segment_are_no_segment() -> None:
    matching = match_segments(in_order(-1, -1, 0), in_order(-1, -1, 0))
    assert matching == Matching({0: 0}, {0: 1.0}, (), ())


def test_nobody_known_at_both_times_means_all_new_and_all_vanished() -> None:
    old, new = in_order(0, 1), in_order(0, 2, first_id=10)
    assert match_segments(old, new) == Matching({}, {}, new=(0, 2), vanished=(0, 1))
    assert movement(old, new).share_moved({}) is None


@pytest.mark.parametrize(("old", "new"), [((), (0, 1)), ((0, 1), ()), ((), ())])
def test_a_time_without_customers_has_no_pairs(old: Sequence[int], new: Sequence[int]) -> None:
    before, after = in_order(*old), in_order(*new)
    assert match_segments(before, after) == Matching({}, {}, tuple(new), tuple(old))
    assert movement(before, after).counts.sum() == len(old) + len(new)


def test_the_share_that_moved_follows_the_identity_of_a_segment() -> None:
    old, new = in_order(0, 0, 0, 1, 1, -1, -1), in_order(1, 1, 0, 0, 0, -1, 0)
    pairs = match_segments(old, new).pairs
    assert pairs == {0: 1, 1: 0}
    assert movement(old, new).share_moved(pairs) == pytest.approx(2 / 7)


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(st.integers(0, 40), st.integers(-1, 4)),
    st.dictionaries(st.integers(0, 40), st.integers(-1, 4)),
)
def test_every_customer_is_counted_once(old: dict[int, int], new: dict[int, int]) -> None:
    moved = movement(members(old), members(new))
    assert moved.counts.sum() == len(old.keys() | new.keys())
    assert moved.stayed.sum() == len(old.keys() & new.keys())
    assert moved.counts[-1, -1] == 0


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(st.integers(0, 40), st.integers(-1, 4)),
    st.dictionaries(st.integers(0, 40), st.integers(-1, 4)),
)
def test_every_segment_is_paired_or_new_or_vanished(
    old: dict[int, int], new: dict[int, int]
) -> None:
    matching = match_segments(members(old), members(new))
    assert {*matching.pairs, *matching.new} == set(new.values()) - {-1}
    assert {*matching.pairs.values(), *matching.vanished} == set(old.values()) - {-1}
    assert len(set(matching.pairs.values())) == len(matching.pairs)


@pytest.mark.parametrize("ids", [[2, 1], [1, 1]])
def test_customers_out_of_order_or_twice_are_refused(ids: list[int]) -> None:
    with pytest.raises(InvalidMembers, match="ascending order"):
        Members(np.array(ids), np.array([0, 0]))


def test_customers_without_a_segment_each_are_refused() -> None:
    with pytest.raises(InvalidMembers, match="3 customers need one segment each"):
        Members(np.arange(3), np.zeros(2, dtype=int))
