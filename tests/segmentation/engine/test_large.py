import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from segmentation.engine.algorithms import ALGORITHMS, Clustering, TooFewCustomers
from segmentation.engine.algorithms.large import Approximation, fit_any
from segmentation.engine.sampling import sample_rows
from tests.segmentation.engine.builders import blobs
from tests.segmentation.engine.fitting import fit_one

ASKED = [(name, (3,) if found.takes_clusters else ()) for name, found in ALGORITHMS.items()]


def fit(
    name: str, values: np.ndarray, *clusters: int, most: int | None = None, **given: Any
) -> list[tuple[Clustering, Approximation | None]]:
    algorithm = ALGORITHMS[name]
    return list(fit_any(algorithm, values, clusters=clusters, parameters=given, seed=4, most=most))


def loose(customers: int = 400) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(customers, 3))


@pytest.mark.parametrize(("name", "clusters"), ASKED)
def test_as_many_as_can_be_fitted_are_fitted_exactly(name: str, clusters: tuple[int, ...]) -> None:
    ((clustering, approximation),) = fit(name, loose(), *clusters, most=400)
    assert approximation is None
    exact = fit_one(name, loose(), *clusters, seed=4)
    np.testing.assert_array_equal(clustering.labels, exact.labels)


@pytest.mark.parametrize(("name", "clusters"), ASKED)
def test_beyond_that_everybody_still_gets_a_segment(name: str, clusters: tuple[int, ...]) -> None:
    values = blobs(size=500)
    ((clustering, approximation),) = fit(name, values, *clusters, most=300)
    assert approximation.fitted_on == approximation.measured_on == 300
    assert adjusted_rand_score(clustering.labels, np.repeat([0, 1, 2], [500, 503, 506])) > 0.9
    sizes = np.bincount(clustering.labels[clustering.labels >= 0])
    assert (np.diff(sizes) <= 0).all()


@pytest.mark.parametrize(("name", "clusters"), ASKED)
def test_those_who_come_later_are_treated_like_those_not_drawn(
    name: str, clusters: tuple[int, ...]
) -> None:
    ((clustering, _),) = fit(name, loose(), *clusters, most=100)
    np.testing.assert_array_equal(clustering.predictor.predict(loose()), clustering.labels)


@pytest.mark.parametrize(("name", "clusters"), ASKED)
def test_the_centers_are_the_means_of_all_members(name: str, clusters: tuple[int, ...]) -> None:
    values = blobs(size=500)
    ((clustering, _),) = fit(name, values, *clusters, most=300)
    for label, center in enumerate(clustering.centers):
        assert center == pytest.approx(values[clustering.labels == label].mean(axis=0))


def test_it_is_said_in_a_sentence() -> None:
    ((_, by_neighbour),) = fit("hierarchical", loose(1_500), 3, most=1_000)
    assert by_neighbour.what == (
        "Fitted on 1,000 of 1,500 customers drawn by the seed; each of the others joins the "
        "segment of the nearest of them."
    )
    ((_, by_model),) = fit("kmeans", loose(1_500), 3, most=1_000)
    assert by_model.what.endswith("joins the segment that the model finds for it.")
    assert json.loads(json.dumps(by_model.to_json()))["fitted_on"] == 1_000


def test_the_agreement_is_that_of_a_fifth_with_the_whole() -> None:
    values = loose(900)
    ((_, approximation),) = fit("hierarchical", values, 3, most=600)
    measured = values[sample_rows(900, 600, seed=4)]
    exact = fit_one("hierarchical", measured, 3)
    fifth = fit_one("hierarchical", measured[sample_rows(600, 120, seed=4)], 3)
    expected = adjusted_rand_score(exact.labels, fifth.predictor.predict(measured))
    assert approximation.agreement == pytest.approx(expected)
    assert 0 < approximation.agreement < 1


def test_groups_that_are_far_apart_agree_wholly() -> None:
    ((_, approximation),) = fit("hierarchical", blobs(size=500), 3, most=300)
    assert approximation.agreement == 1


def test_every_number_of_clusters_has_an_agreement_of_its_own() -> None:
    found = fit("hierarchical", loose(), 2, 5, 9, most=300)
    assert [len(clustering.centers) for clustering, _ in found] == [2, 5, 9]
    assert len({approximation.agreement for _, approximation in found}) == 3


def test_the_inertia_is_that_of_all_customers() -> None:
    values = loose()
    ((clustering, _),) = fit("kmeans", values, 3, most=200)
    expected = ((values - clustering.centers[clustering.labels]) ** 2).sum()
    assert clustering.inertia == pytest.approx(expected)


def test_a_fifth_with_too_few_different_customers_has_no_agreement() -> None:
    values = np.repeat(np.arange(30.0), 10)[:, None]
    ((clustering, approximation),) = fit("hierarchical", values, 25, most=100)
    assert len(clustering.centers) == 25
    assert approximation.agreement is None


def test_the_algorithm_may_set_the_limit() -> None:
    few = replace(ALGORITHMS["hierarchical"], exact_up_to=90)
    ((_, approximation),) = fit_any(few, loose(), clusters=(3,), parameters={}, seed=4, most=200)
    assert (approximation.fitted_on, approximation.measured_on) == (90, 90)


def test_a_given_distance_grows_for_fewer_customers() -> None:
    values = blobs(size=700)
    ((clustering, approximation),) = fit("dbscan", values, most=300, eps=0.6)
    exact = fit_one("dbscan", values, eps=0.6)
    assert clustering.parameters["eps"] > 0.6
    assert "with distance" in approximation.what
    assert " instead of 0.6 because they are fewer; each" in approximation.what
    assert adjusted_rand_score(exact.labels, clustering.labels) > 0.6
    unsuited = fit_one("dbscan", values[sample_rows(len(values), 300, seed=4)], eps=0.6)
    ignorant = unsuited.predictor.predict(values)
    assert adjusted_rand_score(exact.labels, ignorant) < 0.3


def test_too_few_different_customers_are_refused() -> None:
    with pytest.raises(TooFewCustomers, match="3 segments need"):
        fit("kmeans", np.ones((50, 2)), 3, most=20)
