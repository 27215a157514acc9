"""Writing who belongs to which segment, a million customers at once."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from django.conf import settings

from customers.bulk import copy_in
from customers.duck import literal, open_duckdb
from segmentation.models import Membership, SegmentationRun


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
