"""Reading and writing who belongs to which segment, a million customers at once."""

import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pandas as pd
from django.conf import settings

from customers.bulk import copy_in
from customers.duck import literal, open_duckdb
from segmentation.engine.matching import NO_SEGMENT, Members
from segmentation.models import Membership, SegmentationRun

logger = logging.getLogger(__name__)


def add_memberships(
    run: SegmentationRun,
    customer_ids: np.ndarray,
    labels: np.ndarray,
    segments: Mapping[int, int],
    *,
    assigned_at: datetime | None = None,
) -> None:
    """Store the (n,) customers of the run with the segments that stand for their (n,) labels.

    Customers whose label stands for no segment, such as noise, get none. `assigned_at` is for
    customers whom the run itself has not seen. Call it in a transaction.
    """
    known = np.isin(labels, list(segments))
    if not known.any():
        return
    frame = pd.DataFrame({"customer_id": customer_ids[known], "label": labels[known]})
    pairs = pd.DataFrame({"label": list(segments), "segment_id": list(segments.values())})
    columns = ["run_id", "customer_id", "segment_id"]
    selected = f"{int(run.pk)} AS run_id, customer_id, segment_id"
    if assigned_at:
        columns.append("assigned_at")
        selected += f", {literal(assigned_at.isoformat(sep=' '))} AS assigned_at"
    with (
        TemporaryDirectory(dir=settings.DATA_DIR) as folder,
        open_duckdb(spill=Path(folder)) as db,
    ):
        path = Path(folder) / "memberships.csv"
        db.register("members", frame)
        db.register("pairs", pairs)
        # DuckDB writes a million rows in a tenth of the time that pandas takes.
        db.execute(
            f"COPY (SELECT {selected} FROM members JOIN pairs USING (label) ORDER BY customer_id)"
            f" TO {literal(path)} (FORMAT csv, HEADER true)"
        )
        copy_in(Membership._meta.db_table, columns, path)


def members_of(run: SegmentationRun) -> Members:
    """Who is in which segment of a run: customers' and segments' primary keys; -1 for noise."""
    pairs = np.fromiter(
        Membership.objects.filter(run=run)
        .order_by()
        .values_list("customer_id", "segment_id")
        .iterator(100_000),
        dtype=[("customer", np.int64), ("segment", np.int64)],
    )
    noise = np.setdiff1d(noise_of(run), pairs["customer"])
    customers = np.concatenate([pairs["customer"], noise])
    segments = np.concatenate([pairs["segment"], np.full(len(noise), NO_SEGMENT)])
    order = np.argsort(customers)
    return Members(customers[order], segments[order])


def noise_of(run: SegmentationRun) -> np.ndarray:
    """The customers whom the run saw and put into no segment, as far as its labels are kept."""
    best = run.best
    if best is None or not best.noise_share or not run.labels_path.exists():
        return np.empty(0, dtype=np.int64)
    try:
        with open_duckdb(spill=settings.DATA_DIR / "duckdb") as db:
            found = db.execute(
                f"SELECT customer_id FROM read_parquet({literal(run.labels_path)})"
                f" WHERE c{int(best.position)} = {NO_SEGMENT}"
            ).fetchnumpy()
    except duckdb.Error:
        logger.exception("The labels of %s can't be read.", run)
        return np.empty(0, dtype=np.int64)
    return np.asarray(found["customer_id"])
