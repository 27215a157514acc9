from pathlib import Path

import numpy as np
import pytest

from segmentation.engine.candidates import Outcome, fit_candidates
from segmentation.engine.features import Features
from segmentation.engine.model_files import load_model, save_model
from segmentation.engine.preparing import PreparationSettings
from segmentation.engine.run_model import Assignment, RunModel, run_model
from segmentation.engine.settings import ClusteringSettings
from tests.segmentation.engine.builders import blobs, make_features

BENT = PreparationSettings(transform="auto", scaling="robust", weights={"feature_0": 2.0})


def customers(seed: int = 0) -> Features:
    """Three groups, one feature skewed, one yes or no."""
    values = np.abs(blobs(seed, size=40))
    woman = np.random.default_rng(seed).integers(0, 2, len(values))
    table = np.column_stack([np.exp(values[:, 0] / 10), values[:, 1:], woman])
    return make_features(table, indicators=["feature_3"])


def fitted(wanted: ClusteringSettings) -> tuple[Outcome, RunModel, Assignment]:
    outcome = fit_candidates(customers(), wanted, seed=0)
    best = outcome.best
    model, assignment = run_model(
        outcome.features,
        outcome.prepared,
        best.reduced,
        best.clustering.predictor,
        best.labels,
        fills={"feature_1": 3.0},
        seed=0,
    )
    return outcome, model, assignment


@pytest.mark.parametrize(
    "wanted",
    [
        ClusteringSettings(clusters=(3,), preparation=BENT),
        ClusteringSettings(reduction="pca", clusters=(3,), preparation=BENT),
        ClusteringSettings(algorithm="gaussian_mixture", clusters=(3,)),
        ClusteringSettings(algorithm="hierarchical", clusters=(3,)),
        ClusteringSettings(algorithm="hdbscan"),
        ClusteringSettings(reduction="tsne", perplexity=15, clusters=(3,)),
    ],
    ids=lambda s: f"{s.algorithm} {s.reduction}",
)
def test_the_customers_of_the_run_are_put_where_the_run_put_them(
    wanted: ClusteringSettings, tmp_path: Path
) -> None:
    outcome, model, _ = fitted(wanted)
    digest = save_model(tmp_path / "model.skops", model.to_dict())
    again = RunModel.from_dict(load_model(tmp_path / "model.skops", digest))
    for one in (model, again):
        np.testing.assert_array_equal(one.predict(outcome.features.values), outcome.best.labels)


def test_a_missing_value_counts_as_what_the_run_took() -> None:
    _, model, _ = fitted(ClusteringSettings(clusters=(3,)))
    known = customers().values[:5].copy()
    known[:, 1] = 3.0
    gaps = known.copy()
    gaps[:, 1] = np.nan
    np.testing.assert_array_equal(model.predict(gaps), model.predict(known))


def test_a_model_that_predicts_needs_no_neighbours() -> None:
    _, _, assignment = fitted(ClusteringSettings(clusters=(3,)))
    assert assignment == Assignment(
        "Customers who come later are assigned by the model itself.", None
    )


@pytest.mark.parametrize(
    "wanted",
    [
        ClusteringSettings(algorithm="hierarchical", clusters=(3,)),
        ClusteringSettings(reduction="tsne", perplexity=15, clusters=(3,)),
    ],
)
def test_neighbours_agree_with_groups_that_are_far_apart(wanted: ClusteringSettings) -> None:
    _, _, assignment = fitted(wanted)
    assert "most like them" in assignment.rule
    assert assignment.agreement > 0.9


def test_nobody_is_predicted_for_nobody() -> None:
    _, model, _ = fitted(ClusteringSettings(clusters=(3,)))
    assert model.predict(np.empty((0, 4))).shape == (0,)
