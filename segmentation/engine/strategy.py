"""Which coupon suits a segment."""

from segmentation.engine.explain import Profile

# {feature: (trait when noticeably high, trait when noticeably low)}
TRAITS = {
    "recency_days": ("lapsed", "recent"),
    "transaction_frequency": ("frequent", "occasional"),
    "burn_rate": ("burns", "collects"),
    "merchant_frequency": ("many merchants", "few merchants"),
    "city_frequency": ("many cities", "few cities"),
}

# The first row whose traits a segment has is its advice: which coupon, then when and how often.
RULES: tuple[tuple[frozenset[str], str], ...] = (
    (
        frozenset({"lapsed", "burns"}),
        "Win them back with a coupon like those they used to burn, at the merchant they visited "
        "most. Keep it valid for 14 days, remind once three days before it ends, and stop after "
        "two tries without an answer.",
    ),
    (
        frozenset({"lapsed", "collects"}),
        "Send one simple coupon with a clear saving and no minimum spend, since much of what they "
        "claimed was never burnt. Keep it valid for 7 days, remind once two days before it ends, "
        "and leave out for a quarter whoever lets it lie.",
    ),
    (
        frozenset({"lapsed", "frequent"}),
        "Treat them as good customers about to be lost and offer a generous comeback coupon that "
        "is valid at every merchant they know. Send it now, one per customer, valid for 21 days, "
        "and follow up once after 10.",
    ),
    (
        frozenset({"lapsed", "occasional"}),
        "Try a low-cost comeback coupon on a part of them first, because they were never close "
        "customers. Keep it valid for 14 days, send no second reminder, and go on only if the "
        "holdout shows that it worked.",
    ),
    (
        frozenset({"lapsed"}),
        "Send a comeback coupon for the merchant of their last visit, worth a little more than "
        "the usual one. Keep it valid for 14 days, limit it to one per customer, and remind once "
        "three days before it ends.",
    ),
    (
        frozenset({"frequent", "burns"}),
        "Reward rather than discount, with early access or a bonus for every fifth burn, because "
        "they burn what they get anyway. Limit it to one reward a month so that it stays special "
        "and the margin is safe.",
    ),
    (
        frozenset({"frequent", "collects"}),
        "Offer a small bonus for burning a coupon they already hold instead of handing out "
        "another. Allow two outstanding coupons at a time and remind three days before each one "
        "expires.",
    ),
    (
        frozenset({"frequent", "many merchants"}),
        "Offer a coupon that is valid at several merchants and is worth more at one they have not "
        "visited yet, because variety keeps them coming. Run it for a month and allow one burn "
        "per merchant.",
    ),
    (
        frozenset({"frequent", "few merchants"}),
        "Introduce a second merchant with a starter coupon that goes with their favourite one. "
        "Hand it out right after a burn, keep it valid for 21 days, and limit it to one per new "
        "merchant.",
    ),
    (
        frozenset({"frequent"}),
        "Thank them with a loyalty coupon that grows with each burn of the month. Start it on the "
        "first, end it on the last day, and limit it to four burns per customer.",
    ),
    (
        frozenset({"occasional", "burns"}),
        "Give them a next-visit coupon right after each burn, because they use what they claim "
        "but claim seldom. Let it end after 21 days so that the next visit comes sooner, and "
        "allow one at a time.",
    ),
    (
        frozenset({"occasional", "collects"}),
        "Make the first step easy with a small coupon without minimum spend at the merchant of "
        "their last claim. Keep it valid for 7 days, remind two days before it ends, and send no "
        "other until it is burnt or has expired.",
    ),
    (
        frozenset({"occasional", "recent"}),
        "Build the habit with a pair of coupons, the second of which opens when the first is "
        "burnt. Send them within a week of the last visit and keep each valid for 14 days.",
    ),
    (
        frozenset({"occasional"}),
        "Offer a coupon for a second visit in the same month, with a better one for a third. Run "
        "it for 30 days, once a quarter, and remind once at half time.",
    ),
    (
        frozenset({"collects"}),
        "Replace the next coupon with a higher value for one they already hold, because claims "
        "are not what is missing. Announce it a week before that coupon expires and send no new "
        "one until it is burnt.",
    ),
    (
        frozenset({"burns"}),
        "Offer a coupon with a minimum spend a little above their usual purchase, because they "
        "can be counted on to burn it. Keep it valid for 14 days and limit it to one a month.",
    ),
    (
        frozenset({"many merchants"}),
        "Offer a coupon that is valid at any merchant instead of choosing one for them. Run it "
        "for a month and allow one burn per merchant.",
    ),
    (
        frozenset({"few merchants"}),
        "Offer a starter coupon at a merchant that resembles the one they know. Keep it valid for "
        "21 days and limit it to one per new merchant.",
    ),
    (
        frozenset({"many cities"}),
        "Offer a coupon that is valid in every city, because they move around. Run it over "
        "weekends and holidays and limit it to one burn per city.",
    ),
    (
        frozenset({"few cities"}),
        "Offer a local coupon for the branches in their own city. Time it to what happens there, "
        "keep it valid for 14 days, and limit it to one per customer.",
    ),
    (
        frozenset({"recent"}),
        "Follow up on the last visit with a thank-you coupon for the same merchant. Send it "
        "within a week, keep it valid for 21 days, and limit it to one per customer.",
    ),
    (
        frozenset(),
        "Send the standard coupon of the season, since nothing sets them apart from the others. "
        "Limit it to one per customer, keep it valid for 30 days, and use the group to compare "
        "two offers.",
    ),
)


def recommend(profile: Profile) -> str:
    """Advise on a segment in two sentences: which coupon, then how to time and limit it."""
    traits = _traits(profile)
    return next(advice for needed, advice in RULES if needed <= traits)


def _traits(profile: Profile) -> set[str]:
    """What noticeably sets the segment apart, in the words of the rules."""
    traits = set()
    for feature, (high, low) in TRAITS.items():
        driver = profile.driver(feature)
        if driver is not None and driver.noticeable:
            traits.add(high if driver.effect > 0 else low)
    return traits
