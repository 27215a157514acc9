"""The file of a run that says who each of its models put where."""

from collections.abc import Sequence

import duckdb
import pandas as pd

from customers.duck import literal
from segmentation.models import SegmentationRun


def write_labels(run: SegmentationRun, customers: Sequence[int], *labelings: Sequence[int]) -> None:
    """Keep the customers, by their keys, with a labeling for each model in the order tried."""
    columns = {"customer_id": customers}
    columns |= {f"c{position}": labels for position, labels in enumerate(labelings, start=1)}
    run.folder.mkdir(parents=True)
    with duckdb.connect() as db:
        db.register("labels", pd.DataFrame(columns))
        db.execute(f"COPY labels TO {literal(run.labels_path)} (FORMAT parquet)")
