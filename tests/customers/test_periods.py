"""Periods of time: what a preset means, what comes before it, what a page remembers."""

from datetime import date

import pytest

from customers.forms import PeriodForm, remembered_period
from customers.models import FactsVersion
from customers.periods import Period, preset_period

FIRST, LAST = date(2021, 8, 5), date(2024, 7, 14)
DEFAULT = Period(date(2023, 7, 15), LAST)


class Request:
    """As much of a request as a remembered period needs."""

    def __init__(self, session: dict | None = None, **address: str) -> None:
        self.GET = address
        self.session = {} if session is None else session


def ask(**address: str) -> PeriodForm:
    return PeriodForm(address, facts=FactsVersion(first_day=FIRST, last_day=LAST))


@pytest.mark.parametrize(
    ("preset", "start"),
    [
        ("30d", date(2024, 6, 15)),
        ("90d", date(2024, 4, 16)),
        ("12m", date(2023, 7, 15)),
        ("ytd", date(2024, 1, 1)),
        ("all", FIRST),
    ],
)
def test_a_preset_ends_on_the_last_day_with_activity(preset: str, start: date) -> None:
    assert preset_period(preset, first_day=FIRST, last_day=LAST) == Period(start, LAST)


@pytest.mark.parametrize(
    ("last_day", "start", "days"),
    [
        (date(2024, 2, 29), date(2023, 3, 1), 366),
        (date(2024, 2, 28), date(2023, 3, 1), 365),
        (date(2025, 2, 28), date(2024, 2, 29), 366),
    ],
)
def test_twelve_months_around_a_leap_day(last_day: date, start: date, days: int) -> None:
    period = preset_period("12m", first_day=FIRST, last_day=last_day)
    assert (period.start, period.days) == (start, days)


def test_the_period_before_has_the_same_length() -> None:
    period = Period(date(2024, 3, 1), date(2024, 3, 31))
    assert period.before == Period(date(2024, 1, 30), date(2024, 2, 29))
    assert period.before.days == period.days == 31


@pytest.mark.parametrize(
    ("end", "granularity"),
    [
        (date(2024, 1, 1), "day"),
        (date(2024, 2, 14), "day"),
        (date(2024, 2, 15), "week"),
        (date(2024, 7, 8), "week"),
        (date(2024, 7, 9), "month"),
    ],
)
def test_a_longer_period_is_divided_less_finely(end: date, granularity: str) -> None:
    assert Period(date(2024, 1, 1), end).granularity == granularity


def test_a_period_is_told_in_words() -> None:
    assert str(Period(date(2024, 1, 1), LAST)) == "1 January 2024 to 14 July 2024"


def test_a_custom_period_is_taken_as_it_is() -> None:
    form = ask(period="custom", start="2024-02-01", end="2024-02-01")
    assert form.chosen == Period(date(2024, 2, 1), date(2024, 2, 1))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"period": "custom"}, "Give the first and the last day of the period."),
        ({"period": "custom", "start": "2024-02-01"}, "Give the first and the last day"),
        (
            {"period": "custom", "start": "2024-02-02", "end": "2024-02-01"},
            "The last day can't be before the first.",
        ),
        ({"period": "custom", "start": "0001-01-01", "end": "2024-02-01"}, "between"),
        ({"period": "custom", "start": "2024-02-01", "end": "9999-12-31"}, "between"),
        ({"period": "custom", "start": "30 February", "end": "2024-02-01"}, "valid date"),
        ({"period": "yesterday"}, "Select a valid choice"),
    ],
)
def test_a_period_that_makes_no_sense_is_told_and_the_default_is_shown(
    address: dict[str, str], sentence: str
) -> None:
    form = ask(**address)
    assert form.chosen == DEFAULT
    assert sentence in " ".join(said for field in form.errors.values() for said in field)


def test_without_transactions_the_period_ends_on_the_day_of_the_snapshot() -> None:
    facts = FactsVersion()
    form = PeriodForm({"period": "30d"}, facts=facts)
    assert form.chosen.end == facts.created_at.date()


def test_the_next_page_remembers_the_period() -> None:
    facts = FactsVersion(first_day=FIRST, last_day=LAST)
    request = Request(period="30d")
    remembered_period(request, facts)
    later = remembered_period(Request(request.session), facts)
    assert later.preset == "30d"


def test_the_address_wins_over_what_is_remembered() -> None:
    facts = FactsVersion(first_day=FIRST, last_day=LAST)
    session = {"period": {"period": "30d", "start": "", "end": ""}}
    assert remembered_period(Request(session, period="ytd"), facts).preset == "ytd"
