"""What a worker does with a run: describe the customers, search, explain, save."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from time import perf_counter

import numpy as np
from django.db import IntegrityError, transaction

from customers.facts.catalogue import INDICATORS, MISSING_RULES
from customers.facts.features import customer_features, never_active
from customers.facts.query import NoFacts, current_facts
from customers.models import FactsVersion
from customers.operations.facts import refresh_stale_facts
from customers.periods import in_words
from segmentation.engine.algorithms import NotFittable, TooFewCustomers
from segmentation.engine.bad_settings import BadSettings
from segmentation.engine.candidates import Outcome, fit_candidates
from segmentation.engine.checking import check_apart
from segmentation.engine.features import Features, NoFeatureLeft
from segmentation.engine.missing import Filling, fill_missing
from segmentation.models import SegmentationRun
from segmentation.operations.explaining import Explanation, explain
from segmentation.operations.progress import Stopwatch
from segmentation.operations.results import library_versions, save_candidates, save_outcome
from segmentation.presets import RunSettings

GLANCE = 1_000  # customers
TRIES = 3  # to store segments while customers are deleted


@dataclass(frozen=True)
class Described:
    """The customers who were active by a day, in numbers."""

    features: Features
    fillings: dict[str, Filling]  # {feature: how many had no value, and what stands for it}
    left_out: dict[str, str]  # {feature: reason}
    genders: dict[str, np.ndarray]  # (n,) indicators, whether or not they are among the features


def fit_run(run: SegmentationRun) -> None:
    """Do a claimed run and finish it. Raises what `execute_run` tells the person who asked."""
    settings = RunSettings.from_json(run.parameters, preset=run.preset, seed=run.seed)
    run.candidates.all().delete()  # those of an attempt that was killed
    watch = Stopwatch(run)
    watch.enter("facts")
    refresh_stale_facts()
    facts = current_facts()
    as_of = check_day(settings.as_of, facts)
    watch.enter("features")
    described = describe_customers(facts, settings.features, as_of)
    inactive = never_active(facts, as_of=as_of)
    outcome = fit_candidates(
        described.features,
        settings.clustering,
        seed=settings.seed,
        tell=watch.search,
        clock=perf_counter,
        on_finished=partial(save_candidates, run),
    )
    _keep(run, settings, described, outcome, watch, facts=facts, as_of=as_of, never_active=inactive)


def check_customers(facts: FactsVersion, settings: RunSettings, as_of: date) -> None:
    """Raise BadSettings where the customers of that day are too few or too much alike."""
    for some in (GLANCE, None):  # nearly always the first customers settle it
        try:
            described = describe_customers(facts, settings.features, as_of, first=some)
            check_apart(described.features, settings.clustering)
        except (NoFeatureLeft, TooFewCustomers) as error:
            refusal = error
        else:
            return
    raise BadSettings(str(refusal))


def describe_customers(
    facts: FactsVersion, names: tuple[str, ...], as_of: date, *, first: int | None = None
) -> Described:
    """One row of features for each customer who was active by the evening of that day.

    With `first`, for those among so many customers with the lowest keys. Raises TooFewCustomers
    when nobody was, NoFeatureLeft when no feature has a value.
    """
    genders = sorted(INDICATORS)
    asked = list(dict.fromkeys([*names, *genders]))
    frame = customer_features(facts, as_of=as_of, names=asked, first=first)
    if frame.empty:
        raise TooFewCustomers("No customer has claimed a coupon by that day. Choose a later day.")
    filled = fill_missing(frame[list(names)].to_numpy(dtype=float), names, MISSING_RULES)
    if not filled.names:
        raise NoFeatureLeft("No customer has a value for any of these features. Choose others.")
    features = Features(
        customer_ids=frame.index.to_numpy(),
        names=filled.names,
        values=filled.values,
        indicators=INDICATORS.intersection(filled.names),
    )
    by_gender = {name: frame[name].to_numpy(dtype=float) for name in genders}
    return Described(features, filled.fillings, filled.left_out, by_gender)


def check_day(as_of: date | None, facts: FactsVersion) -> date:
    """The day to look back from. Raises BadSettings for a day after the last activity."""
    if facts.last_day is None or facts.first_day is None:
        raise NoFacts("There are no coupon transactions yet. Import them first.")
    if as_of is not None and as_of > facts.last_day:
        raise BadSettings(
            "The as-of date lies after the last activity."
            f" Choose {in_words(facts.last_day)} or earlier."
        )
    if as_of is not None and as_of < facts.first_day:
        raise BadSettings(
            "The as-of date lies before the first claim."
            f" Choose {in_words(facts.first_day)} or later."
        )
    return as_of or facts.last_day


def _keep(
    run: SegmentationRun,
    settings: RunSettings,
    described: Described,
    outcome: Outcome,
    watch: Stopwatch,
    **values: object,
) -> None:
    """Store everything in one transaction: a run is either whole or not there."""
    watch.enter("explain")
    fills = {name: filling.value for name, filling in described.fillings.items()}
    explanation = explain(outcome, settings, fills, described.genders)
    values |= {
        "versions": library_versions(),
        "features": list(outcome.features.names),
        "left_out_features": described.left_out | outcome.left_out,
        "preparation": _preparation(settings, described, outcome),
    }
    watch.enter("save")
    for _ in range(TRIES):
        try:
            return _save(run, outcome, explanation, watch, values)
        except IntegrityError:
            continue  # a customer was deleted while members were written: now they are seen to be
    raise NotFittable(
        "Customers were deleted all the time while the segments were stored. Start the run again"
        " when that is done."
    )


@transaction.atomic
def _save(
    run: SegmentationRun,
    outcome: Outcome,
    explanation: Explanation,
    watch: Stopwatch,
    values: Mapping[str, object],
) -> None:
    kept = save_outcome(run, outcome, explanation)
    watch.stop()
    run.finish(
        run.Status.COMPLETED, stage="", progress=1.0, seconds=watch.seconds, **kept | dict(values)
    )


def _preparation(
    settings: RunSettings, described: Described, outcome: Outcome
) -> dict[str, dict[str, object]]:
    """What was done to each used feature before customers were compared, for pages and JSON."""
    weights = settings.clustering.preparation.weights
    return {
        name: {
            "transform": outcome.prepared.transforms[name],
            "skew": _rounded(outcome.prepared.skews.get(name)),
            "weight": weights.get(name, 1.0),
            "missing": asdict(filling) if (filling := described.fillings.get(name)) else None,
        }
        for name in outcome.features.names
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(value, 3)
