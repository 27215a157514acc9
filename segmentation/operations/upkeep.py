"""Between two runs: customers who came since get a segment, and how far everybody has changed."""

from typing import Any

import numpy as np
import pandas as pd
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from customers.facts.features import customer_features
from customers.facts.query import NoFacts, current_facts
from customers.models import Customer
from segmentation.engine.drift import level, population_stability_index
from segmentation.engine.matching import NO_SEGMENT
from segmentation.engine.model_files import ModelMissing, UntrustedModel, load_model
from segmentation.engine.run_model import RunModel
from segmentation.models import Membership, Segment, SegmentationRun
from segmentation.operations.memberships import add_memberships, members_of, noise_of

MUCH_MOVED = 0.20  # share of customers who would be in another segment today


def look_after_segments() -> None:
    """Bring the adopted segments up to the current figures, once for each version of these.

    Customers who were first active since the run get the segment its model finds for them; those
    who were there keep theirs until the next run. How far the customers have changed is kept with
    the run.
    """
    run = SegmentationRun.objects.current()
    try:
        facts = current_facts()
    except NoFacts:
        return
    if run is None or facts.pk in (run.facts_id, run.drift.get("facts")):
        return
    count_members(run)
    try:
        model = model_of_run(run) if run.model_digest else None
    except (ModelMissing, UntrustedModel):
        return
    if model is None or facts.last_day is None:
        return
    now = customer_features(facts, as_of=facts.last_day, names=model.names)
    labels = model.predict(now.to_numpy(dtype=float))
    added = _assign_newcomers(run, now, labels)
    before = customer_features(facts, as_of=run.as_of or facts.last_day, names=model.names)
    drift = {
        "facts": facts.pk,
        "as_of": facts.last_day.isoformat(),
        "features": _shifts(before, now),
        "moved": _share_moved(run, model, before, pd.Series(labels, index=now.index)),
        "added": run.drift.get("added", 0) + added,
    }
    SegmentationRun.objects.filter(pk=run.pk).update(drift=drift)


def model_of_run(run: SegmentationRun) -> RunModel:
    """The fitted model that a run keeps. Raises ModelMissing and UntrustedModel."""
    return RunModel.from_dict(load_model(run.model_path, run.model_digest))


def _assign_newcomers(run: SegmentationRun, now: pd.DataFrame, labels: np.ndarray) -> int:
    """Give each customer without a segment theirs; returns how many got one."""
    by_label = {segment.position - 1: segment.pk for segment in run.segments.all()}
    with transaction.atomic():
        # A run that was replaced meanwhile is not touched.
        if not SegmentationRun.objects.select_for_update().filter(pk=run.pk, is_current=True):
            return 0
        known = members_of(run).customer_ids
        here = np.fromiter(Customer.objects.order_by().values_list("pk", flat=True), dtype=np.int64)
        ids = now.index.to_numpy()
        is_new = ~np.isin(ids, known) & np.isin(ids, here) & np.isin(labels, list(by_label))
        ids, labels = ids[is_new], labels[is_new]
        if not len(ids):
            return 0
        add_memberships(run, ids, labels, by_label, assigned_at=timezone.now())
        count_members(run)
    return len(ids)


@transaction.atomic
def count_members(run: SegmentationRun) -> None:
    """Make the sizes and shares of the adopted segments those of the members they have now.

    Customers come after the run, and customers are deleted, whose memberships go with them.
    """
    if not SegmentationRun.objects.select_for_update().filter(pk=run.pk, is_current=True):
        return
    members = Membership.objects.filter(run=run).order_by()
    sizes = dict(members.values_list("segment").annotate(Count("pk")))
    outside = noise_of(run)
    still_here = Customer.objects.filter(pk__in=outside.tolist()).count() if len(outside) else 0
    customers = sum(sizes.values()) + still_here
    segments = list(run.segments.all())
    for segment in segments:
        segment.size = sizes.get(segment.pk, 0)
        segment.share = segment.size / customers if customers else 0.0
    Segment.objects.bulk_update(segments, ["size", "share"])
    SegmentationRun.objects.filter(pk=run.pk).update(customers=customers)


def _shifts(before: pd.DataFrame, now: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """How far each feature has shifted; without those that nobody had a value of at one time."""
    shifts = {}
    for name in now.columns:
        was, today = before[name].dropna().to_numpy(), now[name].dropna().to_numpy()
        if len(was) and len(today):
            index = population_stability_index(was, today)
            shifts[name] = {"index": round(index, 4), "level": level(index)}
    return shifts


def _share_moved(
    run: SegmentationRun, model: RunModel, before: pd.DataFrame, now: pd.Series
) -> float | None:
    """The share of members, 0 to 1, whom the model would put into another segment today."""
    was = _labels_then(run, model, before)
    today = now.reindex(was.index)
    known = today.notna()
    return round(float((was[known] != today[known]).mean()), 4) if known.any() else None


def _labels_then(run: SegmentationRun, model: RunModel, before: pd.DataFrame) -> pd.Series:
    """The labels of the members, by customer: those that the model itself would have given.

    Where customers join the nearest of some that the model keeps, it errs now and then; who was
    elsewhere then by its rule has not moved if it says so again.
    """
    members = members_of(run)
    positions = {segment.pk: segment.position - 1 for segment in run.segments.all()}
    positions[NO_SEGMENT] = NO_SEGMENT
    was = pd.Series(members.labels, index=members.customer_ids).map(positions)
    if not model.predictor.is_nearest:
        return was
    rule = pd.Series(model.predict(before.to_numpy(dtype=float)), index=before.index)
    return was[was == rule.reindex(was.index)]
