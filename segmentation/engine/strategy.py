"""Which coupon suits a segment."""

from segmentation.engine.explain import Profile

# {feature: (trait when noticeably high, trait when noticeably low)}
TRAITS = {
    "recency_days": ("lapsed", "recent"),
    "transaction_frequency": ("frequent", "occasional"),
    "burn_rate": ("burns", "collects"),
    "merchant_frequency": ("many merchants", "few merchants"),
    "city_frequency": ("many cities", "few cities"),
    "trend": ("rising", "fading"),
    "tenure_days": ("long-standing", "new"),
    "weekend_share": ("weekend", "weekday"),
    "outstanding": ("stocked up", "empty-handed"),
    "days_to_burn": ("slow", "quick"),
    "amount_per_burn": ("big basket", "small basket"),
}

# The first row whose traits a segment has is its advice: which coupon, then when and how long.
# Only what an offer can hold is advised: percent, amount or free item, merchants, branches, days.
RULES: tuple[tuple[frozenset[str], str], ...] = (
    (
        frozenset({"lapsed", "burns"}),
        "Win them back with a percent-off coupon at the merchants they used to visit, because "
        "they burnt what they claimed. Keep it valid for 14 days and stop after two tries "
        "without an answer.",
    ),
    (
        frozenset({"lapsed", "collects"}),
        "Send one free-item coupon that asks nothing of them, because much of what they claimed "
        "was never burnt. Keep it valid for 7 days and leave them in peace for a quarter if it "
        "does not bring them back.",
    ),
    (
        frozenset({"lapsed", "frequent"}),
        "Treat them as good customers about to be lost and offer a generous amount off at every "
        "merchant. Run it for 21 days, now rather than later.",
    ),
    (
        frozenset({"lapsed", "occasional"}),
        "Try a low-cost coupon on a part of them first, because they were never close "
        "customers. Run it for 14 days and go on with the rest only if it brings people back.",
    ),
    (
        frozenset({"lapsed"}),
        "Send a comeback coupon worth a little more than the usual one. Keep it valid for 14 "
        "days and send it once.",
    ),
    (
        frozenset({"fading", "frequent"}),
        "Act before they are gone with a generous amount off at the merchants they visit, because "
        "they claim less than they used to. Run it for 14 days, now rather than later.",
    ),
    (
        frozenset({"fading"}),
        "Give them a new reason to come with a free item at a merchant they have not tried. Keep "
        "it valid for 14 days and send it once.",
    ),
    (
        frozenset({"frequent", "burns"}),
        "Reward them with a free item rather than a discount, because they burn what they get "
        "anyway. Once a month is enough, so that it stays special and the margin is safe.",
    ),
    (
        frozenset({"frequent", "collects"}),
        "Offer one better coupon instead of several small ones, because they take many and use "
        "few. Keep it valid for 14 days, so that it is used rather than kept.",
    ),
    (
        frozenset({"frequent", "many merchants"}),
        "Offer a coupon that is valid at every merchant, because variety keeps them coming. Run "
        "it for a month.",
    ),
    (
        frozenset({"frequent", "few merchants"}),
        "Introduce a second merchant with an amount off that is valid only there. Run it for 21 "
        "days and follow up with those who went.",
    ),
    (
        frozenset({"frequent"}),
        "Thank them with a percent-off coupon at the merchants they visit. Run it from the "
        "first to the last day of a month and repeat it each quarter.",
    ),
    (
        frozenset({"occasional", "burns"}),
        "Give them reasons to come more often, a coupon every few weeks, because they use what "
        "they claim but claim seldom. Let each end after 21 days, so that the next visit comes "
        "sooner.",
    ),
    (
        frozenset({"new", "occasional"}),
        "Welcome them with a free item at a merchant near them, because they have just begun. Keep "
        "it valid for 14 days and follow with a percent-off coupon once it is burnt.",
    ),
    (
        frozenset({"occasional", "collects"}),
        "Make the first step easy with a free item at one merchant. Keep it valid for 7 days "
        "and send no other while it runs.",
    ),
    (
        frozenset({"occasional", "recent"}),
        "Build the habit with a small coupon now and a better one a month later. Keep each "
        "valid for 14 days.",
    ),
    (
        frozenset({"occasional"}),
        "Offer an amount off for a second visit within the month. Run it for 30 days, once a "
        "quarter.",
    ),
    (
        frozenset({"stocked up"}),
        "Send nothing new until they have used what they hold, then one coupon worth more than "
        "those. Keep it valid for 7 days, so that it does not join the others.",
    ),
    (
        frozenset({"collects"}),
        "Offer a higher value on fewer coupons, because much of what they claim lies unused. "
        "Keep it valid for 14 days and send no other while it runs.",
    ),
    (
        frozenset({"burns"}),
        "Offer a modest amount off, because they can be counted on to use it. Keep it valid for "
        "14 days and once a month.",
    ),
    (
        frozenset({"many merchants"}),
        "Offer a coupon that is valid at every merchant instead of choosing one for them. Run "
        "it for a month.",
    ),
    (
        frozenset({"few merchants"}),
        "Offer a coupon that is valid only at a merchant that resembles the one they know. Run "
        "it for 21 days and look who went.",
    ),
    (
        frozenset({"many cities"}),
        "Offer a coupon that is valid at every branch, because they move around. Run it over "
        "weekends and holidays.",
    ),
    (
        frozenset({"few cities"}),
        "Offer a coupon for the branches in their own city. Time it to what happens there and "
        "keep it valid for 14 days.",
    ),
    (
        frozenset({"big basket"}),
        "Offer a percent-off coupon rather than an amount, because on large purchases like theirs "
        "a percentage is felt. Keep it valid for 30 days, since large purchases take time.",
    ),
    (
        frozenset({"small basket"}),
        "Offer an amount off rather than a percentage, because on small purchases like theirs a "
        "percentage is hardly felt. Keep it valid for 14 days.",
    ),
    (
        frozenset({"weekend"}),
        "Offer a percent-off coupon for the weekend, because that is when they claim. Start it on "
        "a Friday and keep it valid until Sunday.",
    ),
    (
        frozenset({"weekday"}),
        "Offer a percent-off coupon for quiet working days, because they come then anyway. Start "
        "it on a Monday and keep it valid until Friday.",
    ),
    (
        frozenset({"slow"}),
        "Offer a coupon worth a little more with a short life, because they take long to burn. "
        "Keep it valid for 7 days and compare with 30 days on a part of them.",
    ),
    (
        frozenset({"quick"}),
        "Offer a modest coupon when you need visits soon, because they burn within days. Keep it "
        "valid for 7 days.",
    ),
    (
        frozenset({"rising"}),
        "Offer a second merchant to those who claim more and more, with an amount off there. Run "
        "it for 21 days while the interest lasts.",
    ),
    (
        frozenset({"new"}),
        "Welcome them with a percent-off coupon that is valid at every merchant. Keep it valid for "
        "30 days, so that they can find their favourite.",
    ),
    (
        frozenset({"empty-handed"}),
        "Send a new coupon soon, because they hold none that is left to burn. Keep it valid for "
        "21 days and follow with the next once it is burnt.",
    ),
    (
        frozenset({"long-standing"}),
        "Thank them for their loyalty with a free item at a merchant of their choice. Run it for "
        "30 days, once a year.",
    ),
    (
        frozenset({"recent"}),
        "Follow up while they remember you, with a coupon for the merchants they visited. Run "
        "it for 21 days.",
    ),
    (
        frozenset(),
        "Send the standard coupon of the season, because nothing sets them apart from the "
        "others. Keep it valid for 30 days and use the group to compare two offers.",
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
