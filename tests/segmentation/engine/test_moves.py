from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.engine.moves import Change, Move, what_would_move

NAMES = ("recency_days", "transaction_frequency", "burn_rate", "tenure_days", "gender_name_Female")
# Lapsed; frequent; frequent burners.
MEANS = np.array([[300, 2, 0.4, 500, 0.5], [40, 8, 0.34, 500, 0.5], [40, 8, 0.9, 500, 0.5]])
DEVIATIONS = np.array([100, 3, 0.25, 300, 0.5])
GRID = {
    "recency_days": list(range(0, 401, 20)),
    "transaction_frequency": list(range(1, 15)),
    "burn_rate": [tenths / 10 for tenths in range(11)],
    "tenure_days": [0, 1_000],
    "gender_name_Female": [0, 1],
}
LAPSED = np.array([320, 2, 0.5, 400, 1])


def nearest(rows: np.ndarray) -> np.ndarray:
    distances = ((rows[:, None] - MEANS) / DEVIATIONS) ** 2
    return distances.sum(axis=2).argmin(axis=1)


def moves(values: np.ndarray = LAPSED, others: tuple[int, ...] = (1, 2), **more: Any) -> list[Move]:
    return what_would_move(
        NAMES,
        values,
        others,
        **{"predict": nearest, "grid": GRID, "deviations": DEVIATIONS, **more},
    )


def test_one_change_that_is_enough_is_proposed() -> None:
    frequent = np.array([40, 8, 0.375, 500, 1])
    (move,) = moves(frequent, (2,))
    # Half way between 0.34 and 0.9 is 0.62: 5 of 8 coupons.
    assert move == Move(2, (Change("burn_rate", 0.375, 0.625),), pytest.approx(0.25 / 0.25))


def test_two_changes_are_proposed_where_one_is_not_enough() -> None:
    (burner,) = moves(others=(2,), grid=GRID | {"recency_days": [100, 200]})
    assert [change.feature for change in burner.changes] == ["recency_days", "burn_rate"]
    rows = np.array([[burner.changes[0].after, 2, burner.changes[1].after, 400, 1]])
    assert nearest(rows).tolist() == [2]


def test_a_single_change_wins_over_two_smaller_ones() -> None:
    assert all(len(move.changes) == 1 for move in moves(others=(1,)))


def test_the_smallest_change_is_found_between_the_values_of_the_grid() -> None:
    (move,) = moves(others=(1,), grid=GRID | {"recency_days": [0, 300]})
    rows = np.tile(LAPSED.astype(float), (320, 1))
    rows[:, 0] = np.arange(320)
    farthest = rows[nearest(rows) == 1, 0].max()
    # 31 whole days between 0 and 300 are tried.
    assert farthest - 10 < move.changes[0].after <= farthest
    assert move.changes[0].after.is_integer()


def test_the_nearest_segment_comes_first() -> None:
    found = moves()
    assert [move.size for move in found] == sorted(move.size for move in found)
    assert {move.segment for move in found} == {1, 2}


def test_nobody_is_to_change_gender_or_tenure() -> None:
    def by_gender_and_tenure(rows: np.ndarray) -> np.ndarray:
        return ((rows[:, 4] == 0) | (rows[:, 3] > 600)).astype(int)

    assert moves(others=(1,), predict=by_gender_and_tenure) == []
    (move,) = moves(others=(1,), predict=by_gender_and_tenure, changeable=["tenure_days"])
    (change,) = move.changes
    assert (change.feature, change.before) == ("tenure_days", 400)
    assert 600 < change.after < 620


def test_nobody_is_to_take_back_a_coupon() -> None:
    def by_transactions(rows: np.ndarray) -> np.ndarray:
        return (rows[:, 1] < 5).astype(int)

    frequent = np.array([40, 8, 0.375, 500, 1])
    assert moves(frequent, (1,), predict=by_transactions) == []
    (move,) = moves(frequent, (1,), predict=by_transactions, growing=())
    assert move.changes == (Change("transaction_frequency", 8, 4),)


def test_noise_and_segments_out_of_reach_are_left_out() -> None:
    assert moves(predict=lambda rows: np.full(len(rows), -1)) == []


def test_a_customer_nothing_can_be_changed_about_stays() -> None:
    assert moves(changeable=[]) == []


def test_nobody_takes_a_burn_back_or_burns_a_part_of_a_coupon() -> None:
    def by_burn_rate(rows: np.ndarray) -> np.ndarray:
        return np.where(rows[:, 2] < 0.4, 1, np.where(rows[:, 2] > 0.9, 2, 0))

    half = np.array([40, 6, 0.5, 500, 1])
    unburnt, burner = moves(half, (1, 2), predict=by_burn_rate)
    assert burner.changes == (Change("burn_rate", 0.5, 1.0),)
    # More coupons that are not burnt lower the rate: 3 of 8 are less than 0.4.
    assert unburnt.changes == (
        Change("transaction_frequency", 6, 8),
        Change("burn_rate", 0.5, 3 / 8),
    )


def test_nobody_has_more_merchants_than_coupons() -> None:
    def by_merchants(rows: np.ndarray) -> np.ndarray:
        return (rows[:, 1] >= 4).astype(int)

    (move,) = what_would_move(
        ("transaction_frequency", "merchant_frequency"),
        np.array([5.0, 2.0]),
        (1,),
        predict=by_merchants,
        grid={"transaction_frequency": [5], "merchant_frequency": [1, 2, 5, 9]},
        deviations=np.array([3.0, 1.0]),
    )
    assert move.changes == (Change("merchant_frequency", 2, 4),)


def test_three_looks_are_enough() -> None:
    looks: list[int] = []

    def counted(rows: np.ndarray) -> np.ndarray:
        looks.append(len(rows))
        return nearest(rows)

    moves(others=(1, 2, 9), predict=counted)
    assert len(looks) == 3


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 400), st.integers(1, 12), st.integers(0, 10))
def test_each_proposal_leads_where_it_says(recency: int, transactions: int, tenths: int) -> None:
    burnt = round(tenths / 10 * transactions)
    customer = np.array([recency, transactions, burnt / transactions, 500, 0])
    here = int(nearest(customer[None])[0])
    for move in moves(customer, tuple({0, 1, 2} - {here})):
        changed = customer.astype(float)
        for change in move.changes:
            changed[NAMES.index(change.feature)] = change.after
        assert nearest(changed[None])[0] == move.segment != here
