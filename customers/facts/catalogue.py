"""The features that describe a customer's behaviour: name, unit, meaning and how each is counted.

Each is an SQL expression over a customer's transactions claimed by the as-of date. There, `past`
is these transactions, `burnt_by` the burn date where that lies on or before the as-of date, and
`customer` the customer's own row.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    NUMBER = "number"
    SHARE = "share"
    INDICATOR = "indicator"


@dataclass(frozen=True)
class Feature:
    name: str
    label: str
    unit: str
    meaning: str
    expression: str
    kind: Kind = Kind.NUMBER
    suffix: str = ""  # what follows a value on a page
    high: str = "higher"  # how a larger value is called
    low: str = "lower"


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
    ),
    Feature(
        "transaction_frequency",
        "Transactions",
        "coupons",
        "How many coupons the customer has claimed.",
        "count(*)",
    ),
    Feature(
        "burn_rate",
        "Burn rate",
        "share",
        "Which share of the claimed coupons was burnt.",
        "count(burnt_by) / count(*)",
        Kind.SHARE,
    ),
    Feature(
        "merchant_frequency",
        "Merchants",
        "merchants",
        "At how many different merchants the customer has claimed coupons.",
        "count(DISTINCT merchant_id)",
    ),
    Feature(
        "city_frequency",
        "Cities",
        "cities",
        "In how many different cities; where branches have none, the customer's own city counts.",
        "count(DISTINCT past.city_id)",
    ),
    Feature(
        "gender_name_Female",
        "Female",
        "share",
        "1 for a woman, 0 otherwise; in a segment, the share of women.",
        "any_value(customer.gender) = 'Female'",
        Kind.INDICATOR,
    ),
    Feature(
        "gender_name_Male",
        "Male",
        "share",
        "1 for a man, 0 otherwise; in a segment, the share of men.",
        "any_value(customer.gender) = 'Male'",
        Kind.INDICATOR,
    ),
)
CATALOGUE = {feature.name: feature for feature in FEATURES}
INDICATORS = frozenset(f.name for f in FEATURES if f.kind == Kind.INDICATOR)
