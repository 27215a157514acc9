"""Exports of what a run found."""

from customers.exporting.export import Export
from customers.exporting.records import record_export
from customers.models import Customer
from customers.periods import in_words
from segmentation.models import Segment


def members_export(segment: Segment) -> Export:
    """The customers of a segment, with the columns of every export of customers."""
    run = segment.run
    found = f"{run}, as of {in_words(run.as_of)}" if run.as_of else str(run)
    return record_export(
        "customers",
        Customer.objects.filter(memberships__segment=segment),
        [("Segment", segment.name), ("Found by", found)],
        title=f"Customers of {segment.name}",
    )
