"""What a program or a command says about the columns of a file, as JSON."""

import json
from typing import Any

from customers.importing.mapping import BadMapping

NOT_JSON = "The mapping is not JSON: {0}"
NOT_AN_OBJECT = "A mapping is a JSON object with an object for each sheet or file."
TOO_DEEP = "The mapping is nested too deeply."
NO_TEXT = "The mapping has a character or a number that can't be kept. Write it anew."


def mapping_from_json(text: str) -> dict[str, Any]:
    """The mapping that a text is; what it may say is in `customers.importing.mapping`.

    Raises BadMapping with what is wrong with the text; what it says is checked with the file.
    """
    try:
        mapping = json.loads(text)
    except RecursionError as error:
        raise BadMapping(TOO_DEEP) from error
    except ValueError as error:
        raise BadMapping(NOT_JSON.format(error)) from error
    return storable_mapping(mapping)


def storable_mapping(mapping: object) -> dict[str, Any]:
    """The mapping, if a database can keep it. Raises BadMapping."""
    if not isinstance(mapping, dict):
        raise BadMapping(NOT_AN_OBJECT)
    try:
        kept = json.dumps(mapping, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:  # NaN, or half of a character
        raise BadMapping(NO_TEXT) from error
    if b"\\u0000" in kept:
        raise BadMapping(NO_TEXT)
    return mapping
