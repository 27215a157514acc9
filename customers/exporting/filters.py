"""The filters of an export in words, as its first lines say them."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from customers.models import Branch, City, Merchant

PLACES: dict[str, type[Model]] = {"city": City, "merchant": Merchant, "branch": Branch}
BOUNDS = {"gte": "from", "lte": "to"}


def filters_in_words(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, value) of each filter that is set: claimed_on__gte is "Claimed from".

    `values` are those of a filter set, by their names in the API.
    """
    return [
        (_name(name), _value(name, value))
        for name, value in values.items()
        if value not in (None, "")
    ]


def _name(filter: str) -> str:
    field, _, lookup = filter.partition("__")
    words = field.replace("_", " ").capitalize()
    return f"{words.removesuffix(' on')} {BOUNDS[lookup]}" if lookup else words


def _value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in PLACES and (
        place := PLACES[name]._default_manager.filter(external_id=value).first()
    ):
        return f"{place} ({value})"
    return str(value)
