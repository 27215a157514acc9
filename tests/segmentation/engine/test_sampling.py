from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.engine.sampling import sample_rows


def test_few_rows_are_all_taken() -> None:
    assert sample_rows(4, 5, seed=0).tolist() == [0, 1, 2, 3]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 500), st.integers(1, 500), st.integers(0, 2**32 - 1))
def test_a_sample_is_sorted_distinct_and_the_same_for_the_same_seed(
    n: int, limit: int, seed: int
) -> None:
    rows = sample_rows(n, limit, seed).tolist()
    assert len(rows) == min(n, limit)
    assert rows == sorted(set(rows))
    assert set(rows) <= set(range(n))
    assert rows == sample_rows(n, limit, seed).tolist()


def test_another_seed_draws_other_rows() -> None:
    assert sample_rows(1000, 50, seed=1).tolist() != sample_rows(1000, 50, seed=2).tolist()
