"""The questions that are asked of offers and campaigns."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Count, Prefetch, Q

from segmentation.models import Segment


class OfferQuerySet(models.QuerySet[Any]):
    def usable(self, *, on: date) -> Self:
        """Offers that a campaign may still hand out on that day."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=on))


class CampaignQuerySet(models.QuerySet[Any]):
    def with_segments(self) -> Self:
        """Each campaign with the segments it speaks of, in three queries for all."""
        return self.prefetch_related(*segments_as_aimed())

    def with_offer(self) -> Self:
        """Each campaign with its offer too."""
        return self.with_segments().select_related("offer")

    def for_segment(self, segment: Segment) -> Self:
        """Campaigns aimed at this segment, whichever run they took it from."""
        same = Q(segments=segment)
        if segment.identity_id is not None:
            same |= Q(segments__identity=segment.identity_id)
        return self.filter(pk__in=self.model.objects.filter(same).values("pk"))

    def active(self) -> Self:
        """Scheduled or running."""
        return self.filter(status__in=self.model.ACTIVE)

    def running(self) -> Self:
        return self.filter(status=self.model.Status.RUNNING)

    def due_to_start(self, *, on: date) -> Self:
        return self.filter(status=self.model.Status.SCHEDULED, starts_on__lte=on)

    def due_to_end(self, *, on: date) -> Self:
        """Campaigns whose last day is over by the morning of that day."""
        return self.active().filter(ends_on__lt=on)

    def count_by_status(self) -> dict[str, int]:
        counts = self.order_by().values_list("status").annotate(n=Count("pk"))
        return dict.fromkeys(self.model.Status.values, 0) | dict(counts)


def segments_as_aimed() -> "tuple[Prefetch[Any], ...]":
    """What `Campaign.aimed_at` reads: the segments, and each as the adopted run has it."""
    return (
        Prefetch("segments", Segment.objects.with_run()),
        Prefetch(
            "segments__identity__segments",
            Segment.objects.current().with_run(),
            to_attr="adopted",
        ),
    )
