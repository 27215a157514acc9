"""Periods of time that pages look at, and how finely a chart divides them."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Period:
    """From the morning of `start` to the evening of `end`."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def before(self) -> "Period":
        """The period of the same length that ends the day before this one starts."""
        first = max(self.start.toordinal() - self.days, 1)
        return Period(date.fromordinal(first), date.fromordinal(max(self.start.toordinal() - 1, 1)))

    @property
    def granularity(self) -> str:
        """How a time axis divides it: "day", "week" or "month"."""
        if self.days <= 45:
            return "day"
        return "week" if self.days <= 190 else "month"

    def __str__(self) -> str:
        return f"{in_words(self.start)} to {in_words(self.end)}"


def in_words(day: date) -> str:
    """14 July 2024"""
    return f"{day.day} {day:%B %Y}"


# Each ends on the last day with activity, so that a record that stopped still has a last year.
PRESETS = {
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    "12m": "Last 12 months",
    "ytd": "This year",
    "all": "All time",
    "custom": "Custom",
}
DEFAULT_PRESET = "12m"


def preset_period(preset: str, *, first_day: date, last_day: date) -> Period:
    """The period a preset means for records from `first_day` to `last_day`."""
    starts = {
        "30d": last_day - timedelta(days=29),
        "90d": last_day - timedelta(days=89),
        "12m": _a_year_before(last_day) + timedelta(days=1),
        "ytd": last_day.replace(month=1, day=1),
        "all": first_day,
    }
    return Period(starts[preset], last_day)


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
