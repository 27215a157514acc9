"""Exports of what a run found."""

from collections.abc import Iterator, Sequence

from django.db.models import BooleanField, ExpressionWrapper, Q

from customers.exporting.export import Cell, Column, Export, Kind, Table
from customers.exporting.records import record_export, streamed
from customers.models import Customer
from customers.periods import in_words
from segmentation.compare_display import side
from segmentation.models import Candidate, Membership, Segment, SegmentationRun
from segmentation.operations.comparing import compare, who_differs
from segmentation.operations.labels import LabelsGone, customers_in_no_segment

MEMBERSHIP_COLUMNS = (
    Column("customer_id"),
    Column("segment_key"),
    Column("segment_name"),
    Column("assigned_after_run", Kind.YES_NO),
)
UNKNOWN_REST = "left out, because who they are is no longer kept"


def members_export(segment: Segment) -> Export:
    """The customers of a segment, with the columns of every export of customers."""
    return record_export(
        "customers",
        Customer.objects.filter(memberships__segment=segment),
        [("Segment", segment.name), ("Found by", _found_by(segment.run))],
        title=f"Customers of {segment.name}",
    )


def memberships_export(run: SegmentationRun) -> Export:
    """Everybody whom a completed run looked at, or who came after it, with their segment.

    Who is in no segment comes last, with empty cells.
    """
    about = [("Found by", _found_by(run))]
    best = run.best
    outside: Iterator[Sequence[Cell]] = iter(())
    if best and best.noise_share:
        try:
            outside = iter([(who, None, None, False) for who in customers_in_no_segment(run, best)])
        except LabelsGone:
            about.append(("Customers in no segment", UNKNOWN_REST))
    rows = _all_rows(run, outside)
    table = Table("memberships", MEMBERSHIP_COLUMNS, rows)
    return Export(f"Segments of {run}", _as_of(run), [table], about)


def difference_export(run: SegmentationRun, one: Candidate, other: Candidate) -> Export:
    """The customers whom two models put into different segments. Raises LabelsGone."""
    comparison = compare(run, one, other)
    segments = list(run.segments.all())
    a, b = side("A", one, segments), side("B", other, segments)
    rows = (
        (who, a.name(label), b.name(its))
        for who, label, its in who_differs(run, one, other, comparison)
    )
    columns = [Column("customer_id"), Column("segment_in_a"), Column("segment_in_b")]
    about = [("A", str(one)), ("B", str(other)), ("Found by", _found_by(run))]
    title = f"Differences of two models of {run}"
    return Export(title, _as_of(run), [Table("differences", columns, rows)], about)


def _all_rows(run: SegmentationRun, outside: Iterator[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    came_after = ExpressionWrapper(Q(assigned_at__isnull=False), BooleanField())
    members = Membership.objects.filter(run=run).order_by("customer_id")
    yield from streamed(
        members.values_list("customer__external_id", "segment__key", "segment__name", came_after)
    )
    yield from outside


def _found_by(run: SegmentationRun) -> str:
    return f"{run}, as of {_as_of(run)}" if run.as_of else str(run)


def _as_of(run: SegmentationRun) -> str:
    return in_words(run.as_of) if run.as_of else "unknown"
