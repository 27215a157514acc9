"""What a customer's page says of their segment, in sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from customers.facts.catalogue import CATALOGUE, Feature, Kind
from customers.facts.query import NoFacts, current_facts
from customers.models import Customer, FactsVersion
from customers.periods import in_words
from segmentation.display import color_of
from segmentation.engine.moves import Change
from segmentation.engine.naming import GENDERS
from segmentation.engine.person import Reason
from segmentation.figure_words import exactly, in_unit
from segmentation.models import Membership, Segment, SegmentationRun
from segmentation.operations.person import averages, standing, values_of

SINGULAR = {"coupons": "coupon", "merchants": "merchant", "cities": "city", "branches": "branch"}
NO_RUN = "No segments are adopted yet, so there is none to be in."


@dataclass(frozen=True)
class ReasonView:
    """In what the customer is like the segment and unlike everybody."""

    says: str  # Burns 82% of the coupons
    base: str
    mean: str  # of the segment


@dataclass(frozen=True)
class MoveView:
    """What would put the customer into another segment."""

    segment: Segment
    condition: str  # if burn rate were 80% instead of 45%

    @property
    def color(self) -> str:
        return f"seg-{color_of(self.segment.color)}"


@dataclass(frozen=True)
class Figure:
    """One feature of the customer beside the averages."""

    feature: Feature
    value: str
    mean: str  # of the segment; a dash without one
    base: str


@dataclass(frozen=True)
class PersonView:
    """All that is said of a customer's present segment."""

    in_none: str  # why the customer is in no segment; else empty
    as_of: str
    reasons: list[ReasonView]
    moves: list[MoveView]
    no_moves: str
    figures: list[Figure]


@dataclass(frozen=True)
class Stay:
    """Where a customer was in one adopted run."""

    run: SegmentationRun
    membership: Membership | None

    @property
    def segment(self) -> Segment | None:
        return self.membership.segment if self.membership else None

    @property
    def name(self) -> str:
        """As it is called now."""
        if self.segment is None:
            return ""
        return str((self.segment.identity or self.segment).name)

    @property
    def color(self) -> str:
        return f"seg-{color_of(self.segment.color)}" if self.segment else ""


def person_view(
    customer: Customer, run: SegmentationRun | None, membership: Membership | None
) -> PersonView:
    """What is said of the customer's place among the adopted segments."""
    try:
        facts = current_facts()
    except NoFacts as error:
        return PersonView(str(error) if membership is None else "", "", [], [], str(error), [])
    if run is None or run.as_of is None:
        return PersonView(NO_RUN, "", [], [], "", [])
    if membership is None:
        return PersonView(_why_in_none(customer, run, facts, run.as_of), "", [], [], "", [])
    came_later = membership.assigned_at and facts.last_day
    as_of = facts.last_day if came_later and facts.last_day else run.as_of
    values = values_of(customer.pk, run, facts, as_of)
    if values is None:
        gone = "The coupons that the run saw are no longer in the figures."
        return PersonView("", in_words(as_of), [], [], gone, [])
    segments = list(run.segments.all())
    found = standing(membership, values, segments)
    return PersonView(
        in_none="",
        as_of=in_words(as_of),
        reasons=[_reason(reason) for reason in found.reasons],
        moves=[MoveView(segment, _condition(changes)) for segment, changes in found.moves],
        no_moves=found.no_moves,
        figures=_figures(values, segments, run, membership.segment_id),
    )


def stays(customer: Customer) -> list[Stay]:
    """Where the customer was in each adopted run since they were first in one, the latest first."""
    found = {m.run_id: m for m in Membership.objects.over_time(customer.pk)}
    runs = list(SegmentationRun.objects.adopted().light())
    while runs and runs[-1].pk not in found:
        runs.pop()
    return [Stay(run, found.get(run.pk)) for run in runs]


def _why_in_none(customer: Customer, run: SegmentationRun, facts: FactsVersion, as_of: date) -> str:
    day = in_words(as_of)
    if values_of(customer.pk, run, facts, as_of):
        return (
            f"By {day} they behaved too unlike every segment to belong to one. Customers who are in"
            " none count in the averages of everybody, and a later run may find a place for them."
        )
    if facts.last_day and values_of(customer.pk, run, facts, facts.last_day):
        if run.drift.get("facts") == facts.pk:
            return (
                f"They first claimed a coupon after {day}, when the segments were found, and so far"
                " are too unlike every segment to belong to one."
            )
        return (
            f"They first claimed a coupon after {day}, when the segments were found. The next run"
            " gives them a segment."
        )
    if customer.transactions.exists():
        return "Their coupons came in after the figures were made. The next refresh counts them."
    return (
        "They have never claimed a coupon. Segments are made of what customers claim and burn, so"
        " there is nothing to tell yet."
    )


def _reason(reason: Reason) -> ReasonView:
    feature = CATALOGUE[reason.feature]
    return ReasonView(
        _capital(_said(feature, reason.value)),
        in_unit(feature, reason.base),
        in_unit(feature, reason.mean),
    )


def _said(feature: Feature, value: float) -> str:
    """burns 82% of the coupons"""
    if not feature.said:
        return f"{feature.label} {exactly(feature, value)}"
    return feature.said.format(_counted(feature, value))


def _counted(feature: Feature, value: float) -> str:
    """82% or 12 days, and counts with what they count: 1 merchant"""
    written = exactly(feature, value)
    if feature.kind != Kind.NUMBER or feature.suffix:
        return written
    noun, *more = feature.unit.split(" ", 1)
    return " ".join([written, SINGULAR.get(noun, noun) if written == "1" else noun, *more])


def _condition(changes: Sequence[Change]) -> str:
    """if burn rate were 80% instead of 45%, and cities were 3 instead of 1"""
    return f"if {', and '.join(map(_change, changes))}"


def _change(change: Change) -> str:
    feature = CATALOGUE[change.feature]
    subject = feature.subject or feature.label[0].lower() + feature.label[1:]
    after, before = exactly(feature, change.after), exactly(feature, change.before)
    return f"{subject} were {after} instead of {before}"


def _figures(
    values: Mapping[str, float], segments: Sequence[Segment], run: SegmentationRun, own: int
) -> list[Figure]:
    known = averages(segments, run.features)
    rows = zip(known.names, known.means[own], known.base, strict=True)
    return [
        Figure(
            CATALOGUE[name],
            "–" if values[name] != values[name] else exactly(CATALOGUE[name], values[name]),
            in_unit(CATALOGUE[name], mean),
            in_unit(CATALOGUE[name], base),
        )
        for name, mean, base in rows
        if name not in GENDERS
    ]


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
