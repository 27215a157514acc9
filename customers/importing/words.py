"""What people write into cells, lower case, and what is stored for it."""

from collections.abc import Mapping

from customers.importing.sql import ARABIC_FORMS

_FOLDED = str.maketrans(ARABIC_FORMS[0], ARABIC_FORMS[1] + "\0") | {ord("\0"): None}


def fold(text: str) -> str:
    """A text without case, and with one form of each Arabic letter."""
    return text.lower().translate(_FOLDED).replace("\0", "")


def one_for_each(words: Mapping[str, str]) -> list[str]:
    """One word for each value that words stand for: the value itself where it is such a word."""
    first: dict[str, str] = {}
    for word, stored in words.items():
        first.setdefault(stored, word)
    # The words for yes and no are stored as digits, which say nothing to a reader.
    return [
        stored if stored.isalpha() and stored.lower() in words else word
        for stored, word in first.items()
    ]


CLAIMED = ("subscribed", "claimed", "open", "issued", "outstanding", "مفتوح")
BURNT = ("burned", "burnt", "redeemed", "used", "مستخدم")
STATUS_WORDS = dict.fromkeys(CLAIMED, "claimed") | dict.fromkeys(BURNT, "burnt")
UNKNOWN = ("unknown", "u", "other", "-", "n/a", "na", "none", "غير معروف", "غير محدد")
GENDER_WORDS = (
    dict.fromkeys(("female", "f", "woman", "w", "أنثى", "انثى"), "Female")
    | dict.fromkeys(("male", "m", "man", "ذكر"), "Male")
    | dict.fromkeys(UNKNOWN, "Unknown")
)
YES = ("yes", "y", "true", "1", "on", "نعم")
NO = ("no", "n", "false", "0", "off", "لا")
YES_OR_NO = dict.fromkeys(YES, "1") | dict.fromkeys(NO, "0")
