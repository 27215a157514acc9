"""The kinds of customers in the demo data and how each behaves."""

from dataclasses import dataclass

import numpy as np

from customers.demo.draws import Floats, Ints


@dataclass(frozen=True)
class Archetype:
    """One kind of customer; ranges are whole numbers with both ends included."""

    name: str
    share: float  # of all customers
    transactions: float  # median, at ten transactions per customer
    frequency_spread: float  # standard deviation of the logarithm of the number of transactions
    burn_rate: float
    burn_rate_spread: float  # standard deviation between customers
    merchants: tuple[int, int]
    cities: tuple[int, int]
    idle_days: float  # median days between the last claim and the end
    idle_spread: float  # standard deviation of the logarithm of the idle days; 0: still coming
    tenure_days: tuple[int, int]  # days between joining and the end


ARCHETYPES = (
    Archetype("loyal burner", 0.19, 18, 0.30, 0.88, 0.04, (3, 6), (1, 2), 12, 0.0, (91, 1095)),
    Archetype("deal collector", 0.19, 12, 0.30, 0.14, 0.05, (2, 5), (1, 2), 25, 0.0, (91, 1095)),
    Archetype("lapsed regular", 0.18, 8, 0.30, 0.55, 0.08, (1, 4), (1, 2), 390, 0.17, (450, 1095)),
    Archetype("newcomer", 0.13, 3, 0.25, 0.50, 0.08, (1, 3), (1, 2), 20, 0.0, (4, 90)),
    Archetype("explorer", 0.12, 15, 0.25, 0.52, 0.08, (8, 13), (4, 7), 18, 0.0, (91, 1095)),
    Archetype(
        "one-merchant regular", 0.15, 10, 0.3, 0.62, 0.07, (1, 1), (1, 1), 16, 0.0, (91, 1095)
    ),
    Archetype("never active", 0.04, 0, 0.0, 0.0, 0.0, (1, 1), (1, 1), 0, 0.0, (0, 1095)),
)


def column(name: str) -> Floats:
    """One trait of every archetype, in the order of `ARCHETYPES`."""
    return np.array([getattr(archetype, name) for archetype in ARCHETYPES], dtype=float)


def bounds(name: str) -> Ints:
    """The lowest and highest value of a trait that is a range: shape (n_archetypes, 2)."""
    return np.array([getattr(archetype, name) for archetype in ARCHETYPES], dtype=np.int64)
