"""The questions of the overview, each one query over the snapshot.

A claim counts on the day it was made and a burn on the day of the burn, so one coupon may be a
claim of one period and a burn of a later one.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb

from customers.periods import Period

Facts = duckdb.DuckDBPyConnection
TOP = 10
OTHER = "Other"
EVENTS = """
    events AS (
        SELECT claimed_on AS day, 1 AS claim, 0 AS burn, * EXCLUDE (claimed_on, burnt_on)
        FROM transactions WHERE claimed_on BETWEEN $start AND $end
        UNION ALL
        SELECT burnt_on AS day, 0 AS claim, 1 AS burn, * EXCLUDE (claimed_on, burnt_on)
        FROM transactions WHERE burnt_on BETWEEN $start AND $end
    )
"""
DIMENSIONS = {
    "city": "SELECT id, name FROM cities",
    "merchant": "SELECT id, name FROM merchants",
    "branch": """
        SELECT b.id, coalesce(nullif(b.name, ''), m.name || ' ' || b.external_id) AS name
        FROM branches b JOIN merchants m ON m.id = b.merchant_id
    """,
}
LOYALTY_BANDS = ("0", "1", "2", "3", "4", "5", "6 to 10", "11 and more")


@dataclass(frozen=True)
class Totals:
    """The figures of one period; `outstanding` and `customers` are as of its last evening."""

    customers: int
    joined: int
    active: int
    claims: int
    burns: int
    outstanding: int
    days_to_burn: float | None

    @property
    def burn_rate(self) -> float | None:
        """Burns / claims of the period, 0 to 1 and above; None without a claim."""
        return self.burns / self.claims if self.claims else None


@dataclass(frozen=True)
class Activity:
    """Claims and burns of one stretch of time or one place."""

    label: str
    claims: int
    burns: int


@dataclass(frozen=True)
class Count:
    label: str
    customers: int


def totals(facts: Facts, period: Period) -> Totals:
    row = _rows(
        facts,
        f"""
        WITH {EVENTS},
        people AS (
            SELECT count(*) AS customers,
                count(*) FILTER (joined_on >= $start) AS joined
            FROM customers WHERE joined_on <= $end OR joined_on IS NULL
        ),
        coupons AS (
            SELECT count(*) FILTER (claimed_on <= $end AND (burnt_on IS NULL OR burnt_on > $end))
                    AS outstanding,
                median(date_diff('day', claimed_on, burnt_on))
                    FILTER (burnt_on BETWEEN $start AND $end) AS days_to_burn
            FROM transactions
        )
        SELECT customers, joined, count(DISTINCT customer_id), coalesce(sum(claim), 0)::BIGINT,
            coalesce(sum(burn), 0)::BIGINT, outstanding, days_to_burn
        FROM people, coupons LEFT JOIN events ON true
        GROUP BY customers, joined, outstanding, days_to_burn
        """,
        period,
    )[0]
    return Totals(*row)


def activity_over_time(facts: Facts, period: Period) -> list[Activity]:
    """Claims and burns by day, week or month; stretches without any are there with zeros."""
    query = f"""
        WITH {EVENTS}, {_stretches(period)}
        SELECT stretch, coalesce(sum(claim), 0)::BIGINT, coalesce(sum(burn), 0)::BIGINT
        FROM stretches
        LEFT JOIN events ON date_trunc('{period.granularity}', day)::DATE = stretch
        GROUP BY stretch ORDER BY stretch
    """
    return [Activity(_stretch(r[0], period), r[1], r[2]) for r in _rows(facts, query, period)]


def activity_by(facts: Facts, dimension: str, period: Period) -> list[Activity]:
    """The ten places with the most claims, most first, then the others as "Other".

    `dimension` is "city", "merchant" or "branch".
    """
    query = f"""
        WITH {EVENTS},
        places AS ({DIMENSIONS[dimension]}),
        counted AS (
            SELECT {dimension}_id AS id, sum(claim) AS claims, sum(burn) AS burns
            FROM events GROUP BY 1
        ),
        ranked AS (
            SELECT coalesce(name, 'Unknown') AS name, claims, burns,
                row_number() OVER (ORDER BY claims DESC, burns DESC, name, id) AS rank
            FROM counted LEFT JOIN places USING (id)
        )
        SELECT CASE WHEN rank <= {TOP} THEN name ELSE '{OTHER}' END,
            sum(claims)::BIGINT, sum(burns)::BIGINT
        FROM ranked GROUP BY least(rank, {TOP + 1}), 1 ORDER BY least(rank, {TOP + 1})
    """
    return [Activity(*row) for row in _rows(facts, query, period)]


def active_by_gender(facts: Facts, period: Period) -> list[Count]:
    """Customers with a claim or a burn in the period; every gender is there."""
    query = f"""
        WITH {EVENTS}, active AS (SELECT DISTINCT customer_id FROM events)
        SELECT gender, count(customer_id)
        FROM (VALUES (1, 'Female'), (2, 'Male'), (3, 'Unknown')) AS genders(position, gender)
        LEFT JOIN (active JOIN customers ON id = customer_id) USING (gender)
        GROUP BY position, gender ORDER BY position
    """
    return [Count(*row) for row in _rows(facts, query, period)]


def loyalty(facts: Facts, period: Period) -> list[Count]:
    """Active customers by how many coupons they burnt in the period."""
    query = f"""
        WITH {EVENTS},
        burns AS (SELECT customer_id, sum(burn) AS burns FROM events GROUP BY customer_id)
        SELECT CASE WHEN burns <= 5 THEN burns WHEN burns <= 10 THEN 6 ELSE 7 END::INT AS band,
            count(*)
        FROM burns GROUP BY band
    """
    counts = dict(_rows(facts, query, period))
    return [Count(label, counts.get(band, 0)) for band, label in enumerate(LOYALTY_BANDS)]


def joined_over_time(facts: Facts, period: Period) -> list[Count]:
    """New customers by day, week or month."""
    query = f"""
        WITH {_stretches(period)},
        joined AS (SELECT joined_on FROM customers WHERE joined_on BETWEEN $start AND $end)
        SELECT stretch, count(joined_on) FROM stretches
        LEFT JOIN joined ON date_trunc('{period.granularity}', joined_on)::DATE = stretch
        GROUP BY stretch ORDER BY stretch
    """
    return [Count(_stretch(r[0], period), r[1]) for r in _rows(facts, query, period)]


def _stretches(period: Period) -> str:
    unit = period.granularity
    return (
        "stretches AS (SELECT unnest(generate_series("
        f"date_trunc('{unit}', $start::DATE), $end::TIMESTAMP, INTERVAL 1 {unit}))::DATE"
        " AS stretch)"
    )


def _stretch(day: date, period: Period) -> str:
    """A label of a time axis for the day, week or month that begins on `day`.

    A first or last stretch that the period cuts says so, or its figure would look like a drop.
    """
    if day < period.start:
        return f"from {_short(period.start)}"
    if _last_day(day, period.granularity) > period.end:
        return f"to {_short(period.end)}"
    return f"{day:%b %Y}" if period.granularity == "month" else f"{_short(day)} {day.year}"


def _last_day(first: date, unit: str) -> date:
    if unit == "month":
        return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first + timedelta(days=6 if unit == "week" else 0)


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"


def _rows(facts: Facts, query: str, period: Period) -> list[tuple[Any, ...]]:
    return facts.execute(query, {"start": period.start, "end": period.end}).fetchall()
