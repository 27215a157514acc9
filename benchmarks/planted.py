"""Whether automatic mode finds groups that are there, and says so where there are none."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from benchmarks import by_hand
from segmentation.engine.candidates import fit_candidates
from segmentation.engine.features import Features
from segmentation.engine.judging import judge
from segmentation.engine.preparing import PreparationSettings
from segmentation.engine.settings import AUTO, AUTO_CLUSTERS, ClusteringSettings

AUTOMATIC = ClusteringSettings(
    algorithm=AUTO,
    reduction=AUTO,
    clusters=AUTO_CLUSTERS,
    preparation=PreparationSettings(transform="auto"),
)
NAMES = (
    *("recency_days", "transaction_frequency", "burn_rate", "merchant_frequency"),
    *("city_frequency", "gender_name_Female", "gender_name_Male"),
)
INDICATORS = frozenset(NAMES[-2:])


def find_planted(data: Path, seed: int) -> dict[str, Any]:
    """Segment the demo data and compare with the archetypes they were made from."""
    path = data / "one-file.parquet"
    by_hand.write_one_file(data, path)
    matrix = by_hand.feature_matrix(path, by_hand.last_day(path))
    truth = pd.read_csv(data / "truth.csv", index_col="customer_id")["archetype"]
    outcome = fit_candidates(_features(matrix.to_numpy()), AUTOMATIC, seed=seed)
    agreement = adjusted_rand_score(truth.reindex(matrix.index), outcome.best.labels)
    return {
        "agreement": float(agreement),
        "model": outcome.best.title,
        "level": judge(outcome, seed=seed)[0].level,
    }


def find_nothing(seed: int, customers: int) -> str:
    """The level of the verdict on customers whose features have nothing to do with each other."""
    lots = np.random.default_rng(seed)
    woman = lots.integers(0, 2, customers)
    columns = [lots.exponential(90, customers), lots.poisson(10, customers) + 1]
    columns += [
        lots.uniform(size=customers),
        lots.normal(5, 1, customers),
        lots.poisson(2, customers),
    ]
    values = np.column_stack([*columns, woman, 1 - woman]).astype(np.float64)
    outcome = fit_candidates(_features(values), AUTOMATIC, seed=seed)
    return judge(outcome, seed=seed)[0].level


def _features(values: np.ndarray) -> Features:
    return Features(np.arange(len(values)), NAMES, values, INDICATORS)
