"""Names for segments, from what sets each one apart."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from segmentation.engine.explain import NOTICEABLE, Driver, Profile
from segmentation.engine.vocabulary import FOLLOWS_FROM, ONE, VOCABULARY, Words

TYPICAL = "typical"
DRIVERS_NAMED = 2
AHEAD = 0.2  # effects nearer to each other are about the same (small, Cohen 1988)
MOSTLY = 0.6  # share of a gender from which it may qualify a name
ABOUT_ONE = 1.5  # a mean count below this reads as "one"

# Never a reason for a name: {feature: whom it counts}.
GENDERS = {"gender_name_Female": "women", "gender_name_Male": "men"}


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

    A name speaks of the two noticeable drivers with the largest effects, gender apart and what
    follows from another one (few coupons reach few merchants) last; without any driver it is
    "Typical customers". Equal names are told apart by the next driver, then by which of them
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
    return tuple(sorted(drivers, key=lambda driver: _is_said(driver, profile)))


def _is_said(driver: Driver, profile: Profile) -> bool:
    """Whether another noticeable driver already says it."""
    return any(
        _follows(driver, profile.driver(cause), same_direction)
        for cause, same_direction in FOLLOWS_FROM.get(driver.feature, ())
    )


def _follows(driver: Driver, cause: Driver | None, same_direction: bool) -> bool:
    if cause is None or not cause.noticeable:
        return False
    as_expected = ((driver.effect > 0) == (cause.effect > 0)) == same_direction
    return as_expected and abs(driver.effect) < abs(cause.effect) + NOTICEABLE


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
    """Call the one with the largest effect the most, if it is ahead of the next."""
    effects = [abs(draft.drivers[0].effect) if draft.drivers else 0.0 for draft in group]
    next_largest, largest = sorted(effects)[-2:]
    if largest - next_largest < AHEAD:
        return group
    first = effects.index(largest)
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
    if nouns:
        adjectives = [word.removesuffix("-burning") for word in adjectives]
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
