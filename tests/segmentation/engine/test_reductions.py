import numpy as np
import pytest

from segmentation.engine import reductions
from segmentation.engine.algorithms import TooFewCustomers
from segmentation.engine.reductions import REDUCTIONS, Reduced, Space, pca, reduce
from tests.segmentation.engine.builders import blobs

MAP = Space("tsne", perplexity=10)


def mapped(values: np.ndarray, space: Space = MAP, seed: int = 0) -> Reduced:
    return reduce(space, values, seed=seed)


def test_none_keeps_the_values() -> None:
    values = blobs()
    reduced = reduce(Space(), values, seed=0)
    assert reduced.values is values
    assert (reduced.components, reduced.explained_variance, reduced.model) == (3, None, None)


def test_pca_on_paper() -> None:
    # Points on the diagonal: one direction holds everything, at distances of the root of 2.
    reduced = pca(np.array([[0.0, 0], [1, 1], [2, 2]]), 1)
    assert reduced.values.ravel() == pytest.approx([-(2**0.5), 0, 2**0.5], abs=1e-9)
    assert reduced.explained_variance == pytest.approx(1)


def test_pca_keeps_the_stated_share_of_the_variance() -> None:
    values = blobs()
    reduced = pca(values, 2)
    share = reduced.values.var(axis=0).sum() / values.var(axis=0).sum()
    assert reduced.explained_variance == pytest.approx(share)


def test_pca_keeps_at_most_one_component_per_feature() -> None:
    reduced = pca(blobs(dimensions=2), 5)
    assert reduced.components == 2
    assert reduced.values.shape[1] == 2


@pytest.mark.parametrize(("explained", "components"), [(0.5, 1), (0.95, 2), (0.999, 3)])
def test_pca_keeps_as_many_components_as_explain_a_share(explained: float, components: int) -> None:
    # Variances 90, 9 and 1 percent.
    values = np.random.default_rng(0).normal(size=(5_000, 3)) * [9.487, 3, 1]
    reduced = reduce(Space("pca", explained=explained), values, seed=0)
    assert reduced.components == reduced.values.shape[1] == components
    assert reduced.explained_variance >= explained


def test_pca_draws_no_lots() -> None:
    first, second = (reduce(Space("pca"), blobs(), seed=seed) for seed in (1, 2))
    np.testing.assert_array_equal(first.values, second.values)


def test_pca_keeps_its_sign_when_the_rows_are_turned_over() -> None:
    values = blobs()
    turned = pca(values[::-1], 2).values[::-1]
    np.testing.assert_allclose(turned, pca(values, 2).values, atol=1e-9)


def test_pca_places_other_customers() -> None:
    reduced = pca(blobs(), 2)
    np.testing.assert_allclose(reduced.model.transform(blobs()), reduced.values, atol=1e-9)


def test_a_map_keeps_neighbours_together() -> None:
    reduced = mapped(blobs(size=40))
    assert (reduced.components, reduced.values.shape) == (2, (129, 2))
    assert reduced.trustworthiness > 0.9
    assert (reduced.model, reduced.explained_variance, reduced.note) == (None, None, "")


def test_the_same_seed_gives_the_same_map() -> None:
    first, second = (mapped(blobs(), seed=5).values for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("customers", [4, 5, 12])
def test_few_customers_lower_the_perplexity(customers: int) -> None:
    values = np.random.default_rng(0).normal(size=(customers, 3))
    assert np.isfinite(mapped(values, Space("tsne", perplexity=30)).values).all()


@pytest.mark.parametrize(("customers", "found"), [(1, "is only 1"), (3, "are only 3")])
def test_fewer_than_four_customers_have_no_map(customers: int, found: str) -> None:
    with pytest.raises(TooFewCustomers, match=f"needs at least 4 customers; there {found}"):
        mapped(blobs()[:customers])


@pytest.mark.parametrize(("features", "components"), [(1, 1), (2, 2), (5, 3)])
def test_a_map_has_at_most_three_dimensions_and_one_per_feature(
    features: int, components: int
) -> None:
    reduced = mapped(blobs(dimensions=features), Space("tsne", components=4))
    assert reduced.components == reduced.values.shape[1] == components


def test_beyond_the_map_customers_are_placed_among_their_nearest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reductions, "MAPPED", 150)
    reduced = mapped(blobs(size=100))
    assert reduced.values.shape == (309, 2)
    assert reduced.trustworthiness > 0.9
    assert reduced.note == (
        "The map shows 150 of 309 customers drawn by the seed; each of the others stands among "
        "the 5 of them who are most like it."
    )
    np.testing.assert_array_equal(reduced.values, mapped(blobs(size=100)).values)


def test_beyond_the_map_there_may_be_a_third_direction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reductions, "MAPPED", 150)
    assert mapped(blobs(size=100), Space("tsne", components=3, perplexity=10)).components == 3


@pytest.mark.parametrize(
    ("space", "label"),
    [
        (Space(), ""),
        (Space("pca"), "2 principal components"),
        (Space("pca", 1), "1 principal component"),
        (Space("pca", explained=0.9), "principal components that explain 90%"),
        (Space("tsne"), "t-SNE map"),
    ],
)
def test_a_space_says_what_it_is(space: Space, label: str) -> None:
    assert space.label == label


@pytest.mark.parametrize("name", REDUCTIONS)
def test_every_reduction_keeps_every_customer(name: str) -> None:
    reduced = reduce(Space(name), blobs(), seed=0)
    assert len(reduced.values) == len(blobs())
    assert reduced.values.shape[1] == reduced.components
