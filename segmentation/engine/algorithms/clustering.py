"""What every clustering algorithm returns, and the rules all of them share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from sklearn.neighbors import KNeighborsClassifier

NOISE = -1

# Equal customers can differ by rounding once they were scaled and reduced.
ROUNDING = 1e-9

MOST_FOUND = 500  # clusters
GLANCE = 1_000  # rows that nearly always hold enough different ones


class NotFittable(ValueError):
    """The customers can't be clustered as asked; the text says what to do."""


class TooFewCustomers(NotFittable):
    """Fewer different customers than requested segments."""


class TooManyClusters(NotFittable):
    """An algorithm that finds the number has found more than anybody can use."""


@dataclass(frozen=True, eq=False)
class Predictor:
    """Tells the cluster of customers who were not there when the clusters were found."""

    model: Any  # a fitted scikit-learn estimator with `predict`
    numbers: np.ndarray  # (raw labels + 1,) int64: our number of each, the last keeps noise -1

    @property
    def is_nearest(self) -> bool:
        """Each customer joins the cluster of the nearest fitted customer, noise included."""
        return isinstance(self.model, KNeighborsClassifier)

    def predict(self, values: np.ndarray) -> np.ndarray:
        """The (m,) clusters of (m, d) values, numbered as in the clustering; -1 = noise."""
        if not len(values):
            return np.empty(0, dtype=np.int64)
        predicted: np.ndarray = self.numbers[self.model.predict(values)]
        return predicted

    def to_dict(self) -> dict[str, Any]:
        """What has to be stored of it: an estimator and an array, nothing of our own."""
        return {"model": self.model, "numbers": self.numbers}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Predictor":
        """The predictor that to_dict took apart."""
        return cls(stored["model"], stored["numbers"])


@dataclass(frozen=True, eq=False)
class Clustering:
    """Which cluster each customer belongs to; cluster 0 is the largest."""

    labels: np.ndarray  # (n,) int64, -1 = noise
    centers: np.ndarray  # (clusters, d): means of the members in the space that was clustered
    predictor: Predictor
    inertia: float | None = None  # sum of squared distances to the own center; K-means only
    bic: float | None = None  # mixtures only, of the customers it was fitted on; lower is better
    aic: float | None = None
    parameters: dict[str, Any] = field(default_factory=dict)  # those used, found ones filled in
    curves: dict[str, Any] = field(default_factory=dict)  # what pages draw, as plain JSON


class Fit(Protocol):
    """Cluster (n, d) values exactly: once per number of clusters, in the order given.

    An algorithm that finds the number takes () and clusters once. Raises BadSettings for
    parameters that are not its own, and TooFewCustomers at the first number that is too large.
    """

    def __call__(
        self,
        values: np.ndarray,
        *,
        clusters: tuple[int, ...],
        parameters: Mapping[str, Any],
        seed: int,
    ) -> Iterator[Clustering]: ...


class Thin(Protocol):
    """The parameters that suit (m, d) `fewer` of the (n, d) values as these suit all of them.

    With `is_anew` the fewer lie in a space of their own, as on another t-SNE map, whose unit is
    another one.
    """

    def __call__(
        self,
        parameters: Mapping[str, Any],
        values: np.ndarray,
        fewer: np.ndarray,
        *,
        is_anew: bool = False,
    ) -> Mapping[str, Any]: ...


def as_they_are(
    parameters: Mapping[str, Any],
    values: np.ndarray,
    fewer: np.ndarray,
    *,
    is_anew: bool = False,
) -> Mapping[str, Any]:
    """For algorithms whose parameters do not depend on how many customers there are."""
    return parameters


def require_customers(values: np.ndarray, clusters: int) -> None:
    """Raise TooFewCustomers when (n, d) values hold fewer different rows than `clusters`."""
    tolerance = ROUNDING * float(np.abs(values).max(initial=0.0))
    # Nearly always the first customers settle it, and a million need not be compared.
    if _different_rows(values[:GLANCE], clusters, tolerance) == clusters:
        return
    found = _different_rows(values, clusters, tolerance)
    if found < clusters:
        raise TooFewCustomers(
            f"{clusters} segments need at least {clusters} customers who differ in the chosen "
            f"features; there {'is' if found == 1 else 'are'} only {found}. "
            "Choose fewer segments or more features."
        )


def numbering(labels: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """The new number of each cluster: from the largest down, equal sizes by their centers.

    Takes (n,) labels in 0..k-1 or -1 and (k, d) centers. Returns (k + 1,): the last entry is -1,
    so that `numbering(...)[labels]` keeps noise as it is.
    """
    sizes = np.bincount(labels[labels != NOISE], minlength=len(centers))
    order = np.lexsort((*centers.T[::-1], -sizes))
    numbers = np.empty(len(order) + 1, dtype=np.int64)
    numbers[order] = np.arange(len(order))
    numbers[NOISE] = NOISE
    return numbers


def by_size(labels: np.ndarray, centers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The labels and centers in the order of numbering()."""
    numbers = numbering(labels, centers)
    return numbers[labels], centers[np.argsort(numbers[:-1])]


def means(values: np.ndarray, labels: np.ndarray, clusters: int) -> np.ndarray:
    """(clusters, d): the mean of the members of each cluster; every cluster needs a member."""
    member = labels != NOISE
    labels, values = (labels, values) if member.all() else (labels[member], values[member])
    sizes = np.bincount(labels, minlength=clusters)
    sums = [np.bincount(labels, column, minlength=clusters) for column in values.T]
    return np.column_stack(sums) / sizes[:, None]


def joined_by_nearest(
    values: np.ndarray, labels: np.ndarray, parameters: dict[str, Any], curves: dict[str, Any]
) -> Clustering:
    """The clustering of an algorithm that gives (n,) labels and no rule for other customers.

    Others join the cluster of the nearest of the n customers (Fix and Hodges 1951), noise too.
    Raises TooManyClusters beyond 500.
    """
    labels = labels.astype(np.int64)
    clusters = int(labels.max(initial=NOISE)) + 1
    if clusters > MOST_FOUND:
        raise TooManyClusters(
            f"That finds {clusters:,} segments, and nobody can work with more than {MOST_FOUND}."
            " Choose a larger distance, more neighbours or a larger smallest segment."
        )
    labels, centers = by_size(labels, means(values, labels, clusters))
    model = KNeighborsClassifier(n_neighbors=1).fit(values, labels)
    predictor = Predictor(model, np.append(np.arange(clusters), NOISE))
    return Clustering(labels, centers, predictor, parameters=parameters, curves=curves)


def _different_rows(values: np.ndarray, enough: int, tolerance: float) -> int:
    """Count different rows, but no further than `enough`: sorting a million rows takes seconds."""
    remaining, found = values, 0
    while len(remaining) and found < enough:
        remaining = remaining[(np.abs(remaining - remaining[0]) > tolerance).any(axis=1)]
        found += 1
    return found
