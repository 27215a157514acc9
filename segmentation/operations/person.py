"""How one customer stands to the adopted segments: why here, and what would move them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from customers.facts.features import customer_features
from customers.models import FactsVersion
from segmentation.engine.model_files import ModelMissing, UntrustedModel
from segmentation.engine.moves import FIXED, Change, what_would_move
from segmentation.engine.person import Reason, why_here
from segmentation.engine.run_model import RunModel
from segmentation.models import Membership, Segment, SegmentationRun
from segmentation.operations.upkeep import model_of_run

NO_MODEL = "The run of these segments kept no model to ask. Start a new run to have one."
NO_WAY = "Nothing they could still do alone, and no two things together, would move them."


@dataclass(frozen=True)
class Averages:
    """What the segments' drivers say of everybody, in the order of the run's features."""

    names: tuple[str, ...]
    means: Mapping[int, np.ndarray]  # (p,) by the segment's primary key
    base: np.ndarray  # (p,) means of all customers
    deviations: np.ndarray  # (p,) standard deviations of all customers; 0: all alike


@dataclass(frozen=True)
class Standing:
    """Why a customer is in a segment, and the smallest change that leads to each other one."""

    reasons: list[Reason]  # strongest first
    moves: list[tuple[Segment, tuple[Change, ...]]]  # nearest first
    no_moves: str  # why there are none; else empty


def values_of(
    customer_id: int, run: SegmentationRun, facts: FactsVersion, as_of: date
) -> dict[str, float] | None:
    """The customer's values of the run's features by that day; None before the first claim."""
    found = customer_features(facts, as_of=as_of, names=run.features, customer=customer_id)
    if found.empty:
        return None
    return {str(name): float(value) for name, value in found.iloc[0].items()}


def averages(segments: Sequence[Segment], names: Sequence[str]) -> Averages:
    """Means and deviations as they follow from the segments' effects: (mean - base) / deviation."""
    drivers = {
        segment.pk: {driver["feature"]: driver for driver in segment.drivers}
        for segment in segments
    }
    first = next(iter(drivers.values()))
    known = tuple(name for name in names if name in first)
    return Averages(
        names=known,
        means={
            pk: np.array([of[name]["mean"] for name in known], dtype=float)
            for pk, of in drivers.items()
        },
        base=np.array([first[name]["base"] for name in known], dtype=float),
        deviations=np.array(
            [_deviation([of[name] for of in drivers.values()]) for name in known], dtype=float
        ),
    )


def standing(
    membership: Membership, values: Mapping[str, float], segments: Sequence[Segment]
) -> Standing:
    """Explain a membership of the adopted run; `segments` are all of the run."""
    run, known = membership.run, averages(segments, membership.run.features)
    own = np.array([values[name] for name in known.names])
    reasons = why_here(
        known.names, own, known.means[membership.segment_id], known.base, known.deviations
    )
    try:
        model = model_of_run(run) if run.model_digest else None
    except (ModelMissing, UntrustedModel) as error:
        return Standing(reasons, [], str(error))
    if model is None or not model.grid:
        return Standing(reasons, [], NO_MODEL)
    moves = _moves(membership, values, segments, known, model)
    return Standing(reasons, moves, "" if moves else NO_WAY)


def _moves(
    membership: Membership,
    values: Mapping[str, float],
    segments: Sequence[Segment],
    known: Averages,
    model: RunModel,
) -> list[tuple[Segment, tuple[Change, ...]]]:
    deviations = dict(zip(known.names, known.deviations, strict=True))
    by_label = {s.position - 1: s for s in segments if s.pk != membership.segment_id}
    changeable = {name for name in model.names if deviations.get(name, 0) > 0} - FIXED
    found = what_would_move(
        model.names,
        np.array([values[name] for name in model.names]),
        list(by_label),
        predict=model.predict,
        grid=model.grid,
        deviations=np.array([deviations.get(name, 0.0) for name in model.names]),
        changeable=changeable,
    )
    return [(by_label[move.segment], move.changes) for move in found]


def _deviation(drivers: Sequence[Mapping[str, float]]) -> float:
    """From the segment that lies farthest from everybody, where rounding matters least."""
    farthest = max(drivers, key=lambda driver: abs(driver["effect"]))
    if not farthest["effect"]:
        return 0.0
    return (farthest["mean"] - farthest["base"]) / farthest["effect"]
