import numpy as np
import pytest
from sklearn.metrics import silhouette_samples

from segmentation.engine.silhouettes import Silhouette, exact_silhouettes
from segmentation.engine.silhouettes_against_all import estimated_silhouettes, silhouette_widths
from tests.segmentation.engine.builders import blobs


def estimate(values: np.ndarray, labels: np.ndarray, seed: int = 0, **limits: int) -> Silhouette:
    return estimated_silhouettes(values, [labels], seed=seed, **limits)[0]


@pytest.fixture(scope="module")
def many() -> tuple[np.ndarray, list[np.ndarray]]:
    """25,000 customers in overlapping groups, one of them of 50, and three ways to label them."""
    rng = np.random.default_rng(5)
    groups = rng.choice(4, 25_000, p=[0.5, 0.3, 0.198, 0.002])
    values = rng.normal(size=(25_000, 2)) + np.array([[0, 0], [3, 0], [0, 4], [9, 9]])[groups]
    noisy = np.where(rng.random(25_000) < 0.2, -1, groups)
    return values, [groups, noisy, (values[:, 0] > 1).astype(np.int64)]


def test_the_interval_covers_the_exact_value(many: tuple[np.ndarray, list[np.ndarray]]) -> None:
    values, labelings = many
    exact = exact_silhouettes(values, labelings)
    for estimated, true in zip(
        estimated_silhouettes(values, labelings, seed=0), exact, strict=True
    ):
        assert estimated.low < true.value < estimated.high
        assert estimated.high - estimated.low < 0.06


def test_intervals_cover_the_exact_value_as_often_as_they_say() -> None:
    values = np.random.default_rng(0).normal(size=(600, 2))
    labels = (values[:, 0] > 0.5).astype(np.int64)
    [exact] = exact_silhouettes(values, [labels])
    estimates = [estimate(values, labels, seed, sample=100) for seed in range(200)]
    assert sum(one.low <= exact.value <= one.high for one in estimates) >= 184


def test_on_paper() -> None:
    # Segment 0 are three at the same place: widths 1. In segment 1 those at 4 have a = 8/3 and
    # b = 12, those at 8 have b = 16. Two of each segment are drawn.
    values = np.array([[-8.0], [-8], [-8], [4], [4], [8], [8]])
    near, far = 1 - 8 / 36, 1 - 8 / 48
    expected = set()
    for drawn in ([near, near], [near, far], [far, far]):
        value = 3 / 7 + 4 / 7 * np.mean(drawn)
        error = np.sqrt((4 / 7) ** 2 * np.var(drawn, ddof=1) / 2 * (1 - 2 / 4))
        expected.add(tuple(np.round([value, value - 1.96 * error, value + 1.96 * error], 9)))
    labels = np.array([0, 0, 0, 1, 1, 1, 1])
    estimates = [estimate(values, labels, seed, sample=1, least=2) for seed in range(30)]
    measured = {tuple(np.round([one.value, one.low, one.high], 9)) for one in estimates}
    assert measured == expected
    assert {one.customers for one in estimates} == {4}


def test_when_all_are_drawn_it_is_the_exact_value() -> None:
    values, labels = blobs(), np.arange(69) % 3
    [exact] = exact_silhouettes(values, [labels])
    measured = estimate(values, labels)
    assert measured.value == pytest.approx(exact.value, abs=1e-4)
    assert measured.low == measured.value == measured.high


def test_of_every_segment_thirty_are_measured() -> None:
    labels = np.append(np.zeros(4_960, dtype=np.int64), np.ones(40, dtype=np.int64))
    values = np.random.default_rng(0).normal(size=(5_000, 2))
    assert [estimate(values, labels, seed, sample=10).customers for seed in range(5)] == [60] * 5


def test_of_a_smaller_segment_all_are_measured() -> None:
    labels = np.append(np.zeros(4_990, dtype=np.int64), np.ones(10, dtype=np.int64))
    values = np.random.default_rng(0).normal(size=(5_000, 2))
    assert estimate(values, labels, sample=10).customers == 40


def test_hundreds_of_tiny_segments_bring_three_thousand_customers_at_most() -> None:
    labels = np.arange(6_000) // 6
    values = np.random.default_rng(0).normal(size=(6_000, 2))
    assert 2_000 < estimate(values, labels).customers <= 1_000 + 3_000


def test_noise_is_left_out() -> None:
    values, labels = blobs(size=600), np.arange(1_809) % 5 - 1
    assert 750 < estimate(values, labels).customers < 850


@pytest.mark.parametrize("label", [0, -1])
def test_fewer_than_two_segments_have_no_estimate(label: int) -> None:
    measured = estimate(blobs(), np.full(69, label))
    assert (measured.value, measured.low, measured.high) == (None, None, None)


def test_a_labeling_is_measured_the_same_beside_others() -> None:
    values = blobs(size=600)
    labelings = [np.arange(1_809) % clusters for clusters in (2, 5, 3)]
    together = estimated_silhouettes(values, labelings, seed=3)
    alone = [estimate(values, labels, seed=3).value for labels in labelings]
    assert [one.value for one in together] == pytest.approx(alone, abs=1e-6)


def test_no_labelings_have_no_estimates() -> None:
    assert estimated_silhouettes(blobs(), [], seed=0) == []


def test_widths_for_a_plot_are_those_of_scikit_learn() -> None:
    values, labels = blobs(), np.arange(69) % 3
    rows, widths = silhouette_widths(values, labels, seed=0, most=1_000)
    assert rows.tolist() == list(range(69))
    assert widths == pytest.approx(silhouette_samples(values, labels), abs=1e-4)


def test_widths_for_a_plot_are_sampled_and_leave_noise_out() -> None:
    values, labels = blobs(), np.arange(69) % 4 - 1
    rows, widths = silhouette_widths(values, labels, seed=0, most=20)
    everybody = silhouette_samples(values[labels >= 0], labels[labels >= 0])
    assert len(rows) == 20
    places = np.searchsorted(np.flatnonzero(labels >= 0), rows)
    assert widths == pytest.approx(everybody[places], abs=1e-4)


def test_one_segment_has_no_widths() -> None:
    rows, widths = silhouette_widths(blobs(), np.zeros(69, dtype=np.int64), seed=0, most=20)
    assert (len(rows), len(widths)) == (0, 0)
