"""The merchants of the demo data, what they sell and where their branches stand."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from customers.demo.draws import Floats, Ints, cumulative
from customers.demo.places import CITIES, populations

LARGEST_CHAIN = 75  # branches
CHAIN_DECLINE = 0.7  # the chain of rank r has LARGEST_CHAIN / r ** CHAIN_DECLINE branches


class Category(NamedTuple):
    typical_amount: float  # EGP, the median bill
    amount_spread: float  # standard deviation of the logarithm of the bill
    offers: tuple[str, str, str]
    merchants: tuple[str, ...]


CATEGORIES = (
    Category(
        340.0,
        0.55,
        ("10% off your basket", "Free delivery", "50 EGP off 500 EGP"),
        ("Nile Basket", "Bab El Kheir Market", "Green Feddan", "Corniche Grocers"),
    ),
    Category(
        190.0,
        0.60,
        ("Vitamins buy 1 get 1", "10% off skincare", "Free delivery"),
        ("Lotus Leaf Pharmacy", "Dawaa Corner", "Shifa Lane Pharmacy", "Ibn Rushd Pharmacies"),
    ),
    Category(
        680.0,
        0.50,
        ("Buy 2 get 1 free", "20% off new arrivals", "100 EGP off 800 EGP"),
        ("Qutn & Co", "Delta Threads", "Nassma Wear", "Galabeya House", "Little Falcon Kids"),
    ),
    Category(
        120.0,
        0.40,
        ("Free coffee", "2 for 1 coffee", "Free dessert"),
        ("Ahwa Corner", "Cardamom Yard", "Felucca Coffee", "Mint & Sugar"),
    ),
    Category(
        270.0,
        0.45,
        ("Free dessert", "Kids eat free", "15% off dinner"),
        ("Koshary Square", "Taboon Street", "Fayrouz Grill", "Bahary Fish House"),
    ),
    Category(
        150.0,
        0.45,
        ("Free dessert", "Half a kilo free", "2 for 1 ice cream"),
        ("Basbousa Lab", "Om Ali Kitchen", "Sugar Cane Alley"),
    ),
    Category(
        1900.0,
        0.75,
        ("5% off any device", "Accessories 25% off", "Free screen protector"),
        ("Volt Masr", "Amper Store", "Pixel Souq", "Sphinx Mobile"),
    ),
    Category(
        310.0,
        0.50,
        ("Free hand treatment", "20% off perfumes", "Buy 2 get 1 free"),
        ("Kohl Studio", "Henna & Rose", "Jasmine Bar"),
    ),
    Category(
        750.0,
        0.65,
        ("Free delivery", "15% off kitchenware", "100 EGP off 800 EGP"),
        ("Beit Sakan", "Khayamiya Home", "Sandalwood Living", "Tiled Courtyard"),
    ),
    Category(
        560.0,
        0.55,
        ("20% off running shoes", "Free gym bag", "Buy 2 get 1 free"),
        ("Wadi Sports", "Delta Marathon", "Oasis Gym Gear"),
    ),
    Category(
        210.0,
        0.50,
        ("3 for 2 books", "10% off school bags", "Free gift wrapping"),
        ("Papyrus Books", "Alef Ba Toys"),
    ),
)
MERCHANTS = tuple(name for category in CATEGORIES for name in category.merchants)


@dataclass(frozen=True)
class Branches:
    """Every branch, ordered by city and then by merchant; positions are counted from 0."""

    merchant: Ints  # (n_branches,) position in MERCHANTS
    city: Ints  # (n_branches,) position in CITIES
    shares: Floats  # (n_cities, n_branches + 1) cumulative custom of the branches in each city


def merchant_categories() -> Ints:
    """The position in `CATEGORIES` of each merchant's trade."""
    return np.repeat(np.arange(len(CATEGORIES)), [len(c.merchants) for c in CATEGORIES])


def open_branches(rng: np.random.Generator) -> Branches:
    """Places the branches: more in large cities, every large chain in every city."""
    sizes = _chain_sizes(rng)
    merchant = np.repeat(np.arange(len(sizes)), sizes)
    city = np.concatenate([_branch_cities(rng, size) for size in sizes])
    order = np.lexsort((merchant, city))
    merchant, city = merchant[order], city[order]
    return Branches(merchant, city, _custom_by_city(merchant, city, sizes))


def branch_names(branches: Branches) -> list[str]:
    """One name per branch; a merchant's second branch in a city is numbered 2, and so on."""
    names: list[str] = []
    seen: dict[str, int] = {}
    for merchant, city in zip(branches.merchant, branches.city, strict=True):
        name = f"{MERCHANTS[merchant]} {CITIES[city].name}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return names


def _chain_sizes(rng: np.random.Generator) -> Ints:
    rank = rng.permutation(len(MERCHANTS)) + 1
    return np.round(LARGEST_CHAIN / rank**CHAIN_DECLINE).astype(np.int64)


def _branch_cities(rng: np.random.Generator, size: int) -> Ints:
    everywhere = np.arange(len(CITIES))
    # Every city needs shops of its own; chains that can afford it are in each.
    settled = everywhere if size >= len(CITIES) else everywhere[:0]
    crowd = np.sqrt(populations())
    drawn = rng.choice(everywhere, size=size - len(settled), p=crowd / crowd.sum())
    return np.concatenate([settled, drawn])


def _custom_by_city(merchant: Ints, city: Ints, sizes: Ints) -> Floats:
    shop = city * len(MERCHANTS) + merchant
    _, which, branches_here = np.unique(shop, return_inverse=True, return_counts=True)
    # A large chain is popular, but its branches in one city share that custom.
    custom = np.sqrt(sizes[merchant]) / branches_here[which]
    return cumulative(custom * (city == np.arange(len(CITIES))[:, None]))
