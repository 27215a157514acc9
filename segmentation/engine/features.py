"""What is known about each customer, as the numbers a segmentation works on."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


class InvalidFeatures(ValueError):
    """The numbers handed over cannot be segmented as they are."""


class NoFeatureLeft(ValueError):
    """Every feature is the same for everybody."""


@dataclass(frozen=True, eq=False)
class Features:
    """One row per customer, one column per feature, in the unit each feature is shown in.

    Raises InvalidFeatures when the parts do not fit together, a number is missing or infinite, a
    customer or a feature occurs twice, or an indicator holds anything but 0 and 1.
    """

    customer_ids: np.ndarray  # (n,) int64, each once
    names: tuple[str, ...]  # (p,)
    values: np.ndarray  # (n, p) float64, finite
    indicators: frozenset[str]  # names of 0/1 columns: left unscaled

    def __post_init__(self) -> None:
        _check_shape(self)
        _check_names(self)
        _check_numbers(self)

    def column(self, name: str) -> np.ndarray:
        """The (n,) values of one feature; raises InvalidFeatures when there is no such feature."""
        if name not in self.names:
            known = ", ".join(self.names)
            raise InvalidFeatures(f"There is no feature “{name}”. Known ones: {known}.")
        column: np.ndarray = self.values[:, self.names.index(name)]
        return column

    def select(self, names: Iterable[str]) -> "Features":
        """The same customers with these features only, in the order asked for.

        Raises InvalidFeatures for a name that is not there.
        """
        wanted = tuple(names)
        columns = [self.column(name) for name in wanted]
        values = np.column_stack(columns) if columns else self.values[:, :0]
        return Features(self.customer_ids, wanted, values, self.indicators & set(wanted))


def without_constant(features: Features) -> tuple[Features, dict[str, str]]:
    """Leave out the features that are equal for everybody, and say why for each.

    Returns the remaining features and {name: reason}. Raises NoFeatureLeft when nothing remains.
    """
    lowest, highest = features.values.min(axis=0), features.values.max(axis=0)
    left_out = {
        name: f"Every customer has the same value ({low:g})."
        for name, low, high in zip(features.names, lowest, highest, strict=True)
        if low == high
    }
    kept = [name for name in features.names if name not in left_out]
    if not kept:
        raise NoFeatureLeft(
            "No feature tells the customers apart: each one has the same value for everybody. "
            "Include other features or import more customers."
        )
    return (features.select(kept) if left_out else features), left_out


def _check_shape(features: Features) -> None:
    customers, names = len(features.customer_ids), len(features.names)
    if customers == 0:
        raise InvalidFeatures("There are no customers to segment. Import customers first.")
    if features.values.shape != (customers, names):
        raise InvalidFeatures(
            f"{customers} customers with {names} features need a table of {customers} x {names} "
            f"numbers, but its shape is {features.values.shape}."
        )


def _check_names(features: Features) -> None:
    twice = sorted({name for name in features.names if features.names.count(name) > 1})
    if twice:
        raise InvalidFeatures(f"These features occur more than once: {', '.join(twice)}.")
    strangers = sorted(features.indicators - set(features.names))
    if strangers:
        raise InvalidFeatures(f"These yes/no features have no column: {', '.join(strangers)}.")
    # Sorting is ten times faster than numpy's unique on a million ids.
    if (np.diff(np.sort(features.customer_ids)) == 0).any():
        raise InvalidFeatures("Some customers occur more than once.")


def _check_numbers(features: Features) -> None:
    missing = ~np.isfinite(features.values).all(axis=0)
    if missing.any():
        names = [name for name, gap in zip(features.names, missing, strict=True) if gap]
        raise InvalidFeatures(f"Some customers have no number for: {', '.join(names)}.")
    for name in sorted(features.indicators):
        column = features.column(name)
        if not ((column == 0) | (column == 1)).all():
            raise InvalidFeatures(f"“{name}” is a yes/no feature but holds more than 0 and 1.")
