from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

from segmentation.engine import scores
from segmentation.engine.scores import (
    Silhouette,
    calinski_harabasz,
    davies_bouldin,
    knee,
    silhouettes,
)
from tests.segmentation.engine.builders import blobs

Separation = Callable[[np.ndarray, np.ndarray], float | None]

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


def test_beyond_the_limit_it_is_estimated_by_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores, "EXACT_UP_TO", 2_000)
    rng = np.random.default_rng(0)
    values, labels = rng.normal(size=(2_500, 2)), np.arange(2_500) % 2
    first = silhouette(values, labels, seed=1)
    assert (first.customers, first.exact) == (1_000, False)
    assert first.low is not None
    assert first.high is not None
    assert first.low < first.value < first.high
    assert first == silhouette(values, labels, seed=1)
    assert first.value != silhouette(values, labels, seed=2).value


def test_up_to_the_limit_there_is_no_interval() -> None:
    measured = silhouette(LINE, [0, 0, 1, 1])
    assert (measured.low, measured.high) == (None, None)


def test_separation_on_paper() -> None:
    labels = np.array([0, 0, 1, 1])
    # Centers 1 and 8; within 1 + 1 + 4 + 4, between 2 (1 - 4.5)² + 2 (8 - 4.5)², widths 1 and 2.
    assert calinski_harabasz(LINE, labels) == pytest.approx(49 / 1 / (10 / 2))
    assert davies_bouldin(LINE, labels) == pytest.approx((1 + 2) / 7)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(10, 120), st.integers(1, 5), st.integers(2, 7))
def test_separation_agrees_with_scikit_learn(
    seed: int, customers: int, dimensions: int, clusters: int
) -> None:
    values = np.random.default_rng(seed).normal(1_000, 5, size=(customers, dimensions))
    labels = np.arange(customers) % clusters
    expected = calinski_harabasz_score(values, labels)
    assert calinski_harabasz(values, labels) == pytest.approx(expected, rel=1e-6)
    expected = davies_bouldin_score(values, labels)
    assert davies_bouldin(values, labels) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("measure", [calinski_harabasz, davies_bouldin])
def test_separation_leaves_noise_out(measure: Separation) -> None:
    labels = np.arange(69) % 3
    with_noise = np.vstack([blobs(), [[500.0, 0, 0]]])
    assert measure(with_noise, np.append(labels, -1)) == measure(blobs(), labels)


@pytest.mark.parametrize("measure", [calinski_harabasz, davies_bouldin])
@pytest.mark.parametrize("labels", [[0, 0, 0, 0], [-1, 0, 0, -1], [-1, -1, -1, -1]])
def test_fewer_than_two_segments_have_no_separation(measure: Separation, labels: ArrayLike) -> None:
    assert measure(LINE, np.array(labels)) is None


@pytest.mark.parametrize("measure", [calinski_harabasz, davies_bouldin])
def test_identical_customers_have_no_separation(measure: Separation) -> None:
    assert measure(np.ones((4, 2)), np.array([0, 0, 1, 1])) is None


def test_the_elbow_of_an_inertia_curve_is_found() -> None:
    # The published inertia of the reference study on two principal components.
    inertia = [3775.1, 1933.6, 1308.1, 924.4, 761.0, 640.0, 540.0, 452.6]
    assert knee(range(1, 9), inertia, curve="convex", direction="decreasing") == 3


@pytest.mark.parametrize("y", [[5, 5, 5, 5], [9, 4], [4, 3, 2, 1], [10, 9, 7, 0]])
def test_a_curve_without_an_elbow_has_none(y: list[float]) -> None:
    assert knee(range(len(y)), y, curve="convex", direction="decreasing") is None
