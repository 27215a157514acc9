"""Figures of features, and rules made of them, as people read them."""

from functools import partial

from django.conf import settings

from customers.facts.catalogue import CATALOGUE, Feature, Kind
from segmentation.engine.rules import FeatureWords, Wording, rule_from_dict, rule_in_words
from segmentation.models import Segment

TODAY = "today"  # the as-of date
ONE_OF_MANY = {
    "transactions": "transaction",
    "merchants": "merchant",
    "cities": "city",
    "branches": "branch",
    "coupons": "coupon",
    "claims": "claim",
}


def rule_words(segment: Segment) -> str:
    """The rule of a segment in words; empty for one of an earlier version, which has none."""
    return rule_in_words(rule_from_dict(segment.rule), WORDING) if segment.rule else ""


def in_unit(feature: Feature, value: float) -> str:
    """An average as people read it: 82%, 54 days ago, 7.9"""
    match feature.kind:
        case Kind.SHARE | Kind.INDICATOR:
            return f"{value:.0%}"
        case Kind.BALANCE:
            return f"{round(value, 2) + 0.0:+.2f}".replace("-", "−").replace("+0.00", "0")
    whole = feature.suffix or value >= 100
    return _with_unit(feature, f"{value:,.{0 if whole else 1}f}")


def exactly(feature: Feature, value: float) -> str:
    """A limit, or one customer's value, with the decimals it has: 62.5%, 7, 2.5 days"""
    if feature.kind in (Kind.SHARE, Kind.INDICATOR):
        return f"{_plain(100 * value, 1)}%"
    if value == 0 and feature.name == "recency_days":
        return TODAY
    return _with_unit(feature, _plain(value, 2).replace("-", "−"))


def counted(feature: Feature, value: float) -> str:
    """2 cities, 1 outstanding coupon"""
    number = exactly(feature, value)
    words = feature.label.lower()
    for many, one in ONE_OF_MANY.items() if number == "1" else ():
        words = words.replace(many, one)
    return f"{number} {words}"


def _words(feature: Feature) -> FeatureWords:
    """A count is said with what is counted: more than 2 cities, not cities more than 2."""
    written = partial(exactly, feature)
    if feature.kind != Kind.NUMBER or feature.suffix:
        none = f"{feature.label} {TODAY}" if feature.name == "recency_days" else ""
        return FeatureWords(feature.label, written, none=none)
    return FeatureWords(
        feature.label, written, partial(counted, feature), f"no {feature.label.lower()}"
    )


WORDING: Wording = {name: _words(feature) for name, feature in CATALOGUE.items()}


def _plain(value: float, decimals: int) -> str:
    """With at most so many decimals, and none that says nothing."""
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".rstrip("0").rstrip(".")


def _with_unit(feature: Feature, number: str) -> str:
    if feature.kind == Kind.MONEY:
        return f"{number} {settings.CURRENCY}"
    return number + (feature.suffix.replace("days", "day") if number == "1" else feature.suffix)
