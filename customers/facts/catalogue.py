"""The features that describe a customer's behaviour: name, unit, meaning and how each is counted.

Each is an SQL expression over a customer's transactions claimed by the as-of date. There, `past`
is these transactions, `burnt_by` the burn date where that lies on or before the as-of date,
`customer` the customer's own row, and `favourite.claims` the coupons claimed at the merchant where
the customer has claimed most. The results are whole numbers, or quotients and medians of whole
numbers: sums of fractions would differ in their last digits from one execution to the next.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a value is written on a page."""

    NUMBER = "number"
    SHARE = "share"  # 0 to 1
    INDICATOR = "indicator"  # 0 or 1; the mean of some customers is a share
    BALANCE = "balance"  # -1 to 1, with its sign
    MONEY = "money"  # in the configured currency


class Group(StrEnum):
    """Under which heading a feature is offered."""

    ACTIVITY = "Activity"
    BURNING = "Burning"
    PLACES = "Places"
    MONEY = "Money"
    PERSON = "Person"


# What counts for the customers who have no value, by the rule of the feature.
MISSING_WORDS = {
    "": "",
    "median": "Customers without a value count with the median of those who have one.",
    "zero": "Customers without a value count as 0.",
}


@dataclass(frozen=True)
class Feature:
    name: str
    label: str
    unit: str
    meaning: str
    expression: str
    kind: Kind = Kind.NUMBER
    group: Group = Group.ACTIVITY
    suffix: str = ""  # what follows a value on a page
    high: str = "higher"  # how a larger value is called
    low: str = "lower"
    is_default: bool = False  # among the features of a run that names none
    is_heavy: bool = False  # holds each customer's rows in memory: counted in a query of its own
    missing: str = ""  # the rule for customers without a value: "median", "zero"; "": all have one
    said: str = ""  # of one customer, with the value for {}: "burns {} of the coupons"
    subject: str = ""  # what changes when it does, where that is not the label

    @property
    def missing_words(self) -> str:
        """A sentence on customers without a value; empty where everybody has one."""
        return MISSING_WORDS[self.missing]


# Days of the average month of the Gregorian calendar.
MONTH = 30.44
TENURE = "date_diff('day', least(min(claimed_on), any_value(customer.joined_on)), $as_of)"
LAST_90_DAYS = "count(*) FILTER (claimed_on > $as_of - 90)"
THE_90_BEFORE = "count(*) FILTER (claimed_on BETWEEN $as_of - 179 AND $as_of - 90)"
# In hundredths, so that it is a sum of whole numbers.
PAID = "sum(CAST(round(amount * 100) AS BIGINT)) FILTER (burnt_by IS NOT NULL)"

FEATURES = (
    Feature(
        "recency_days",
        "Last active",
        "days",
        "Days from the last claim or burn to the as-of date; few days mean a recent customer.",
        "date_diff('day', max(greatest(claimed_on, coalesce(burnt_by, claimed_on))), $as_of)",
        suffix=" days ago",
        high="longer ago",
        low="more recent",
        is_default=True,
        said="was last active {}",
        subject="the last activity",
    ),
    Feature(
        "transaction_frequency",
        "Transactions",
        "coupons",
        "How many coupons the customer has claimed.",
        "count(*)",
        is_default=True,
        said="has claimed {}",
    ),
    Feature(
        "burn_rate",
        "Burn rate",
        "share",
        "Which share of the claimed coupons was burnt.",
        "count(burnt_by) / count(*)",
        Kind.SHARE,
        Group.BURNING,
        is_default=True,
        said="burns {} of the coupons",
        subject="the burn rate",
    ),
    Feature(
        "merchant_frequency",
        "Merchants",
        "merchants",
        "At how many different merchants the customer has claimed coupons.",
        "count(DISTINCT merchant_id)",
        group=Group.PLACES,
        is_default=True,
        said="claims at {}",
    ),
    Feature(
        "city_frequency",
        "Cities",
        "cities",
        "In how many different cities; where branches have none, the customer's own city counts.",
        "count(DISTINCT past.city_id)",
        group=Group.PLACES,
        is_default=True,
        said="claims in {}",
    ),
    Feature(
        "gender_name_Female",
        "Female",
        "share",
        "1 for a woman, 0 otherwise; in a segment, the share of women.",
        "any_value(customer.gender) = 'Female'",
        Kind.INDICATOR,
        Group.PERSON,
        is_default=True,
    ),
    Feature(
        "gender_name_Male",
        "Male",
        "share",
        "1 for a man, 0 otherwise; in a segment, the share of men.",
        "any_value(customer.gender) = 'Male'",
        Kind.INDICATOR,
        Group.PERSON,
        is_default=True,
    ),
    Feature(
        "tenure_days",
        "Customer for",
        "days",
        "Days from joining to the as-of date; from the first claim where that came before joining"
        " or the day of joining is unknown.",
        TENURE,
        suffix=" days",
        high="longer",
        low="shorter",
        said="has been a customer for {}",
    ),
    Feature(
        "claims_per_month",
        "Claims per month",
        "coupons per month",
        f"Claimed coupons per month ({MONTH} days) as a customer, counted as at least one month.",
        f"count(*) / greatest({TENURE} / {MONTH}, 1)",
        said="claims {}",
    ),
    Feature(
        "trend",
        "Trend of claims",
        "from −1 to 1",
        "Claims of the last 90 days minus those of the 90 days before, over both together: −1 has"
        " stopped, 0 is as before or has none in both, 1 has just begun.",
        f"coalesce(({LAST_90_DAYS} - {THE_90_BEFORE})"
        f" / nullif({LAST_90_DAYS} + {THE_90_BEFORE}, 0), 0)",
        Kind.BALANCE,
        said="has a trend of claims of {}",
        subject="the trend of claims",
    ),
    Feature(
        "days_to_burn",
        "Days to burn",
        "days",
        "Median days from the claim to the burn of the coupons burnt by the as-of date.",
        "median(date_diff('day', claimed_on, burnt_by))",
        group=Group.BURNING,
        suffix=" days",
        high="slower",
        low="faster",
        is_heavy=True,
        missing="median",
        said="burns within {}",
    ),
    Feature(
        "outstanding",
        "Outstanding coupons",
        "coupons",
        "How many coupons are claimed and not burnt.",
        "count(*) - count(burnt_by)",
        group=Group.BURNING,
        said="has {} not burnt yet",
    ),
    Feature(
        "favourite_merchant_share",
        "Favourite merchant's share",
        "share",
        "Which share of the coupons was claimed at the merchant with the most of them.",
        "any_value(favourite.claims) / count(*)",
        Kind.SHARE,
        Group.PLACES,
        is_heavy=True,
        said="claims {} of the coupons at one merchant",
        subject="the favourite merchant's share",
    ),
    Feature(
        "branch_frequency",
        "Branches",
        "branches",
        "At how many different branches the customer has claimed coupons.",
        "count(DISTINCT branch_id)",
        group=Group.PLACES,
        is_heavy=True,
        said="claims at {}",
    ),
    Feature(
        "weekend_share",
        "Weekend share",
        "share",
        "Which share of the coupons was claimed on a Saturday or Sunday.",
        "count(*) FILTER (isodow(claimed_on) >= 6) / count(*)",
        Kind.SHARE,
        said="claims {} of the coupons at the weekend",
        subject="the weekend share",
    ),
    Feature(
        "amount_per_burn",
        "Amount per burn",
        "currency",
        "What the customer paid on average when burning a coupon, where the amount is known.",
        f"{PAID} / count(amount) FILTER (burnt_by IS NOT NULL) / 100",
        Kind.MONEY,
        Group.MONEY,
        missing="median",
        said="pays {} per burn",
        subject="the amount per burn",
    ),
    Feature(
        "amount_total",
        "Amount in total",
        "currency",
        "What the customer paid in total when burning coupons, where the amount is known.",
        f"{PAID} / 100",
        Kind.MONEY,
        Group.MONEY,
        missing="zero",
        said="has paid {} in total",
        subject="the amount in total",
    ),
)
CATALOGUE = {feature.name: feature for feature in FEATURES}
DEFAULT_FEATURES = tuple(feature.name for feature in FEATURES if feature.is_default)
INDICATORS = frozenset(f.name for f in FEATURES if f.kind == Kind.INDICATOR)
MISSING_RULES = {feature.name: feature.missing for feature in FEATURES if feature.missing}


def by_group() -> dict[Group, list[Feature]]:
    """The features under the heading they are offered under, both in the order to be shown."""
    return {group: [f for f in FEATURES if f.group == group] for group in Group}
