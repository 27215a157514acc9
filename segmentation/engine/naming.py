"""Names for segments, from what sets each one apart."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from segmentation.engine.explain import NOTICEABLE, Driver, Profile

TYPICAL = "typical"
DRIVERS_NAMED = 2
MOSTLY = 0.6  # share of a gender from which it may qualify a name
ABOUT_ONE = 1.5  # a mean count below this reads as "one"

# Never a reason for a name: {feature: whom it counts}.
GENDERS = {"gender_name_Female": "women", "gender_name_Male": "men"}


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
    "transaction_frequency": (
        Words("frequent", "frequent", "most frequent"),
        Words("occasional", "occasional", "least frequent"),
    ),
    "merchant_frequency": (
        Words("multi-merchant", "multi-merchant", "widest-ranging"),
        Words("few-merchant", "few-merchant", "narrowest-ranging"),
    ),
    "city_frequency": (
        Words("multi-city", "multi-city", "most travelled"),
        Words("few-city", "few-city", "least travelled"),
    ),
    # Burners are a noun; who burns little is only a collector if there is much to collect.
    "burn_rate": (
        Words("burners", "keen burners", "keenest burners"),
        Words("burn-shy", "burn-shy", "most burn-shy"),
    ),
}
ONE = {"merchant_frequency": "one-merchant", "city_frequency": "one-city"}


@dataclass(frozen=True)
class Draft:
    """A name in the making."""

    profile: Profile
    drivers: tuple[Driver, ...]  # those the name speaks of, largest effect first
    superlative: bool = False
    qualifiers: tuple[str, ...] = ()
    number: int = 1

    def __str__(self) -> str:
        phrase = ", ".join((_phrase(self.drivers, self.superlative), *self.qualifiers))
        numbered = phrase if self.number == 1 else f"{phrase} {self.number}"
        return numbered[0].upper() + numbered[1:]


def name_segments(profiles: list[Profile]) -> list[str]:
    """Name each profile, in the order given; no two names are equal.

    A name speaks of the two noticeable drivers with the largest effects, gender apart and variety
    that follows from the number of transactions last; without any driver it is "Typical
    customers". Equal names are told apart by the next driver, then by which of them
    is the most extreme, then by gender, then by a number.
    """
    drafts = [Draft(profile, _nameable(profile)[:DRIVERS_NAMED]) for profile in profiles]
    for refine in (_with_next_driver, _with_superlative, _with_gender):
        drafts = _where_ambiguous(drafts, refine)
    return _numbered(drafts)


def _nameable(profile: Profile) -> tuple[Driver, ...]:
    drivers = [
        driver for driver in profile.drivers if driver.noticeable and driver.feature not in GENDERS
    ]
    frequency = profile.driver("transaction_frequency")
    return tuple(sorted(drivers, key=lambda driver: _follows_from(frequency, driver)))


def _follows_from(frequency: Driver | None, driver: Driver) -> bool:
    """Whether the number of transactions already says it: few coupons reach few merchants."""
    if frequency is None or not frequency.noticeable or driver.feature not in ONE:
        return False
    same_direction = (driver.effect > 0) == (frequency.effect > 0)
    return same_direction and abs(driver.effect) < abs(frequency.effect) + NOTICEABLE


def _where_ambiguous(
    drafts: list[Draft], refine: Callable[[list[Draft]], list[Draft]]
) -> list[Draft]:
    """Refine each group of drafts that share a name; keep the old ones where that is no help."""
    groups: dict[str, list[int]] = {}
    for position, draft in enumerate(drafts):
        groups.setdefault(str(draft), []).append(position)
    refined = list(drafts)
    for positions in (group for group in groups.values() if len(group) > 1):
        group = refine([drafts[position] for position in positions])
        if len({str(draft) for draft in group}) > 1:
            for position, draft in zip(positions, group, strict=True):
                refined[position] = draft
    return refined


def _with_next_driver(group: list[Draft]) -> list[Draft]:
    return [
        replace(draft, drivers=_nameable(draft.profile)[: DRIVERS_NAMED + 1]) for draft in group
    ]


def _with_superlative(group: list[Draft]) -> list[Draft]:
    """Call the one with the largest effect the most, unless it shares that effect."""
    effects = [abs(draft.drivers[0].effect) if draft.drivers else 0.0 for draft in group]
    if effects.count(max(effects)) > 1:
        return group
    first = effects.index(max(effects))
    return [replace(draft, superlative=place == first) for place, draft in enumerate(group)]


def _with_gender(group: list[Draft]) -> list[Draft]:
    return [replace(draft, qualifiers=_mostly(draft.profile)) for draft in group]


def _mostly(profile: Profile) -> tuple[str, ...]:
    return tuple(
        f"mostly {GENDERS[driver.feature]}"
        for driver in profile.drivers
        if driver.feature in GENDERS and driver.mean >= MOSTLY
    )


def _numbered(drafts: list[Draft]) -> list[str]:
    names: list[str] = []
    plain = Counter(str(draft) for draft in drafts)
    for draft in drafts:
        numbered = draft
        # The first bearer keeps the plain name; a number must not meet another plain name.
        while str(numbered) in names or (numbered.number > 1 and str(numbered) in plain):
            numbered = replace(numbered, number=numbered.number + 1)
        names.append(str(numbered))
    return names


def _phrase(drivers: tuple[Driver, ...], superlative: bool) -> str:
    """The words of the drivers: adjectives, a noun, then what the vocabulary does not know."""
    spoken = {driver.feature: _word(driver) for driver in drivers if driver.feature in VOCABULARY}
    if superlative and drivers[0].feature in spoken:
        spoken[drivers[0].feature] = _words(drivers[0]).most
    others = [_unknown(driver) for driver in drivers if driver.feature not in VOCABULARY]
    if others and not spoken:
        return ", ".join(others)
    return ", ".join((_spoken_phrase(spoken), *others))


def _spoken_phrase(spoken: dict[str, str]) -> str:
    words = [spoken[feature] for feature in VOCABULARY if feature in spoken]
    nouns = [word for word in words if word.endswith("burners")]
    adjectives = [word for word in words if word not in nouns]
    if not nouns and len(adjectives) > 1 and "frequent" in adjectives:
        adjectives.remove("frequent")
        nouns = ["collectors" if "burn-shy" in adjectives else "regulars"]
    if not adjectives and not nouns:
        adjectives = [TYPICAL]
    if not adjectives and " " not in nouns[0]:
        adjectives = ["coupon"]  # "Burners" alone says too little
    return " ".join([*adjectives, *(nouns or ["customers"])])


def _words(driver: Driver) -> Words:
    high, low = VOCABULARY[driver.feature]
    return high if driver.effect > 0 else low


def _word(driver: Driver) -> str:
    if driver.feature in ONE and driver.effect < 0 and driver.mean < ABOUT_ONE:
        return ONE[driver.feature]
    words = _words(driver)
    return words.large if driver.large else words.noticeable


def _unknown(driver: Driver) -> str:
    return f"{'high' if driver.effect > 0 else 'low'} {driver.feature.replace('_', ' ')}"
