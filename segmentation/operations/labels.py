"""Who each model of a run put where, as the run keeps it in a file beside the database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from django.conf import settings

from customers.duck import literal, open_duckdb
from customers.models import Customer
from segmentation.models import Candidate, SegmentationRun

BLOCK = 1_000  # customers whose external ids are looked up at once


class LabelsGone(ValueError):
    """Who was put where is not kept; the text says why."""


def count_pairs(
    run: SegmentationRun, one: Candidate, other: Candidate
) -> tuple[list[int], list[int], np.ndarray]:
    """The labels (ascending, -1 = in no segment) of two models and how many customers share them.

    The counts are (a, b). Raises LabelsGone.
    """
    with _labels(run) as db:
        counted = db.execute(
            f"SELECT {_column(one)} AS a, {_column(other)} AS b, count(*) AS customers"
            " FROM labels GROUP BY a, b"
        ).df()
    table = counted.pivot(index="a", columns="b", values="customers").fillna(0).astype(int)
    rows, columns = ([int(label) for label in labels] for labels in (table.index, table.columns))
    return rows, columns, table.to_numpy()


def customers_apart(
    run: SegmentationRun,
    one: Candidate,
    other: Candidate,
    pairs: Sequence[tuple[int, int]],
    *,
    most: int | None = None,
) -> Iterator[tuple[str, int, int]]:
    """External id and both labels of each customer whose labels are none of the pairs.

    In the order of the customers' keys, without those who were deleted since. Raises LabelsGone.
    """
    limit = "" if most is None else f"LIMIT {int(most)}"
    with _labels(run) as db:
        db.register("same", pd.DataFrame(list(pairs), columns=["a", "b"], dtype=np.int64))
        here, there = _column(one), _column(other)
        db.execute(
            f"SELECT customer_id, {here}, {there} FROM labels"
            f" ANTI JOIN same ON {here} = same.a AND {there} = same.b"
            f" ORDER BY customer_id {limit}"
        )
        yield from _with_external_ids(db)


def customers_in_no_segment(run: SegmentationRun, best: Candidate) -> Iterator[str]:
    """The external ids of those whom the recommended model left out. Raises LabelsGone."""
    with _labels(run) as db:
        db.execute(f"SELECT customer_id FROM labels WHERE {_column(best)} < 0 ORDER BY customer_id")
        for (external_id,) in _with_external_ids(db):
            yield external_id


@contextmanager
def _labels(run: SegmentationRun) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with the table `labels`."""
    if not run.labels_path.exists():
        raise LabelsGone(
            "Who each model put where is not kept for this run, so its models can be compared by"
            " their scores only. A new run keeps it."
        )
    with open_duckdb(spill=settings.DATA_DIR / "duckdb") as db:
        try:
            db.execute(f"CREATE VIEW labels AS FROM read_parquet({literal(run.labels_path)})")
        except duckdb.Error as error:
            raise LabelsGone(
                "The file that says who each model put where is damaged. A new run makes another."
            ) from error
        yield db


def _column(candidate: Candidate) -> str:
    return f"c{int(candidate.position)}"


def _with_external_ids(db: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    """The rows of the last query, with the external id in place of the key."""
    while block := db.fetchmany(BLOCK):
        keys = [key for key, *_ in block]
        ids = dict(Customer.objects.filter(pk__in=keys).values_list("pk", "external_id"))
        yield from ((ids[key], *rest) for key, *rest in block if key in ids)
