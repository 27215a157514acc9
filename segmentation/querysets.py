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

    def adopted(self) -> Self:
        """Runs that are or were adopted, the latest first."""
        return self.filter(adopted_at__isnull=False).order_by("-adopted_at")

    def to_settle(self) -> Self:
        """Those of a schedule that have ended and of which nothing has become yet."""
        ended = self.exclude(status__in=self.model.UNFINISHED)
        return ended.filter(schedule__isnull=False, settled_at=None)

    def light(self) -> Self:
        """Without the large fields that only a run's own page draws."""
        return self.defer(*self.model.LARGE)


class IdentityQuerySet(models.QuerySet[Any]):
    def active(self) -> Self:
        """Those that are offered for new campaigns."""
        return self.filter(archived_at__isnull=True)


class SegmentQuerySet(models.QuerySet[Any]):
    def current(self) -> Self:
        """Segments of the adopted run."""
        return self.filter(run__is_current=True)

    def active(self) -> Self:
        """Those that are not archived."""
        return self.filter(identity__archived_at__isnull=True)

    def archived(self) -> Self:
        return self.filter(identity__archived_at__isnull=False)

    def with_run(self) -> Self:
        """Each segment with its run and what stays of it, without what only a run's page draws."""
        run: Any = self.model._meta.get_field("run").related_model
        whole = self.select_related("run", "identity")
        return whole.defer(*(f"run__{name}" for name in run.LARGE))

    def as_of_now(self) -> Self:
        """These segments as the adopted run has them: found again, they are its own.

        What it did not find again stays as it was.
        """
        again = self.model.objects.current().filter(identity__segments__in=self)
        gone = self.exclude(identity__in=again.values("identity"))
        return self.model.objects.filter(
            models.Q(pk__in=again.values("pk")) | models.Q(pk__in=gone.values("pk"))
        )


class MembershipQuerySet(models.QuerySet[Any]):
    def reachable(self) -> Self:
        """Members who accept marketing."""
        return self.filter(customer__accepts_marketing=True)

    def newcomers(self) -> Self:
        """Customers who came after the run and were put where its model puts them."""
        return self.filter(assigned_at__isnull=False)

    def over_time(self, customer_id: int) -> Self:
        """A customer's segments in the adopted runs, the latest first."""
        adopted = self.filter(customer_id=customer_id, run__adopted_at__isnull=False)
        run: Any = self.model._meta.get_field("run").related_model
        whole = adopted.select_related("segment__identity", "run")
        light = whole.defer(*(f"run__{name}" for name in run.LARGE))
        return light.order_by("-run__adopted_at")
