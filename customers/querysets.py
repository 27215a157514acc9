"""The questions that are asked of customers, their transactions and the work on them."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.core.cache import cache
from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

if TYPE_CHECKING:
    from customers.models import FactsVersion


class CustomerQuerySet(models.QuerySet[Any]):
    def reachable(self) -> Self:
        """Customers who accept marketing."""
        return self.filter(accepts_marketing=True)

    def never_active(self) -> Self:
        """Customers without a single coupon transaction."""
        return self.filter(transactions__isnull=True)


class TransactionQuerySet(models.QuerySet[Any]):
    def burnt(self) -> Self:
        return self.filter(burnt_on__isnull=False)

    def outstanding(self, *, on: date) -> Self:
        """Coupons claimed by the evening of that day and not yet burnt then."""
        return self.filter(Q(burnt_on__isnull=True) | Q(burnt_on__gt=on), claimed_on__lte=on)

    def with_places(self) -> Self:
        """Each transaction with its customer, branch, merchant and city, in one query."""
        return self.select_related("customer", "branch__merchant", "branch__city")


class MerchantQuerySet(models.QuerySet[Any]):
    def with_branch_count(self) -> Self:
        return self.annotate(branch_count=Count("branches"))


class BranchQuerySet(models.QuerySet[Any]):
    def with_places(self) -> Self:
        """Each branch with its merchant and city, in one query."""
        return self.select_related("merchant", "city")


def beat_key(jobs: type[models.Model], pk: int) -> str:
    """Under which key of the cache the worker of a job says that it lives."""
    return f"{jobs._meta.label_lower}-{pk}-beat"


class JobQuerySet(models.QuerySet[Any]):
    """Rows of background work; see `customers.models.jobs.Job`."""

    def claim(self, pk: int) -> bool:
        """Take the job for this process. False if it is someone else's, ended or cancelled."""
        now = timezone.now()
        waiting = Q(status=self.model.Status.QUEUED)
        if not self.is_heard_of(pk):
            waiting |= self._running_silent(now)
        claimed = self.filter(waiting, pk=pk, attempts__lt=self.model.MAX_ATTEMPTS).update(
            status=self.model.Status.RUNNING,
            attempts=F("attempts") + 1,
            heartbeat_at=now,
            started_at=now,
        )
        return claimed == 1

    def is_heard_of(self, pk: int) -> bool:
        """Whether its worker has lately said in the cache that it lives."""
        return bool(cache.get(beat_key(self.model, pk)))

    def lost(self) -> Self:
        """Jobs that nobody has been heard of for a while: running ones and waiting ones.

        A killed cluster takes tasks that it had fetched but not begun with it for hours, so a
        waiting job that is silent too long is as good as lost.
        """
        now = timezone.now()
        heard = self.annotate(last_heard=Coalesce("heartbeat_at", "created_at"))
        waiting = Q(status=self.model.Status.QUEUED, last_heard__lt=self._silent_since(now))
        silent = heard.filter(waiting | self._running_silent(now))
        # On SQLite no heartbeat reaches the row while a long import is written.
        running = self.unfinished().exclude(status=self.model.Status.QUEUED)
        alive = [pk for pk in running.values_list("pk", flat=True) if self.is_heard_of(pk)]
        return silent.exclude(pk__in=alive)

    def unfinished(self) -> Self:
        return self.filter(status__in=self.model.UNFINISHED)

    def _running_silent(self, now: datetime) -> Q:
        return Q(status=self.model.Status.RUNNING, heartbeat_at__lt=self._silent_since(now))

    def _silent_since(self, now: datetime) -> datetime:
        return now - timedelta(seconds=self.model.LOST_AFTER_SECONDS)


class FactsVersionQuerySet(models.QuerySet[Any]):
    def current(self) -> "FactsVersion | None":
        """The snapshot that pages read, or None before the first refresh."""
        return self.filter(is_current=True).first()
