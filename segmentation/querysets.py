"""The questions that are asked of runs and segments."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from customers.querysets import JobQuerySet

if TYPE_CHECKING:
    from segmentation.models import SegmentationRun


class RunQuerySet(JobQuerySet):
    def current(self) -> "SegmentationRun | None":
        """The adopted run whose segments the whole product shows, or None."""
        return self.filter(is_current=True).first()


class SegmentQuerySet(models.QuerySet[Any]):
    def current(self) -> Self:
        """Segments of the adopted run."""
        return self.filter(run__is_current=True)


class MembershipQuerySet(models.QuerySet[Any]):
    def reachable(self) -> Self:
        """Members who accept marketing."""
        return self.filter(customer__accepts_marketing=True)
