"""Of when the figures are, as every page says it."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.timesince import timesince

from customers.models import FactsVersion
from customers.operations.facts import facts_are_stale
from customers.periods import in_words


@dataclass(frozen=True)
class Freshness:
    sentence: str
    is_stale: bool


def freshness() -> Freshness | None:
    """Nothing before the first figures exist."""
    version = FactsVersion.objects.current()
    if version is None:
        return None
    made = f"Figures made {timesince(version.created_at, timezone.now(), depth=1)} ago"
    until = f", activity until {in_words(version.last_day)}" if version.last_day else ""
    stale = facts_are_stale()
    more = ". Newer records are being added." if stale else "."
    return Freshness(f"{made}{until}{more}", stale)
