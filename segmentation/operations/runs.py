"""Starting, doing, adopting and stopping a segmentation run."""

from datetime import date
from time import perf_counter
from typing import Any

from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_q.tasks import async_task

from customers.facts.catalogue import INDICATORS
from customers.facts.features import customer_features, never_active
from customers.facts.query import NoFacts, current_facts
from customers.models import FactsVersion
from customers.operations.facts import refresh_stale_facts
from customers.operations.jobs import perform, recover_lost
from customers.periods import in_words
from segmentation.engine.algorithms import TooFewCustomers
from segmentation.engine.candidates import Outcome, fit_candidates
from segmentation.engine.features import Features, NoFeatureLeft
from segmentation.engine.settings import BadSettings
from segmentation.models import SegmentationRun
from segmentation.operations.results import customer_map, library_versions, save_outcome
from segmentation.presets import RunSettings

# What each stage of the work is called while it is done, and the share done when it begins.
STAGES = {
    "facts": ("Looking for new records", 0.0),
    "features": ("Describing each customer", 0.05),
    "scale": ("Putting the features on one scale", 0.15),
    "reduce": ("Finding the main directions", 0.18),
    "cluster": ("Grouping customers", 0.2),
    "score": ("Judging the groups", 0.55),
    "save": ("Saving the segments", 0.85),
}


class NotAdoptable(ValueError):
    """The run has no segments that could become the current ones."""


class Stopwatch:
    """Reports each stage to the run and keeps how many seconds it took."""

    def __init__(self, run: SegmentationRun) -> None:
        self.run = run
        self.seconds: dict[str, float] = {}
        self._stage, self._began = "", perf_counter()

    def enter(self, stage: str, done: float = 0.0) -> None:
        """Say that a stage is done to that share; the clock starts anew with each new stage."""
        if stage != self._stage:
            self.stop()
            self._stage, self._began = stage, perf_counter()
        title, start = STAGES[stage]
        later = [begin for _, begin in STAGES.values() if begin > start]
        self.run.report(title, start + done * (min([*later, 1.0]) - start))

    def stop(self) -> None:
        if self._stage:
            self.seconds[self._stage] = round(perf_counter() - self._began, 3)


def request_run(
    *, settings: RunSettings, requested_by: User | None, queue: bool = True
) -> SegmentationRun:
    """Note what is asked for and hand it to a worker; without `queue`, leave it to the caller.

    Asking for the same again while it waits or runs gives the same run: a second click starts
    nothing. Raises BadSettings when the settings can't be done, NoFacts before the first import.
    """
    settings.check()
    _check_day(settings.as_of, current_facts())
    asked_for: dict[str, Any] = {
        "preset": settings.preset,
        "parameters": settings.to_json(),
        "seed": settings.seed,
        "requested_by": requested_by,
    }
    with transaction.atomic():
        same = _going_on(asked_for) if queue else None
        run = same or SegmentationRun.objects.create(**asked_for)
        if queue and same is None:
            enqueue_run(run)
    return run


def enqueue_run(run: SegmentationRun) -> None:
    async_task("segmentation.tasks.execute_run", run.pk, cluster=django_settings.LONG_TASKS)


def execute_run(run_id: int) -> SegmentationRun:
    """Do a requested run. Whoever comes second finds it claimed and leaves it alone."""
    refusals = (BadSettings, NoFacts, NoFeatureLeft, TooFewCustomers)
    return perform(SegmentationRun, run_id, _segment, refusals=refusals)


def _going_on(asked_for: dict[str, Any]) -> SegmentationRun | None:
    """The same person's same wish, if it waits or runs and nobody has asked to stop it."""
    if person := asked_for["requested_by"]:
        # Of two clicks at the same moment, the second waits here and then finds the first's.
        User.objects.select_for_update().get(pk=person.pk)
    going_on = SegmentationRun.objects.unfinished().filter(cancel_requested=False)
    same: SegmentationRun | None = going_on.filter(**asked_for).first()
    return same


def adopt_run(*, run: SegmentationRun, adopted_by: User | None) -> None:
    """Make the run's segments the current ones everywhere.

    Raises NotAdoptable for a run that is not completed.
    """
    if run.status != run.Status.COMPLETED:
        raise NotAdoptable("Only a completed run can be adopted. Wait for it, or start another.")
    run.is_current, run.adopted_at, run.adopted_by = True, timezone.now(), adopted_by
    others = SegmentationRun.objects.filter(is_current=True).exclude(pk=run.pk)
    try:
        with transaction.atomic():
            others.update(is_current=False)
            run.save(update_fields=["is_current", "adopted_at", "adopted_by"])
    except IntegrityError as error:
        raise NotAdoptable(
            "Someone else adopted a run at this moment. Look at the segments and try again."
        ) from error


def recover_lost_runs() -> None:
    """Queue runs whose worker was killed once more; give up after a few times."""
    recover_lost(SegmentationRun, enqueue_run)


def _segment(run: SegmentationRun) -> None:
    settings = RunSettings.from_json(run.parameters, preset=run.preset, seed=run.seed)
    watch = Stopwatch(run)
    watch.enter("facts")
    refresh_stale_facts()
    facts = current_facts()
    as_of = _check_day(settings.as_of, facts)
    watch.enter("features")
    features = _features(facts, settings, as_of)
    inactive = never_active(facts, as_of=as_of)
    outcome = fit_candidates(
        features, settings.clustering, seed=settings.seed, on_stage=watch.enter
    )
    watch.enter("save")
    points = customer_map(outcome, seed=settings.seed)
    _keep(run, outcome, watch, facts=facts, as_of=as_of, never_active=inactive, customer_map=points)


def _features(facts: FactsVersion, settings: RunSettings, as_of: date) -> Features:
    frame = customer_features(facts, as_of=as_of)[list(settings.features)]
    if frame.empty:
        raise TooFewCustomers("No customer has claimed a coupon by that day. Choose a later day.")
    return Features(
        customer_ids=frame.index.to_numpy(),
        names=tuple(frame.columns),
        values=frame.to_numpy(dtype=float),
        indicators=INDICATORS.intersection(frame.columns),
    )


def _keep(run: SegmentationRun, outcome: Outcome, watch: Stopwatch, **values: object) -> None:
    """Store everything in one transaction: a run is either whole or not there."""
    with transaction.atomic():
        kept = save_outcome(run, outcome)
        watch.stop()
        run.finish(
            run.Status.COMPLETED,
            stage="",
            progress=1.0,
            seconds=watch.seconds,
            versions=library_versions(),
            features=list(outcome.features.names),
            left_out_features=outcome.left_out,
            customers=kept.customers,
            verdict=kept.verdict.level,
            verdict_sentence=kept.verdict.sentence,
            **values,
        )


def _check_day(as_of: date | None, facts: FactsVersion) -> date:
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
