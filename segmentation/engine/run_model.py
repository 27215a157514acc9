"""The model that a run keeps: from a customer's features, as a person reads them, to a segment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import KNeighborsClassifier

from segmentation.engine.algorithms.clustering import NOISE, Predictor
from segmentation.engine.features import Features
from segmentation.engine.missing import fill_with
from segmentation.engine.person import value_grid
from segmentation.engine.preparing import Preparation, Prepared
from segmentation.engine.reductions import Reduced
from segmentation.engine.sampling import sample_rows

KEPT_ROWS = 20_000  # customers that a nearest-neighbour rule keeps


@dataclass(frozen=True)
class Assignment:
    """How customers who come later find their segment."""

    rule: str  # a sentence
    agreement: float | None  # adjusted Rand index on held-out customers; None: the model's own rule


@dataclass(frozen=True, eq=False)
class RunModel:
    """Preparation, reduction and predictor of the recommended candidate, as one function."""

    names: tuple[str, ...]  # (p,) features, in this order
    indicators: frozenset[str]
    fills: Mapping[str, float]  # {feature: what a missing value counts as}
    preparation: Preparation
    reduction: Any  # a fitted scikit-learn transformer, or None
    predictor: Predictor
    # {feature: values that customers have, ascending}: what is tried for "what would move them".
    grid: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def predict(self, values: np.ndarray) -> np.ndarray:
        """Segments (m,) int64, -1 = noise, of (m, p) values in the features' own units."""
        if not len(values):
            return np.empty(0, dtype=np.int64)
        customers = Features(
            np.arange(len(values)),
            self.names,
            fill_with(values, self.names, self.fills),
            self.indicators,
        )
        prepared, _ = self.preparation.apply(customers)
        reduced = prepared if self.reduction is None else self.reduction.transform(prepared)
        return self.predictor.predict(reduced)

    def to_dict(self) -> dict[str, Any]:
        """Estimators, arrays and plain values, for a model file."""
        return {
            "names": list(self.names),
            "indicators": sorted(self.indicators),
            "fills": dict(self.fills),
            "preparation": self.preparation.to_dict(),
            "reduction": self.reduction,
            "predictor": self.predictor.to_dict(),
            "grid": {name: np.asarray(values) for name, values in self.grid.items()},
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "RunModel":
        return cls(
            names=tuple(stored["names"]),
            indicators=frozenset(stored["indicators"]),
            fills=stored["fills"],
            preparation=Preparation.from_dict(stored["preparation"]),
            reduction=stored["reduction"],
            predictor=Predictor.from_dict(stored["predictor"]),
            # Models that were written before there was a grid have none.
            grid={name: values.tolist() for name, values in stored.get("grid", {}).items()},
        )


def run_model(
    features: Features,
    prepared: Prepared,
    reduced: Reduced,
    predictor: Predictor,
    labels: np.ndarray,
    *,
    fills: Mapping[str, float],
    seed: int,
) -> tuple[RunModel, Assignment]:
    """The model of a candidate with its (n,) labels, and how it assigns customers who come later.

    A t-SNE map has no place for new customers; they join the segment of the customer who is most
    like them in the features.
    """
    on_map = reduced.model is None and reduced.values is not prepared.values
    if on_map:
        predictor = _nearest(prepared.values, labels, sample_rows(len(labels), KEPT_ROWS, seed))
    model = RunModel(
        features.names,
        features.indicators,
        fills,
        prepared.preparation,
        None if on_map else reduced.model,
        predictor,
        value_grid(features, labels),
    )
    if not isinstance(predictor.model, KNeighborsClassifier):
        return model, Assignment("Customers who come later are assigned by the model itself.", None)
    values = prepared.values if on_map else reduced.values
    return model, Assignment(
        "Customers who come later join the segment of the customer who is most like them.",
        _held_out(values, labels, seed),
    )


def _nearest(values: np.ndarray, labels: np.ndarray, rows: np.ndarray) -> Predictor:
    model = KNeighborsClassifier(1).fit(values[rows], labels[rows])
    # Raw labels are the segments' numbers already; the last entry is that of noise.
    return Predictor(model, np.append(np.arange(int(labels.max()) + 1), NOISE))


def _held_out(values: np.ndarray, labels: np.ndarray, seed: int) -> float | None:
    """Half of the kept customers assign the other half."""
    rows = sample_rows(len(labels), KEPT_ROWS, seed)
    rows = np.random.default_rng(seed).permutation(rows)
    known, others = rows[::2], rows[1::2]
    if not len(others):
        return None
    model = KNeighborsClassifier(1).fit(values[known], labels[known])
    return float(adjusted_rand_score(labels[others], model.predict(values[others])))
