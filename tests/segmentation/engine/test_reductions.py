import numpy as np
import pytest

from segmentation.engine.reductions import REDUCTIONS, none, pca
from tests.segmentation.engine.builders import blobs


def test_none_keeps_the_values() -> None:
    values = blobs()
    reduced = none(values, components=2, seed=0)
    assert reduced.values is values
    assert (reduced.components, reduced.explained_variance, reduced.model) == (3, None, None)


def test_pca_on_paper() -> None:
    # Points on the diagonal: one direction holds everything, at distances of the root of 2.
    reduced = pca(np.array([[0.0, 0], [1, 1], [2, 2]]), components=1, seed=0)
    assert reduced.values.ravel() == pytest.approx([-(2**0.5), 0, 2**0.5], abs=1e-9)
    assert reduced.explained_variance == pytest.approx(1)


def test_pca_keeps_the_stated_share_of_the_variance() -> None:
    values = blobs()
    reduced = pca(values, components=2, seed=0)
    share = reduced.values.var(axis=0).sum() / values.var(axis=0).sum()
    assert reduced.explained_variance == pytest.approx(share)


def test_pca_keeps_at_most_one_component_per_feature() -> None:
    reduced = pca(blobs(dimensions=2), components=5, seed=0)
    assert reduced.components == 2
    assert reduced.values.shape[1] == 2


def test_pca_draws_no_lots() -> None:
    values = blobs()
    np.testing.assert_array_equal(
        pca(values, components=2, seed=1).values, pca(values, components=2, seed=2).values
    )


def test_pca_keeps_its_sign_when_the_rows_are_turned_over() -> None:
    values = blobs()
    turned = pca(values[::-1], components=2, seed=0).values[::-1]
    np.testing.assert_allclose(turned, pca(values, components=2, seed=0).values, atol=1e-9)


@pytest.mark.parametrize("name", REDUCTIONS)
def test_every_reduction_keeps_every_customer(name: str) -> None:
    reduced = REDUCTIONS[name].reduce(blobs(), components=2, seed=0)
    assert len(reduced.values) == len(blobs())
    assert reduced.values.shape[1] == reduced.components
