"""The clustering algorithms. A new one is a module with `attempts`, and one entry here."""

from collections.abc import Callable

from segmentation.engine.algorithms import kmeans
from segmentation.engine.algorithms.clustering import Attempt, Clustering, TooFewCustomers
from segmentation.engine.settings import ClusteringSettings

__all__ = ["ALGORITHMS", "Attempt", "Clustering", "TooFewCustomers"]

# What each algorithm would try under given settings: one attempt per candidate.
ALGORITHMS: dict[str, Callable[[ClusteringSettings], list[Attempt]]] = {
    "kmeans": kmeans.attempts,
}
