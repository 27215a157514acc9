"""Numbers and icons as the pages show them."""

import pytest

from ecommerce.templatetags.coterie import get, icon, magnitude, number, percent, signed


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(None, 0, "–"), (0, 0, "0"), (1234, 0, "1,234"), (1234.56, 1, "1,234.6"), (-5, 0, "-5")],
)
def test_number(value: float | None, decimals: int, text: str) -> None:
    assert number(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(None, 0, "–"), (0, 0, "0%"), (0.474, 0, "47%"), (0.4567, 1, "45.7%"), (12.5, 0, "1,250%")],
)
def test_percent(value: float | None, decimals: int, text: str) -> None:
    assert percent(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (None, 2, "–"),
        (0.524, 2, "+0.52"),
        (-0.524, 2, "−0.52"),
        (0, 2, "0.00"),
        (-0.001, 2, "0.00"),
        (0.04, 1, "0.0"),
        (1234.5, 1, "+1,234.5"),
        (-1234.5, 1, "−1,234.5"),
    ],
)
def test_signed(value: float | None, decimals: int, text: str) -> None:
    assert signed(value, decimals) == text


def test_magnitude() -> None:
    assert [magnitude(value) for value in (-0.2, 0.2, None)] == [0.2, 0.2, 0]


def test_a_value_by_a_key_that_is_no_plain_word() -> None:
    assert get({"by-city": 1}, "by-city") == 1
    assert get({}, "by-city") is None


def test_an_icon_is_hidden_from_those_who_listen() -> None:
    assert icon("upload").startswith("<svg")
    assert 'aria-hidden="true"' in icon("upload")
