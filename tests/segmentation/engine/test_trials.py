from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.reductions import Space
from segmentation.engine.settings import AUTO, ClusteringSettings
from segmentation.engine.trials import trials

AUTOMATIC = ClusteringSettings(algorithm=AUTO, reduction=AUTO, clusters=(2, 3, 4))


def test_one_algorithm_in_one_space_is_one_trial() -> None:
    ((only,),) = trials(ClusteringSettings(reduction="pca", components=3, clusters=(2, 5)), 7)
    assert (only.algorithm, only.space, only.clusters) == ("kmeans", Space("pca", 3), (2, 5))
    assert only.parameters == {"starts": 10}
    assert only.candidates == 2


def test_an_algorithm_that_finds_the_number_is_tried_once() -> None:
    ((only,),) = trials(ClusteringSettings(algorithm="hdbscan", clusters=(2, 5)), 7)
    assert (only.clusters, only.candidates) == ((), 1)


def test_automatic_mode_groups_the_trials_by_space() -> None:
    found = trials(AUTOMATIC, 7)
    assert [of_space[0].space for of_space in found] == [Space(), Space("pca", 2), Space("pca", 3)]
    for of_space in found:
        assert [trial.algorithm for trial in of_space] == list(ALGORITHMS)
        assert len({trial.space for trial in of_space}) == 1


def test_a_space_is_smaller_than_the_features() -> None:
    assert [of_space[0].space.components for of_space in trials(AUTOMATIC, 3)[1:]] == [2]
    assert len(trials(AUTOMATIC, 2)) == 1


def test_automatic_mode_keeps_to_a_space_that_is_given() -> None:
    in_one = ClusteringSettings(algorithm=AUTO, reduction="tsne", perplexity=20, clusters=(3,))
    (only,) = trials(in_one, 7)
    assert {trial.space for trial in only} == {Space("tsne", 2, None, 20)}
