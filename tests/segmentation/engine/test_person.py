from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.engine.person import (
    Change,
    Move,
    Reason,
    value_grid,
    what_would_move,
    why_here,
)
from tests.segmentation.engine.builders import make_features

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
LAPSED = np.array([320, 2, 0.4, 400, 1])


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


def test_reasons_on_paper() -> None:
    base = np.array([100, 5, 0.5])
    segment, customer = np.array([200, 5.1, 0.25]), np.array([250, 9, 0.25])
    # Recency: 1 above everybody, the customer 1.5; burn rate: both 1 below.
    assert why_here(NAMES[:3], customer, segment, base, DEVIATIONS[:3]) == [
        Reason("recency_days", 250, 200, 100, pytest.approx(1.5**2 - 0.5**2)),
        Reason("burn_rate", 0.25, 0.25, 0.5, pytest.approx(1.0)),
    ]


def test_a_customer_unlike_the_segment_has_no_reason_there() -> None:
    base, segment = np.array([100.0]), np.array([200.0])
    for recency in (90, 100, 120, 149):
        assert not why_here(["recency_days"], np.array([recency]), segment, base, np.array([100]))


def test_gender_and_features_equal_for_everybody_are_no_reason() -> None:
    names = ["gender_name_Female", "burn_rate"]
    customer = segment = np.array([1, 0.5])
    assert not why_here(names, customer, segment, np.array([0.5, 0.5]), np.array([0.5, 0]))


def test_one_change_that_is_enough_is_proposed() -> None:
    frequent = np.array([40, 8, 0.4, 500, 1])
    (move,) = moves(frequent, (2,))
    assert move == Move(2, (Change("burn_rate", 0.4, 0.7),), pytest.approx(0.3 / 0.25))


def test_two_changes_are_proposed_where_one_is_not_enough() -> None:
    (burner,) = moves(others=(2,), grid=GRID | {"recency_days": [100, 200]})
    assert [change.feature for change in burner.changes] == ["recency_days", "burn_rate"]
    rows = np.array([[100, 2, burner.changes[1].after, 400, 1]])
    assert nearest(rows).tolist() == [2]


def test_a_single_change_wins_over_two_smaller_ones() -> None:
    assert all(len(move.changes) == 1 for move in moves(others=(1,)))


def test_the_smallest_change_on_the_grid_is_found() -> None:
    (move,) = moves(others=(1,))
    rows = np.tile(LAPSED.astype(float), (len(GRID["recency_days"]), 1))
    rows[:, 0] = GRID["recency_days"]
    assert move.changes == (Change("recency_days", 320, rows[nearest(rows) == 1, 0].max()),)


def test_the_nearest_segment_comes_first() -> None:
    found = moves()
    assert [move.size for move in found] == sorted(move.size for move in found)
    assert {move.segment for move in found} == {1, 2}


def test_nobody_is_to_change_gender_or_tenure() -> None:
    def by_gender_and_tenure(rows: np.ndarray) -> np.ndarray:
        return ((rows[:, 4] == 0) | (rows[:, 3] > 600)).astype(int)

    assert moves(others=(1,), predict=by_gender_and_tenure) == []
    (move,) = moves(others=(1,), predict=by_gender_and_tenure, changeable=["tenure_days"])
    assert move.changes == (Change("tenure_days", 400, 1_000),)


def test_nobody_is_to_take_back_a_coupon() -> None:
    def by_transactions(rows: np.ndarray) -> np.ndarray:
        return (rows[:, 1] < 5).astype(int)

    frequent = np.array([40, 8, 0.4, 500, 1])
    assert moves(frequent, (1,), predict=by_transactions) == []
    (move,) = moves(frequent, (1,), predict=by_transactions, growing=())
    assert move.changes == (Change("transaction_frequency", 8, 4),)


def test_noise_and_segments_out_of_reach_are_left_out() -> None:
    assert moves(predict=lambda rows: np.full(len(rows), -1)) == []


def test_a_customer_nothing_can_be_changed_about_stays() -> None:
    assert moves(changeable=[]) == []


def test_two_looks_are_enough() -> None:
    looks: list[int] = []

    def counted(rows: np.ndarray) -> np.ndarray:
        looks.append(len(rows))
        return nearest(rows)

    moves(others=(1, 2, 9), predict=counted)
    assert len(looks) == 2


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 400), st.integers(1, 12), st.integers(0, 10))
def test_each_proposal_leads_where_it_says(recency: int, transactions: int, tenths: int) -> None:
    customer = np.array([recency, transactions, tenths / 10, 500, 0])
    here = int(nearest(customer[None])[0])
    for move in moves(customer, tuple({0, 1, 2} - {here})):
        changed = customer.astype(float)
        for change in move.changes:
            changed[NAMES.index(change.feature)] = change.after
        assert nearest(changed[None])[0] == move.segment != here


def test_a_grid_holds_only_values_that_customers_have() -> None:
    rng = np.random.default_rng(0)
    features = make_features(
        np.column_stack([rng.poisson(5, 5_000), rng.integers(0, 8, 5_000) / 7]), ["a", "b"]
    )
    grid = value_grid(features, np.arange(5_000) % 2)
    assert all(value.is_integer() for value in grid["a"])
    assert set(grid["b"]) <= set(features.column("b"))
    assert (grid["a"][0], grid["a"][-1]) == (1, 11)
    assert max(map(len, grid.values())) <= 43
    assert all(values == sorted(set(values)) for values in grid.values())


def test_a_grid_reaches_a_segment_of_few_customers() -> None:
    values = np.concatenate([np.arange(1_000) % 10, [500, 501, 502]])[:, None]
    grid = value_grid(make_features(values, "a"), np.repeat([0, 1, -1], [1_000, 2, 1]))
    assert max(grid["a"]) in (500, 501)


def test_a_single_customer_has_a_grid() -> None:
    assert value_grid(make_features([[3.0]], "a"), np.array([0])) == {"a": [3.0]}
