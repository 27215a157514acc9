"""The Egyptian shopping year: feasts, sales, busy days of the week and growth."""

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from customers.demo.draws import Floats, Ints

DAYS_A_MONTH = 365.25 / 12
WEEKDAYS = (0.85, 0.85, 0.90, 1.25, 1.35, 1.20, 0.95)  # Monday to Sunday

RAMADANS = (
    (date(2024, 3, 11), date(2024, 4, 9)),
    (date(2025, 3, 1), date(2025, 3, 30)),
    (date(2026, 2, 19), date(2026, 3, 19)),
)
FEASTS = (
    (date(2024, 4, 10), date(2024, 4, 14)),  # Eid al-Fitr
    (date(2024, 6, 14), date(2024, 6, 20)),  # Eid al-Adha
    (date(2025, 3, 31), date(2025, 4, 4)),
    (date(2025, 6, 4), date(2025, 6, 10)),
    (date(2026, 3, 20), date(2026, 3, 24)),
    (date(2026, 5, 25), date(2026, 5, 31)),
)


class Season(NamedTuple):
    pull: float  # how much busier than an ordinary day
    offers: tuple[str, str, str]


ORDINARY, RAMADAN, EID, SUMMER, BACK_TO_SCHOOL, WHITE_FRIDAY, YEAR_END = range(7)
SEASONS = (
    Season(1.0, ("Weekend 10% off", "Members' 15% off", "Welcome 20% off")),
    Season(1.3, ("Ramadan 15% off", "Iftar offer", "Ramadan 25% off")),
    Season(1.6, ("Eid 20% off", "Eid gift", "Eid 30% off")),
    Season(1.2, ("Summer 20% off", "Summer 2 for 1", "Summer 30% off")),
    Season(1.1, ("Back to school 10% off", "Back to school gift", "Back to school 20% off")),
    Season(1.6, ("White Friday 30% off", "White Friday 40% off", "White Friday 50% off")),
    Season(1.35, ("Year-end 20% off", "New Year gift", "Year-end 35% off")),
)


def season_of(day: date) -> int:
    """The position in `SEASONS` of one day; feasts come before the seasons of the year."""
    if any(first <= day <= last for first, last in FEASTS):
        return EID
    if any(first <= day <= last for first, last in RAMADANS):
        return RAMADAN
    return _time_of_year(day.month, day.day)


def seasons_of(start: date, days: int) -> Ints:
    """`season_of` for `days` days in a row."""
    return np.array([season_of(start + timedelta(n)) for n in range(days)])


def busyness(start: date, days: int, *, monthly_growth: float) -> Floats:
    """How much is going on each day, relative to an ordinary day at the start."""
    weekday = (start.weekday() + np.arange(days)) % 7
    pull = np.array([season.pull for season in SEASONS])[seasons_of(start, days)]
    growth = (1 + monthly_growth) ** (np.arange(days) / DAYS_A_MONTH)
    busy: Floats = growth * pull * np.array(WEEKDAYS)[weekday]
    return busy


def _time_of_year(month: int, day: int) -> int:
    if month in (7, 8):
        return SUMMER
    if month == 9:
        return BACK_TO_SCHOOL
    if month == 11 and day >= 20:
        return WHITE_FRIDAY
    return YEAR_END if month == 12 and day >= 10 else ORDINARY
