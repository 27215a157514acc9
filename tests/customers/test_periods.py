"""Periods of time: what a preset means, what comes before it, what a page remembers."""

from datetime import date

import pytest
from django.http import QueryDict
from django.utils.http import urlencode

from customers.forms import PeriodForm, remember_period, remembered_period
from customers.models import FactsVersion
from customers.periods import Period, preset_period

FIRST, LAST = date(2021, 8, 5), date(2024, 7, 14)
DEFAULT = Period(date(2023, 7, 15), LAST)


class Request:
    """As much of a request as a remembered period needs."""

    def __init__(self, session: dict | None = None, **address: str) -> None:
        self.GET = QueryDict(urlencode(address))
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


@pytest.mark.parametrize("first", [date.min, date(1, 2, 1)])
def test_before_the_first_year_there_is_no_earlier_day(first: date) -> None:
    before = Period(first, date(2024, 3, 31)).before
    assert before.start == date.min
    assert before.end <= first


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
    ("start", "end", "period"),
    [
        ("0001-01-01", "9999-12-31", Period(FIRST, LAST)),
        ("0001-01-01", "2021-08-05", Period(FIRST, FIRST)),
        ("2024-07-14", "2024-07-15", Period(LAST, LAST)),
    ],
)
def test_a_custom_period_ends_where_the_records_end(start: str, end: str, period: Period) -> None:
    assert ask(period="custom", start=start, end=end).chosen == period


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"period": "custom"}, "Give the first and the last day of the period."),
        ({"period": "custom", "start": "2024-02-01"}, "Give the first and the last day"),
        (
            {"period": "custom", "start": "2024-02-02", "end": "2024-02-01"},
            "The last day can't be before the first.",
        ),
        (
            {"period": "custom", "start": "0001-01-01", "end": "2021-08-04"},
            "Nothing happened in this period. Records run from 5 August 2021 to 14 July 2024.",
        ),
        (
            {"period": "custom", "start": "2024-07-15", "end": "9999-12-31"},
            "Nothing happened in this period. Records run from 5 August 2021 to 14 July 2024.",
        ),
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


def remembered_after(**address: str) -> str:
    """What the next page looks at after a page of this address."""
    request = Request(period="90d")
    remember_period(request, ask(period="90d"))
    later = Request(request.session, **address)
    remember_period(later, ask(**address))
    return remembered_period(Request(later.session))


def test_the_next_page_remembers_the_period() -> None:
    chosen = {"period": "custom", "start": "2024-02-01", "end": "2024-02-29"}
    assert remembered_after(**chosen) == "period=custom&start=2024-02-01&end=2024-02-29"


@pytest.mark.parametrize(
    "address", [{}, {"start": "2024-02-01"}, {"period": "yesterday"}, {"period": "custom"}]
)
def test_an_address_that_is_no_period_is_not_remembered(address: dict[str, str]) -> None:
    assert remembered_after(**address) == "period=90d"


def test_before_the_first_visit_nothing_is_remembered() -> None:
    assert remembered_period(Request()) == ""
