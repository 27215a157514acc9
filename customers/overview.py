"""The overview page: its figures and its charts for one period."""

from dataclasses import dataclass
from typing import Any

from customers.charts import Chart, Series
from customers.facts import insights
from customers.facts.insights import Activity, Count, Facts, Totals
from customers.facts.query import open_facts
from customers.models import FactsVersion
from customers.periods import Period

# A bar this many times as long as the longest named one leaves nothing to read of that.
CRUSHING = 3
Rest = tuple[str, list[float | None]] | None


@dataclass(frozen=True)
class Tile:
    """One figure with its change against the period before.

    `change` is relative (0.1 = 10 % more), in percentage points for a share; None without a past.
    """

    label: str
    value: float | None
    meaning: str
    unit: str = ""
    before: float | None = None
    is_share: bool = False
    hint: str = ""  # what a reader of the figure has to know
    more_is_better: bool | None = True

    @property
    def change(self) -> float | None:
        if self.value is None or self.before is None or self.hint:
            return None
        if self.is_share:
            return self.value - self.before
        return self.value / self.before - 1 if self.before else None

    @property
    def direction(self) -> str:
        return "up" if (self.change or 0) > 0 else "down" if (self.change or 0) < 0 else "same"

    @property
    def tone(self) -> str:
        """Whether the change is welcome: good, bad or neutral."""
        if self.more_is_better is None or self.direction == "same":
            return "neutral"
        return "good" if (self.direction == "up") == self.more_is_better else "bad"


@dataclass(frozen=True)
class Overview:
    tiles: list[Tile]
    charts: dict[str, Chart]
    is_compared: bool  # whether there are records of the whole period before


def overview(version: FactsVersion, period: Period) -> Overview:
    """Everything the overview page shows, from one snapshot."""
    with open_facts(version) as facts:
        now = insights.totals(facts, period)
        has_past = version.first_day is not None and period.before.start >= version.first_day
        before = insights.totals(facts, period.before) if has_past else None
        return Overview(_tiles(now, before), _charts(facts, period), has_past)


def _tiles(now: Totals, before: Totals | None) -> list[Tile]:
    def tile(label: str, name: str, meaning: str, **options: Any) -> Tile:
        past = getattr(before, name) if before else None
        return Tile(label, getattr(now, name), meaning, before=past, **options)

    return [
        tile("Customers", "customers", "Known customers on the last evening of the period."),
        tile("Active customers", "active", "Customers who claimed or burnt a coupon."),
        tile("New customers", "joined", "Customers who joined in the period."),
        tile("Claims", "claims", "Coupons that customers took."),
        tile("Burns", "burns", "Coupons that customers used at a branch."),
        tile(
            "Burn rate",
            "burn_rate",
            "Burns divided by claims of the period.",
            is_share=True,
            hint="with burns of coupons claimed earlier" if (now.burn_rate or 0) > 1 else "",
        ),
        tile(
            "Outstanding",
            "outstanding",
            "Coupons claimed and not yet burnt on the last evening.",
            more_is_better=None,
        ),
        tile(
            "Typical days to burn",
            "days_to_burn",
            "Half of the burnt coupons were used within this many days.",
            unit="days",
            more_is_better=False,
        ),
    ]


def _charts(facts: Facts, period: Period) -> dict[str, Chart]:
    note = str(period)
    charts = [
        _over_time(insights.activity_over_time(facts, period), period),
        *(_by_place(insights.activity_by(facts, d, period), d, note) for d in insights.DIMENSIONS),
        _gender(insights.active_by_gender(facts, period), note),
        _loyalty(insights.loyalty(facts, period), note),
        _joined(insights.joined_over_time(facts, period), period),
    ]
    return {chart.id: chart for chart in charts}


def _claims_and_burns(activity: list[Activity]) -> list[Series]:
    return [
        Series("Claims", [a.claims for a in activity], "claim"),
        Series("Burns", [a.burns for a in activity], "burn"),
    ]


def _over_time(activity: list[Activity], period: Period) -> Chart:
    claims, burns = sum(a.claims for a in activity), sum(a.burns for a in activity)
    return Chart(
        id="activity",
        kind="line",
        title="Claims and burns over time",
        summary=f"{claims:,} claims and {burns:,} burns by {period.granularity}, {period}.",
        labels=[a.label for a in activity],
        series=_claims_and_burns(activity),
        unit="coupons",
        axis=period.granularity.capitalize(),
        note=str(period),
    )


def _by_place(activity: list[Activity], dimension: str, note: str) -> Chart:
    drawn, rest = _without_crushing(activity)
    first = activity[0] if activity else None
    leader = f"{first.label} leads with {first.claims:,} claims." if first else "None yet."
    return Chart(
        id=f"by-{dimension}",
        kind="hbar",
        title=f"Claims and burns by {dimension}",
        summary=f"Claims and burns by {dimension}. {leader}",
        labels=[a.label for a in drawn],
        series=_claims_and_burns(drawn),
        unit="coupons",
        axis=dimension.capitalize(),
        note=note,
        rest=rest,
    )


def _without_crushing(activity: list[Activity]) -> tuple[list[Activity], Rest]:
    """Take "Other" out of the picture where its bar would make all the others unreadable."""
    if len(activity) < 2 or activity[-1].label != insights.OTHER:
        return activity, None
    other, longest = activity[-1], max(max(a.claims, a.burns) for a in activity[:-1])
    if max(other.claims, other.burns) <= CRUSHING * longest:
        return activity, None
    return activity[:-1], ("All others", [other.claims, other.burns])


def _gender(counts: list[Count], note: str) -> Chart:
    words = ", ".join(f"{c.label} {c.customers:,}" for c in counts)
    return _customers("gender", "doughnut", "Active customers by gender", words, counts, note)


def _loyalty(counts: list[Count], note: str) -> Chart:
    title = "Loyalty: active customers by coupons burnt"
    burners = sum(c.customers for c in counts[1:])
    summary = f"{burners:,} active customers burnt at least one coupon."
    return _customers("loyalty", "bar", title, summary, counts, note, axis="Coupons burnt")


def _joined(counts: list[Count], period: Period) -> Chart:
    summary = f"{sum(c.customers for c in counts):,} customers joined, {period}."
    axis = period.granularity.capitalize()
    return _customers("joined", "bar", "Customers joined", summary, counts, str(period), axis=axis)


def _customers(
    id: str, kind: str, title: str, summary: str, counts: list[Count], note: str, axis: str = ""
) -> Chart:
    return Chart(
        id=id,
        kind=kind,
        title=title,
        summary=summary,
        labels=[c.label for c in counts],
        series=[Series("Customers", [c.customers for c in counts], "customers")],
        unit="customers",
        axis=axis,
        note=note,
    )
