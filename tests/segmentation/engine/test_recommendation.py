from dataclasses import dataclass, replace

import pytest

from segmentation.engine.recommendation import faults_of, recommend
from segmentation.engine.reductions import Space
from segmentation.engine.scores import Silhouette
from segmentation.engine.scoring import Scores

AS_THEY_ARE, PCA = Space(), Space("pca", 2)


@dataclass(frozen=True)
class Model:
    algorithm: str
    space: Space
    clusters: int
    scores: Scores


def model(
    silhouette: float = 0.4,
    stability: float = 0.9,
    *,
    algorithm: str = "kmeans",
    space: Space = AS_THEY_ARE,
    clusters: int = 4,
    **values: float | None,
) -> Model:
    width = Silhouette(silhouette, None, None, 100, exact=True)
    scores = Scores(width, width, 100.0, 1.0, 0.0, 0.1, 0.5, stability, None)
    return Model(algorithm, space, clusters, replace(scores, **values))


def chosen(*models: Model) -> int:
    return recommend(models).chosen


def test_the_clearest_is_recommended() -> None:
    assert chosen(model(0.30), model(0.40), model(0.35)) == 1


def test_of_equally_clear_ones_the_stable_one_is() -> None:
    assert chosen(model(0.400, 0.70), model(0.395, 0.95, algorithm="hdbscan")) == 1


def test_of_equally_clear_and_stable_ones_the_simplest_is() -> None:
    assert chosen(model(0.40, algorithm="hierarchical"), model(0.395)) == 1
    assert chosen(model(0.40, space=PCA), model(0.395)) == 1
    assert chosen(model(0.40, clusters=6), model(0.395, clusters=5)) == 1


def test_a_clear_one_nobody_can_work_with_is_not() -> None:
    crumb = model(0.8, smallest_share=0.01)
    found = recommend([crumb, model(0.3)])
    assert (found.chosen, found.runner_up, found.is_usable) == (1, 0, True)
    assert found.reasons == ("The runner-up is not usable: its smallest segment holds only 1.0%.",)


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"noise_share": 0.21}, "21% of the customers without a segment"),
        ({"smallest_share": 0.019}, "only 1.9%"),
        ({"largest_share": 0.81}, "holds 81%"),
        ({"stability": 0.49}, "come out differently"),
    ],
)
def test_each_rule_has_its_sentence(values: dict[str, float], fault: str) -> None:
    (found,) = faults_of(model(**values))
    assert fault in found.of_model


def test_at_the_bounds_a_model_is_usable() -> None:
    values = {"noise_share": 0.20, "smallest_share": 0.02, "largest_share": 0.80}
    assert not faults_of(model(0.1, 0.5, **values))


def test_where_none_is_usable_the_closest_is_said_to_be_none() -> None:
    found = recommend([model(0.2, 0.3), model(0.4, 0.3), model(0.9, clusters=1)])
    assert (found.chosen, found.is_usable) == (1, False)
    assert found.reasons[0].startswith("No model keeps all rules")


def test_a_lonely_model_has_no_runner_up() -> None:
    found = recommend([model()])
    assert (found.chosen, found.runner_up) == (0, None)
    assert found.reasons == ("It is the only model that was asked for.",)


def test_the_only_model_that_found_segments_is_said_to_be() -> None:
    found = recommend([model(), model(clusters=1)])
    assert found.reasons == ("It is the only model that found segments.",)


def test_the_reasons_compare_with_the_runner_up() -> None:
    simple, other = model(0.395, 0.9), model(0.40, 0.9, algorithm="gaussian_mixture")
    found = recommend([other, simple])
    assert (found.chosen, found.runner_up) == (1, 0)
    assert found.reasons == (
        "Its segments are as clearly apart (silhouette 0.40 against 0.40).",
        "It is simpler: K-means is easier to follow than Gaussian mixture.",
    )


def test_equal_models_are_taken_in_the_order_tried() -> None:
    assert chosen(model(), model(), model()) == 0
