"""The cities of the demo data: where people live and where they travel to shop."""

from typing import NamedTuple

import numpy as np

from customers.demo.draws import Floats

EARTH_RADIUS_KM = 6371.0
SHORT_TRIP_KM = 30.0


class City(NamedTuple):
    name: str
    latitude: float
    longitude: float
    population: int  # thousands, rounded


CITIES = (
    City("Cairo", 30.0444, 31.2357, 10_200),
    City("Alexandria", 31.2001, 29.9187, 5_400),
    City("Giza", 30.0131, 31.2089, 4_400),
    City("Shubra El Kheima", 30.1286, 31.2422, 1_240),
    City("Port Said", 31.2653, 32.3019, 780),
    City("Suez", 29.9668, 32.5498, 750),
    City("Mansoura", 31.0409, 31.3785, 640),
    City("El Mahalla El Kubra", 30.9686, 31.1636, 590),
    City("Tanta", 30.7865, 31.0004, 580),
    City("Asyut", 27.1809, 31.1837, 520),
    City("Faiyum", 29.3084, 30.8428, 480),
    City("Zagazig", 30.5877, 31.5020, 430),
    City("Ismailia", 30.5965, 32.2715, 410),
    City("Aswan", 24.0889, 32.8998, 380),
    City("Damanhur", 31.0341, 30.4682, 310),
    City("Minya", 28.0871, 30.7618, 290),
    City("Damietta", 31.4165, 31.8133, 290),
    City("Luxor", 25.6872, 32.6396, 280),
    City("Qena", 26.1551, 32.7160, 270),
    City("Beni Suef", 29.0661, 31.0994, 260),
    City("Sohag", 26.5591, 31.6957, 250),
    City("Hurghada", 27.2579, 33.8116, 250),
    City("Banha", 30.4660, 31.1848, 190),
    City("Kafr El Sheikh", 31.1107, 30.9388, 180),
)


def populations() -> Floats:
    """Thousands of people in each city, in the order of `CITIES`."""
    return np.array([city.population for city in CITIES], dtype=float)


def distances_km() -> Floats:
    """Great-circle distance between every two cities, by the haversine formula."""
    latitude = np.radians([city.latitude for city in CITIES])
    longitude = np.radians([city.longitude for city in CITIES])
    across = np.sin((longitude[:, None] - longitude) / 2) ** 2
    along = np.sin((latitude[:, None] - latitude) / 2) ** 2
    chord = along + np.cos(latitude)[:, None] * np.cos(latitude) * across
    distance: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(chord))
    return distance


def travel_weights() -> Floats:
    """How much people of one city (row) are drawn to shop in each other city (column).

    The gravity model of trade areas (Reilly, 1931): size over distance, never the own city.
    """
    pull: Floats = np.sqrt(populations()) / (distances_km() + SHORT_TRIP_KM)
    np.fill_diagonal(pull, 0.0)
    return pull
