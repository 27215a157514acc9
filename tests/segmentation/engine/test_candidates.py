import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.engine import candidates
from segmentation.engine.algorithms import TooFewCustomers
from segmentation.engine.candidates import fit_candidates
from segmentation.engine.features import Features, NoFeatureLeft
from segmentation.engine.scores import Silhouette
from segmentation.engine.settings import BadSettings, ClusteringSettings
from tests.segmentation.engine.builders import blobs, make_features

TWO_TO_FOUR = ClusteringSettings(reduction="pca", clusters=(4, 3, 2), starts=5)
QUICK = ClusteringSettings(reduction="pca", clusters=(3,), starts=3)


def loose(seed: int = 0, customers: int = 80) -> np.ndarray:
    """Customers without any structure."""
    return np.random.default_rng(seed).normal(size=(customers, 3))


def labels(values: np.ndarray, wanted: ClusteringSettings = QUICK, seed: int = 5) -> np.ndarray:
    return fit_candidates(make_features(values), wanted, seed=seed).best.labels


def test_the_true_number_of_groups_is_best() -> None:
    outcome = fit_candidates(make_features(blobs()), TWO_TO_FOUR, seed=0)
    assert [candidate.clusters for candidate in outcome.candidates] == [4, 3, 2]
    assert outcome.best is outcome.candidates[1]
    assert np.bincount(outcome.best.labels).tolist() == [26, 23, 20]


def test_a_candidate_says_how_it_was_made_and_scored() -> None:
    best = fit_candidates(make_features(blobs()), QUICK, seed=0).best
    assert (best.algorithm, best.reduction, best.components, best.clusters) == (
        "kmeans",
        "pca",
        2,
        3,
    )
    assert (best.silhouette_customers, best.silhouette_exact) == (69, True)
    assert best.centers.shape == (3, 2)
    assert best.reduced.shape == (69, 2)
    assert 0 < best.explained_variance <= 1


def test_the_clustered_space_and_the_common_space_are_scored_apart() -> None:
    best = fit_candidates(make_features(loose()), QUICK, seed=0).best
    assert best.silhouette > best.silhouette_common


def test_without_a_reduction_both_spaces_are_one() -> None:
    best = fit_candidates(make_features(loose()), ClusteringSettings(), seed=0).best
    assert best.silhouette == best.silhouette_common


def test_the_common_space_is_standardised_even_when_the_clustered_one_is_not() -> None:
    values = loose() * [1, 100, 1]
    scaled = ClusteringSettings(clusters=(3,), scaling="none")
    best = fit_candidates(make_features(values), scaled, seed=0).best
    assert best.silhouette != pytest.approx(best.silhouette_common)


@pytest.mark.parametrize("clusters", [(2, 3), (3, 2)])
def test_on_a_tie_fewer_clusters_win(
    clusters: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    tie = [Silhouette(0.5, 69, exact=True)] * 2
    monkeypatch.setattr(candidates, "silhouettes", lambda *_, **__: tie)
    wanted = ClusteringSettings(clusters=clusters)
    assert fit_candidates(make_features(blobs()), wanted, seed=0).best.clusters == 2


def test_a_constant_feature_is_left_out_and_changes_nothing() -> None:
    values = loose()
    with_constant = make_features(np.column_stack([values, np.full(80, 7.0)]))
    outcome = fit_candidates(with_constant, QUICK, seed=5)
    assert outcome.left_out == {"feature_3": "Every customer has the same value (7)."}
    assert outcome.features.names == ("feature_0", "feature_1", "feature_2")
    np.testing.assert_array_equal(outcome.best.labels, labels(values))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_same_seed_gives_the_same_groups(seed: int) -> None:
    np.testing.assert_array_equal(labels(loose(), seed=seed), labels(loose(), seed=seed))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_the_customers_does_not_matter(seed: int) -> None:
    features = make_features(loose())
    order = np.random.default_rng(seed).permutation(80)
    shuffled = Features(order, features.names, features.values[order], frozenset())
    first, second = (fit_candidates(f, QUICK, seed=5) for f in (features, shuffled))
    np.testing.assert_array_equal(second.best.labels, first.best.labels[order])
    np.testing.assert_array_equal(second.best.reduced, first.best.reduced[order])
    assert second.best.silhouette_common == first.best.silhouette_common


@settings(max_examples=10, deadline=None)
@given(st.floats(-1e3, 1e3), st.floats(1e-2, 1e2))
def test_neither_the_unit_nor_the_origin_of_a_feature_matters(origin: float, unit: float) -> None:
    moved = loose() * [unit, 1, 1] + [0, origin, 0]
    np.testing.assert_array_equal(labels(moved), labels(loose()))


def test_stages_are_told_in_order_and_to_their_end() -> None:
    told = []
    fit_candidates(
        make_features(blobs()), TWO_TO_FOUR, seed=0, on_stage=lambda *stage: told.append(stage)
    )
    assert list(dict.fromkeys(name for name, _ in told)) == ["scale", "reduce", "cluster", "score"]
    assert dict(told) == {"scale": 1, "reduce": 1, "cluster": 1, "score": 1}
    assert [fraction for name, fraction in told if name == "cluster"] == [0, 1 / 3, 2 / 3, 1]


def test_a_stage_can_cancel() -> None:
    def cancel(stage: str, fraction: float) -> None:
        if stage == "cluster":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_candidates(make_features(blobs()), QUICK, seed=0, on_stage=cancel)


def test_bad_settings_are_refused() -> None:
    with pytest.raises(BadSettings):
        fit_candidates(make_features(blobs()), ClusteringSettings(clusters=(1,)), seed=0)


@pytest.mark.parametrize("customers", [1, 6], ids=["one customer", "identical customers"])
def test_customers_without_a_difference_are_refused(customers: int) -> None:
    with pytest.raises(NoFeatureLeft):
        fit_candidates(make_features(np.ones((customers, 2))), QUICK, seed=0)


def test_more_segments_than_different_customers_are_refused() -> None:
    twins = np.repeat(loose(customers=4), 10, axis=0)
    with pytest.raises(TooFewCustomers, match=r"5 segments need .* there are only 4"):
        fit_candidates(make_features(twins), ClusteringSettings(reduction="pca"), seed=0)
