"""The reference preset by hand: features in DuckDB, scikit-learn's fit, COPY of the members."""

from datetime import date
from pathlib import Path
from time import perf_counter

import pandas as pd
from django.db import connection
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from benchmarks import by_hand
from customers.bulk import copy_in
from customers.models import Customer
from segmentation.models import Membership, Segment, SegmentationRun

CLUSTERS, STARTS, SEED = 5, 10, 7


def segment(path: Path, day: date, folder: Path) -> dict[str, float]:
    """Seconds of the features, the fit and the COPY into the product's own table.

    The run and its segments that the members refer to are made beforehand, and so is the file
    that is copied.
    """
    began = perf_counter()
    matrix = by_hand.feature_matrix(path, day)
    features = perf_counter() - began
    began = perf_counter()
    values = matrix.to_numpy()
    values[:, :5] = StandardScaler().fit_transform(values[:, :5])
    plane = PCA(2, svd_solver="covariance_eigh").fit_transform(values)
    labels = KMeans(CLUSTERS, n_init=STARTS, random_state=SEED).fit_predict(plane)
    fit = perf_counter() - began
    members, columns = _members(matrix.index, labels, folder)
    connection.ensure_connection()
    began = perf_counter()
    copied = copy_in(Membership._meta.db_table, columns, members)
    copy = perf_counter() - began
    assert copied == len(matrix)
    return {"features": features, "fit": fit, "copy": copy}


def _members(
    customers: "pd.Index[int]", labels: "pd.Series[int]", folder: Path
) -> tuple[Path, list[str]]:
    run = SegmentationRun.objects.create(status=SegmentationRun.Status.COMPLETED)
    segments = [
        Segment.objects.create(
            run=run, key=f"S{n}", position=n, name=f"Group {n}", size=0, share=0, strategy=""
        ).pk
        for n in range(1, CLUSTERS + 1)
    ]
    keys = pd.Series(
        dict(Customer.objects.values_list("external_id", "pk").iterator(100_000)), dtype="int64"
    )
    frame = pd.DataFrame(
        {
            "run_id": run.pk,
            "customer_id": keys.reindex(customers.astype(str)).to_numpy(),
            "segment_id": [segments[label] for label in labels],
        }
    )
    path = folder / "by-hand.csv"
    frame.to_csv(path, index=False)
    return path, list(frame.columns)
