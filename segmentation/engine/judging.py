"""The verdict on what a run recommends."""

from segmentation.engine.candidates import Outcome
from segmentation.engine.correlated import against_one_cloud
from segmentation.engine.preparing import blocks
from segmentation.engine.recommendation import faults_of
from segmentation.engine.resampling import Structure
from segmentation.engine.sampling import sample_rows
from segmentation.engine.scoring import RESAMPLED, model_of
from segmentation.engine.verdict import Verdict, verdict


def judge(outcome: Outcome, *, seed: int) -> tuple[Verdict, Structure | None]:
    """The verdict, and how far the recommended candidate is beyond mere correlation.

    Only the recommended one is held against a cloud of customers: that takes as long as the
    structure of a candidate, and decides nothing between candidates.
    """
    best, beyond = outcome.best, _beyond_correlation(outcome, seed)
    found = verdict(
        best.scores,
        beyond,
        faults=[fault.of_segments for fault in faults_of(best)],
        agreement=best.approximation.agreement if best.approximation else None,
    )
    return found, beyond


def _beyond_correlation(outcome: Outcome, seed: int) -> Structure | None:
    best, prepared = outcome.best, outcome.prepared
    columns = blocks(prepared.names)
    # One feature alone goes together with nothing.
    if best.scores.common.value is None or len(columns) == 1:
        return None
    rows = sample_rows(len(best.labels), RESAMPLED, seed)
    return against_one_cloud(
        prepared.values[rows],
        prepared.common[rows],
        columns,
        model_of(best.trial, best.clustering, prepared, best.reduced, rows, seed=seed),
        seed=seed,
    )
