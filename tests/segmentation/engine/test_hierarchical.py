import json

import numpy as np
import pytest
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score

from segmentation.engine.algorithms import TooFewCustomers
from tests.segmentation.engine.builders import blobs
from tests.segmentation.engine.fitting import fit_all, fit_one

LINE = [[0.0], [2], [10], [12], [13]]


def test_on_paper() -> None:
    two, three = fit_all("hierarchical", LINE, 2, 3)
    assert two.labels.tolist() == [1, 1, 0, 0, 0]
    # 12 and 13 are merged first, then 0 and 2.
    assert three.labels.tolist() == [0, 0, 2, 1, 1]
    assert three.centers.ravel().tolist() == [1, 12.5, 10]


def test_every_linkage_merges_at_its_own_distance() -> None:
    # {0, 2} and {10, 12}: mean distance 10, farthest 12, Ward's 10 times the root of 2 2 2 / 4.
    heights = {
        linkage: max(
            fit_one("hierarchical", LINE[:4], 2, linkage=linkage).curves["dendrogram"]["merges"],
            key=lambda merge: merge["y"][1],
        )["y"][1]
        for linkage in ("ward", "average", "complete")
    }
    assert heights == pytest.approx({"ward": 10 * 2**0.5, "average": 10, "complete": 12})


@pytest.mark.parametrize("linkage", ["ward", "average", "complete"])
def test_the_groups_are_those_of_scikit_learn(linkage: str) -> None:
    values = np.random.default_rng(0).normal(size=(200, 3))
    plain = AgglomerativeClustering(6, linkage=linkage).fit_predict(values)
    labels = fit_one("hierarchical", values, 6, linkage=linkage).labels
    assert adjusted_rand_score(plain, labels) == 1


def test_equal_distances_still_give_the_number_asked_for() -> None:
    grid = np.arange(8.0)[:, None]
    found = fit_all("hierarchical", grid, 1, 2, 3, 5, 7, 8)
    assert [len(clustering.centers) for clustering in found] == [1, 2, 3, 5, 7, 8]


def test_more_segments_split_those_of_fewer() -> None:
    values = np.random.default_rng(0).normal(size=(300, 3))
    coarse, fine = (clustering.labels for clustering in fit_all("hierarchical", values, 4, 9))
    assert len(set(zip(fine.tolist(), coarse.tolist(), strict=True))) == 9


def test_the_dendrogram_is_ready_for_a_page() -> None:
    clustering = fit_one("hierarchical", blobs(size=60), 3)
    drawn = json.loads(json.dumps(clustering.curves))["dendrogram"]
    assert (len(drawn["merges"]), len(drawn["leaves"])) == (30, 31)
    assert sum(drawn["leaves"]) == len(clustering.labels)
    assert all(len(merge["x"]) == len(merge["y"]) == 4 for merge in drawn["merges"])


def test_few_customers_have_a_small_dendrogram() -> None:
    drawn = fit_one("hierarchical", LINE, 2).curves["dendrogram"]
    assert (len(drawn["merges"]), drawn["leaves"]) == (4, [1, 1, 1, 1, 1])


def test_the_numbers_before_one_that_is_too_large_are_given() -> None:
    found = []
    with pytest.raises(TooFewCustomers, match="6 segments need at least 6 customers"):
        found.extend(fit_all("hierarchical", LINE, 2, 6))


def test_one_customer_is_refused() -> None:
    with pytest.raises(TooFewCustomers, match="there is only 1"):
        fit_one("hierarchical", [[1.0]], 2)
