"""The clustering algorithms. A new one is a module with `fit` and PARAMETERS, and one entry."""

from dataclasses import dataclass

from segmentation.engine.algorithms import dbscan, gaussian_mixture, hdbscan, hierarchical, kmeans
from segmentation.engine.algorithms.clustering import (
    Clustering,
    Fit,
    NotFittable,
    Thin,
    TooFewCustomers,
    as_they_are,
)
from segmentation.engine.parameters import Parameter

__all__ = ["ALGORITHMS", "Algorithm", "Clustering", "Fit", "NotFittable", "TooFewCustomers"]


@dataclass(frozen=True)
class Algorithm:
    """How an algorithm is offered to people, what it needs, and what does it."""

    name: str
    label: str
    meaning: str  # one sentence for a marketer
    parameters: tuple[Parameter, ...]
    takes_clusters: bool  # otherwise it finds their number
    exact_up_to: int | None  # customers; None = any number
    simplicity: int  # 0 = the simplest to explain
    fit: Fit
    thinned: Thin = as_they_are


ALGORITHMS = {
    algorithm.name: algorithm
    for algorithm in (
        Algorithm(
            name="kmeans",
            label="K-means",
            meaning="Customers join the nearest of a few typical customers, so segments are "
            "compact and easy to explain.",
            parameters=kmeans.PARAMETERS,
            takes_clusters=True,
            exact_up_to=None,
            simplicity=0,
            fit=kmeans.fit,
        ),
        Algorithm(
            name="gaussian_mixture",
            label="Gaussian mixture",
            meaning="Customers come from a few overlapping clouds, so segments may be wide, "
            "narrow or stretched.",
            parameters=gaussian_mixture.PARAMETERS,
            takes_clusters=True,
            exact_up_to=None,
            simplicity=2,
            fit=gaussian_mixture.fit,
        ),
        Algorithm(
            name="dbscan",
            label="DBSCAN",
            meaning="Customers who stand close together form segments of any form, and those "
            "who stand apart belong to none.",
            parameters=dbscan.PARAMETERS,
            takes_clusters=False,
            exact_up_to=20_000,
            simplicity=3,
            fit=dbscan.fit,
            thinned=dbscan.thinned,
        ),
        Algorithm(
            name="hierarchical",
            label="Hierarchical",
            meaning="The most alike customers are merged into ever larger groups, so segments "
            "can be split and joined like branches of a tree.",
            parameters=hierarchical.PARAMETERS,
            takes_clusters=True,
            exact_up_to=10_000,
            simplicity=1,
            fit=hierarchical.fit,
        ),
        Algorithm(
            name="hdbscan",
            label="HDBSCAN",
            meaning="Close groups are found whether they are crowded or sparse, and customers "
            "between them belong to none.",
            parameters=hdbscan.PARAMETERS,
            takes_clusters=False,
            exact_up_to=20_000,
            simplicity=4,
            fit=hdbscan.fit,
        ),
    )
}
