"""Of when the figures are, as every page says it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.timesince import timesince

from customers.models import FactsVersion
from customers.operations.facts import facts_are_stale
from customers.periods import in_words

# Longer without a claim or a burn than a shop is usually closed.
QUIET_DAYS = 14
A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Freshness:
    """`is_stale`: newer records exist, or none have come for long."""

    sentence: str
    is_stale: bool


def freshness() -> Freshness | None:
    """Nothing before the first figures exist."""
    version = FactsVersion.objects.current()
    if version is None:
        return None
    made = f"Figures made {_ago(version.created_at)}"
    if facts_are_stale():
        return Freshness(f"{made}. Newer records follow within five minutes.", is_stale=True)
    if version.last_day is None:
        return Freshness(f"{made}.", is_stale=False)
    quiet = (timezone.localdate() - version.last_day).days
    since = f", {quiet:,} days ago" if quiet > QUIET_DAYS else ""
    until = f"Last activity {in_words(version.last_day)}{since}."
    return Freshness(f"{made}. {until}", is_stale=quiet > QUIET_DAYS)


def _ago(moment: datetime) -> str:
    now = timezone.now()
    return "just now" if now - moment < A_MINUTE else f"{timesince(moment, now, depth=1)} ago"
