"""The words that names of segments are made of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """How one direction of a feature is said, from noticeable to the most of several segments."""

    noticeable: str
    large: str
    most: str


# {feature: (high, low)} in the order the words stand in a name. A high recency is long ago.
VOCABULARY = {
    "recency_days": (
        Words("lapsing", "lapsed", "longest-lapsed"),
        Words("recent", "recent", "most recent"),
    ),
    "trend": (
        Words("rising", "fast-rising", "fastest-rising"),
        Words("fading", "fast-fading", "fastest-fading"),
    ),
    "tenure_days": (
        Words("long-standing", "long-standing", "longest-standing"),
        Words("new", "new", "newest"),
    ),
    "transaction_frequency": (
        Words("frequent", "frequent", "most frequent"),
        Words("occasional", "occasional", "least frequent"),
    ),
    "claims_per_month": (
        Words("fast-claiming", "fast-claiming", "fastest-claiming"),
        Words("slow-claiming", "slow-claiming", "slowest-claiming"),
    ),
    "amount_total": (
        Words("big-spending", "big-spending", "biggest-spending"),
        Words("low-spending", "low-spending", "lowest-spending"),
    ),
    "amount_per_burn": (
        Words("big-basket", "big-basket", "biggest-basket"),
        Words("small-basket", "small-basket", "smallest-basket"),
    ),
    "merchant_frequency": (
        Words("multi-merchant", "multi-merchant", "widest-ranging"),
        Words("few-merchant", "few-merchant", "narrowest-ranging"),
    ),
    "favourite_merchant_share": (
        Words("merchant-loyal", "merchant-loyal", "most merchant-loyal"),
        Words("roaming", "roaming", "most roaming"),
    ),
    "branch_frequency": (
        Words("multi-branch", "multi-branch", "widest-visiting"),
        Words("few-branch", "few-branch", "narrowest-visiting"),
    ),
    "city_frequency": (
        Words("multi-city", "multi-city", "most travelled"),
        Words("few-city", "few-city", "least travelled"),
    ),
    "weekend_share": (
        Words("weekend", "weekend", "most weekend-minded"),
        Words("weekday", "weekday", "most weekday-minded"),
    ),
    "outstanding": (
        Words("stocked-up", "stocked-up", "best-stocked"),
        Words("empty-handed", "empty-handed", "most empty-handed"),
    ),
    # Before "burners" the "-burning" goes: slow burners.
    "days_to_burn": (
        Words("slow-burning", "slow-burning", "slowest-burning"),
        Words("quick-burning", "quick-burning", "quickest-burning"),
    ),
    # Burners are a noun; who burns little is only a collector if there is much to collect.
    "burn_rate": (
        Words("burners", "keen burners", "keenest burners"),
        Words("burn-shy", "burn-shy", "most burn-shy"),
    ),
}

# What a low count is called where it is about one.
ONE = {
    "merchant_frequency": "one-merchant",
    "branch_frequency": "one-branch",
    "city_frequency": "one-city",
}

# {feature: ((another that already says it, whether in the same direction), …)}: few coupons reach
# few merchants, and of a few coupons the favourite merchant has a large share.
FOLLOWS_FROM = {
    "merchant_frequency": (("transaction_frequency", True),),
    "city_frequency": (("transaction_frequency", True),),
    "branch_frequency": (("transaction_frequency", True), ("merchant_frequency", True)),
    "claims_per_month": (("transaction_frequency", True),),
    "amount_total": (("transaction_frequency", True),),
    "outstanding": (("transaction_frequency", True),),
    "favourite_merchant_share": (("transaction_frequency", False), ("merchant_frequency", False)),
}
