"""The clustering algorithms. A new one is a module with `attempts`, and one entry here."""

from collections.abc import Callable
from dataclasses import dataclass

from segmentation.engine.algorithms import kmeans
from segmentation.engine.algorithms.clustering import Attempt, Clustering, TooFewCustomers
from segmentation.engine.settings import ClusteringSettings

__all__ = ["ALGORITHMS", "Attempt", "Clustering", "TooFewCustomers"]


@dataclass(frozen=True)
class Algorithm:
    """How an algorithm is called, and what it would try: one attempt per candidate."""

    label: str
    attempts: Callable[[ClusteringSettings], list[Attempt]]


ALGORITHMS = {"kmeans": Algorithm("K-means", kmeans.attempts)}
