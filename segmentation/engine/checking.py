"""Whether settings make sense, before any customer is looked at."""

from segmentation.engine.algorithms import ALGORITHMS
from segmentation.engine.algorithms.clustering import require_customers
from segmentation.engine.bad_settings import BadSettings, check_known
from segmentation.engine.features import Features, without_constant
from segmentation.engine.parameters import checked
from segmentation.engine.preparing import check_preparation
from segmentation.engine.reductions import REDUCTIONS
from segmentation.engine.settings import AUTO, ClusteringSettings

FEWEST_CLUSTERS, MOST_CLUSTERS = 2, 20
PERPLEXITY = (2, 100)


def check_settings(settings: ClusteringSettings) -> None:
    """Raise BadSettings, with one sentence, at the first setting that makes no sense."""
    check_known("algorithm", settings.algorithm, (*ALGORITHMS, AUTO))
    spaces = (*REDUCTIONS, AUTO) if settings.is_automatic else tuple(REDUCTIONS)
    check_known("reduction", settings.reduction, spaces)
    _check_parameters(settings)
    _check_space(settings)
    if settings.is_automatic or ALGORITHMS[settings.algorithm].takes_clusters:
        _check_clusters(settings.clusters)
    check_preparation(settings.preparation)


def check_apart(features: Features, settings: ClusteringSettings) -> None:
    """Whether any of the models asked for could be fitted to these customers.

    Raises NoFeatureLeft when no feature tells them apart, TooFewCustomers when fewer of them
    differ than the smallest number of segments that is to be tried.
    """
    used, _ = without_constant(features)
    takes_clusters = settings.is_automatic or ALGORITHMS[settings.algorithm].takes_clusters
    require_customers(used.values, min(settings.clusters) if takes_clusters else FEWEST_CLUSTERS)


def _check_parameters(settings: ClusteringSettings) -> None:
    if not settings.is_automatic:
        checked(ALGORITHMS[settings.algorithm].parameters, settings.parameters)
    elif settings.parameters:
        raise BadSettings(
            "Automatic mode chooses the parameters by itself. Leave them out, or choose one"
            " algorithm."
        )


def _check_space(settings: ClusteringSettings) -> None:
    if settings.components < 1:
        raise BadSettings(f"At least 1 component is needed, not {settings.components}.")
    if settings.explained is not None and not 0 < settings.explained < 1:
        raise BadSettings("The share of the variance to keep lies between 0 and 1, as 0.9.")
    low, high = PERPLEXITY
    if not low <= settings.perplexity <= high:
        raise BadSettings(f"The perplexity lies between {low} and {high}.")


def _check_clusters(clusters: tuple[int, ...]) -> None:
    if not clusters:
        raise BadSettings("Give at least one number of segments to try.")
    if min(clusters) < FEWEST_CLUSTERS:
        raise BadSettings(f"At least {FEWEST_CLUSTERS} segments are needed, not {min(clusters)}.")
    if max(clusters) > MOST_CLUSTERS:
        raise BadSettings(f"At most {MOST_CLUSTERS} segments can be found, not {max(clusters)}.")
    if len(set(clusters)) != len(clusters):
        raise BadSettings("Give each number of segments only once.")
