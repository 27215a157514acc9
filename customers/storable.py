"""Texts of strangers as a database, a page and a file can hold them."""

import re

HALVES = re.compile("[\ud800-\udfff]")  # also how Python keeps bytes that are no UTF-8


def storable(text: str) -> str:
    """A text without halves of characters, which can't be encoded, and without NUL."""
    return HALVES.sub("\ufffd", text).replace("\0", "␀")
