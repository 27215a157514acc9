import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.engine import reductions
from segmentation.engine.algorithms import ALGORITHMS, TooFewCustomers
from segmentation.engine.candidates import fit_candidates
from segmentation.engine.features import Features, NoFeatureLeft
from segmentation.engine.preparing import PreparationSettings
from segmentation.engine.search import Candidate
from segmentation.engine.settings import AUTO, BadSettings, ClusteringSettings
from tests.segmentation.engine.builders import blobs, make_features

STARTS = {"starts": 3}
TWO_TO_FOUR = ClusteringSettings(reduction="pca", clusters=(4, 3, 2), parameters=STARTS)
QUICK = ClusteringSettings(reduction="pca", clusters=(3,), parameters=STARTS)
AUTOMATIC = ClusteringSettings(algorithm=AUTO, reduction=AUTO, clusters=(2, 3))


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
    assert (best.algorithm, best.space.reduction, best.reduced.components) == ("kmeans", "pca", 2)
    assert best.title == "K-means on 2 principal components, 3 segments"
    assert (best.scores.common.customers, best.scores.common.exact) == (69, True)
    assert best.clustering.centers.shape == (3, 2)
    assert best.reduced.values.shape == (69, 2)
    assert 0 < best.reduced.explained_variance <= 1
    assert best.approximation is None


def test_groups_far_apart_are_stable_and_no_chance() -> None:
    scores = fit_candidates(make_features(blobs(size=60)), QUICK, seed=0).best.scores
    assert scores.stability > 0.95
    assert scores.structure.z > 5
    assert (scores.noise_share, round(scores.smallest_share, 3)) == (0, round(60 / 189, 3))


def test_the_clustered_space_and_the_common_space_are_scored_apart() -> None:
    scores = fit_candidates(make_features(loose()), QUICK, seed=0).best.scores
    assert scores.own.value > scores.common.value


def test_without_a_reduction_both_spaces_are_one() -> None:
    scores = fit_candidates(make_features(loose()), ClusteringSettings(), seed=0).best.scores
    assert scores.own == scores.common


def test_the_common_space_is_standardised_even_when_the_clustered_one_is_not() -> None:
    values = loose() * [1, 100, 1]
    unscaled = PreparationSettings(scaling="none")
    wanted = ClusteringSettings(clusters=(3,), preparation=unscaled)
    scores = fit_candidates(make_features(values), wanted, seed=0).best.scores
    assert scores.own.value != pytest.approx(scores.common.value)


def test_automatic_mode_tries_every_algorithm_in_every_space() -> None:
    outcome = fit_candidates(make_features(blobs(size=30, dimensions=4)), AUTOMATIC, seed=0)
    tried = {(c.algorithm, c.space.label) for c in outcome.candidates}
    spaces = ("", "2 principal components", "3 principal components")
    assert tried == {(name, space) for name in ALGORITHMS for space in spaces}
    # K-means, mixtures and hierarchical clustering with two numbers each, the others with one.
    assert len(outcome.candidates) == 3 * (3 * 2 + 2)
    assert outcome.best.clusters == 3


def test_with_two_features_only_the_features_themselves_are_a_space() -> None:
    outcome = fit_candidates(make_features(blobs(size=30, dimensions=2)), AUTOMATIC, seed=0)
    assert {c.space.reduction for c in outcome.candidates} == {"none"}


def test_candidates_are_handed_over_algorithm_by_algorithm() -> None:
    handed: list[list[Candidate]] = []
    outcome = fit_candidates(
        make_features(blobs(size=30, dimensions=4)),
        AUTOMATIC,
        seed=0,
        on_finished=lambda found: handed.append(list(found)),
    )
    # K-means, mixture, DBSCAN, hierarchical and HDBSCAN, in each of three spaces.
    assert [len(found) for found in handed] == [2, 2, 1, 2, 1] * 3
    assert [c for found in handed for c in found] == list(outcome.candidates)


def test_a_search_that_is_stopped_has_handed_over_what_was_finished() -> None:
    handed: list[Candidate] = []

    def stop_at_hierarchical(stage: str, done: float, detail: str) -> None:
        if detail == "Hierarchical, 2 segments":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_candidates(
            make_features(blobs(size=30, dimensions=4)),
            AUTOMATIC,
            seed=0,
            tell=stop_at_hierarchical,
            on_finished=handed.extend,
        )
    finished = ["kmeans", "kmeans", "gaussian_mixture", "gaussian_mixture", "dbscan"]
    assert [one.algorithm for one in handed] == finished


@pytest.mark.parametrize("algorithm", ["kmeans", "dbscan"])
def test_a_map_of_some_customers_says_how_well_its_segments_agree(
    algorithm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reductions, "MAPPED", 150)
    monkeypatch.setattr(reductions, "COMPARED", 120)
    on_map = ClusteringSettings(
        algorithm=algorithm, reduction="tsne", perplexity=10, clusters=(2, 3)
    )
    outcome = fit_candidates(make_features(blobs(size=77)), on_map, seed=5)
    stands_in = outcome.best.approximation
    assert stands_in
    assert "The map shows 150 of 240 customers" in stands_in.what
    assert (stands_in.fitted_on, stands_in.measured_on) == (150, 120)
    assert stands_in.agreement is not None
    assert 0.5 < stands_in.agreement <= 1


def test_one_feature_alone_is_not_held_against_chance() -> None:
    one = make_features(blobs()[:, :1])
    assert (
        fit_candidates(one, ClusteringSettings(clusters=(3,)), seed=0).best.scores.structure is None
    )


def test_a_map_of_all_customers_is_exact() -> None:
    on_map = ClusteringSettings(reduction="tsne", perplexity=10, clusters=(3,))
    assert fit_candidates(make_features(blobs()), on_map, seed=5).best.approximation is None


def test_a_constant_feature_is_left_out_and_changes_nothing() -> None:
    values = loose()
    with_constant = make_features(np.column_stack([values, np.full(80, 7.0)]))
    outcome = fit_candidates(with_constant, QUICK, seed=5)
    assert outcome.left_out == {"feature_3": "Every customer has the same value (7)."}
    assert outcome.features.names == ("feature_0", "feature_1", "feature_2")
    np.testing.assert_array_equal(outcome.best.labels, labels(values))


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**31 - 1))
def test_the_same_seed_gives_the_same_groups_and_scores(seed: int) -> None:
    first, second = (fit_candidates(make_features(loose()), QUICK, seed=seed) for _ in range(2))
    np.testing.assert_array_equal(first.best.labels, second.best.labels)
    assert first.best.scores == second.best.scores


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**31 - 1))
def test_the_order_of_the_customers_does_not_matter(seed: int) -> None:
    features = make_features(loose())
    order = np.random.default_rng(seed).permutation(80)
    shuffled = Features(order, features.names, features.values[order], frozenset())
    first, second = (fit_candidates(f, QUICK, seed=5) for f in (features, shuffled))
    np.testing.assert_array_equal(second.features.customer_ids, np.arange(80))
    np.testing.assert_array_equal(second.best.labels, first.best.labels)
    assert second.best.scores == first.best.scores


@settings(max_examples=5, deadline=None)
@given(st.floats(-1e3, 1e3), st.floats(1e-2, 1e2))
def test_neither_the_unit_nor_the_origin_of_a_feature_matters(origin: float, unit: float) -> None:
    moved = loose() * [unit, 1, 1] + [0, origin, 0]
    np.testing.assert_array_equal(labels(moved), labels(loose()))


def test_what_is_done_is_told_in_order_and_grows() -> None:
    told = []
    fit_candidates(
        make_features(blobs()), TWO_TO_FOUR, seed=0, tell=lambda *stage: told.append(stage)
    )
    assert list(dict.fromkeys(name for name, _, _ in told)) == [
        "scale",
        "reduce",
        "cluster",
        "score",
    ]
    shares = [done for _, done, _ in told]
    assert shares == sorted(shares)
    assert ("cluster", "K-means on 2 principal components, 3 segments") in {
        (s, d) for s, _, d in told
    }


def test_the_clock_that_is_handed_in_times_the_fits() -> None:
    ticks = iter(range(100))
    wanted = ClusteringSettings(clusters=(2, 3), parameters=STARTS)
    found = fit_candidates(make_features(blobs()), wanted, seed=0, clock=lambda: float(next(ticks)))
    assert [candidate.seconds for candidate in found.candidates] == [1, 1]


def test_bad_settings_are_refused() -> None:
    with pytest.raises(BadSettings):
        fit_candidates(make_features(blobs()), ClusteringSettings(clusters=(1,)), seed=0)


@pytest.mark.parametrize("customers", [1, 6], ids=["one customer", "identical customers"])
def test_customers_without_a_difference_are_refused(customers: int) -> None:
    with pytest.raises(NoFeatureLeft):
        fit_candidates(make_features(np.ones((customers, 2))), QUICK, seed=0)


def test_numbers_that_are_too_many_are_passed_over() -> None:
    twins = make_features(np.repeat(loose(customers=4), 10, axis=0))
    outcome = fit_candidates(twins, ClusteringSettings(clusters=(2, 3, 9)), seed=0)
    assert [candidate.clusters for candidate in outcome.candidates] == [2, 3]
    automatic = fit_candidates(twins, AUTOMATIC, seed=0)
    assert {c.algorithm for c in automatic.candidates} == set(ALGORITHMS)


def test_more_segments_than_different_customers_are_refused() -> None:
    twins = np.repeat(loose(customers=4), 10, axis=0)
    with pytest.raises(TooFewCustomers, match=r"5 segments need .* there are only 4"):
        fit_candidates(make_features(twins), ClusteringSettings(reduction="pca"), seed=0)
