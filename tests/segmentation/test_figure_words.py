"""Figures of features as people read them."""

import pytest

from customers.facts.catalogue import CATALOGUE
from segmentation.figure_words import exactly, in_unit


@pytest.mark.parametrize(
    ("feature", "value", "text"),
    [
        ("burn_rate", 0.824, "82%"),
        ("gender_name_Female", 0.5, "50%"),
        ("recency_days", 53.72, "54 days ago"),
        ("recency_days", 1234.4, "1,234 days ago"),
        ("transaction_frequency", 7.94, "7.9"),
        ("transaction_frequency", 99.94, "99.9"),
        ("transaction_frequency", 1234.4, "1,234"),
        ("merchant_frequency", 1.24, "1.2"),
        ("tenure_days", 1.2, "1 day"),
        ("trend", -0.354, "−0.35"),
        ("trend", 0.2, "+0.20"),
        ("trend", 0.001, "0"),
        ("amount_total", 1234.5, "1,234 EGP"),
        ("amount_per_burn", 34.56, "34.6 EGP"),
    ],
)
def test_a_figure_is_told_in_its_unit(feature: str, value: float, text: str) -> None:
    assert in_unit(CATALOGUE[feature], value) == text


@pytest.mark.parametrize(
    ("feature", "value", "text"),
    [
        ("burn_rate", 0.5, "50%"),
        ("burn_rate", 0.625, "62.5%"),
        ("burn_rate", 1 / 3, "33.3%"),
        ("burn_rate", 1, "100%"),
        ("merchant_frequency", 2.0, "2"),
        ("transaction_frequency", 1200.0, "1,200"),
        ("claims_per_month", 2.25, "2.25"),
        ("recency_days", 200.0, "200 days ago"),
        ("recency_days", 1.0, "1 day ago"),
        ("recency_days", 0.0, "today"),
        ("trend", -0.5, "−0.5"),
        ("amount_total", 99.9, "99.9 EGP"),
    ],
)
def test_a_limit_has_the_decimals_it_needs(feature: str, value: float, text: str) -> None:
    assert exactly(CATALOGUE[feature], value) == text
