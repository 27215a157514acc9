import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from sklearn.metrics import silhouette_score

from segmentation.engine import scores
from segmentation.engine.scores import Silhouette, silhouettes
from tests.segmentation.engine.builders import blobs

LINE = np.array([[0.0], [2], [6], [10]])


def silhouette(values: ArrayLike, labels: ArrayLike, seed: int = 0) -> Silhouette:
    return silhouettes(np.array(values), [np.array(labels)], seed=seed)[0]


def test_on_paper() -> None:
    # a = 2, 2, 4, 4 and b = 8, 6, 5, 9.
    expected = (6 / 8 + 4 / 6 + 1 / 5 + 5 / 9) / 4
    measured = silhouette(LINE, [0, 0, 1, 1])
    assert measured.value == pytest.approx(expected, abs=1e-12)
    assert (measured.customers, measured.exact) == (4, True)


def test_a_customer_alone_in_a_segment_counts_zero() -> None:
    assert silhouette(LINE[:3], [0, 0, 1]).value == pytest.approx((4 / 6 + 2 / 4 + 0) / 3)


def test_noise_is_left_out() -> None:
    with_noise = silhouette(np.append(LINE, [[500.0]], axis=0), [0, 0, 1, 1, -1])
    assert with_noise == silhouette(LINE, [0, 0, 1, 1])


@pytest.mark.parametrize("labels", [[0, 0, 0, 0], [-1, 0, 0, -1], [-1, -1, -1, -1]])
def test_fewer_than_two_segments_have_no_score(labels: ArrayLike) -> None:
    assert silhouette(LINE, labels).value is None


def test_identical_customers_in_two_segments_score_zero() -> None:
    assert silhouette(np.ones((4, 2)), [0, 0, 1, 1]).value == 0


def test_no_labelings_have_no_scores() -> None:
    assert silhouettes(LINE, [], seed=0) == []


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(5, 120), st.integers(1, 5), st.integers(2, 7))
def test_it_agrees_with_scikit_learn(seed: int, customers: int, dimensions: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(customers, dimensions))
    labelings = [np.arange(customers) % k for k in range(2, min(most, customers - 1) + 1)]
    expected = [silhouette_score(values, labels) for labels in labelings]
    measured = [score.value for score in silhouettes(values, labelings, seed=0)]
    assert measured == pytest.approx(expected, abs=1e-9)


def test_it_agrees_with_scikit_learn_over_several_blocks() -> None:
    rng = np.random.default_rng(0)
    values, labels = rng.normal(size=(2500, 7)), rng.integers(0, 4, 2500)
    assert silhouette(values, labels).value == pytest.approx(
        silhouette_score(values, labels), abs=1e-9
    )


def test_relabelling_and_reordering_change_nothing() -> None:
    values, labels = blobs(), np.arange(69) % 3
    order = np.random.default_rng(1).permutation(69)
    assert silhouette(values[order], 9 - labels[order]).value == pytest.approx(
        silhouette(values, labels).value, abs=1e-12
    )


def test_many_customers_are_sampled_by_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores, "SAMPLE", 50)
    values = np.random.default_rng(0).normal(size=(200, 2))
    labels = np.arange(200) % 2
    first = silhouette(values, labels, seed=1)
    assert (first.customers, first.exact) == (50, False)
    assert first == silhouette(values, labels, seed=1)
    assert first.value != silhouette(values, labels, seed=2).value


def test_a_segment_missing_from_the_sample_is_no_segment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores, "SAMPLE", 1)
    assert silhouette(LINE, [0, 0, 1, 1]) == Silhouette(None, 1, False)
