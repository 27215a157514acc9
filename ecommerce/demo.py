"""A whole demonstration on an empty machine: data, segments, an offer and a draft campaign.

Each step looks first whether it was done, so that a demonstration that was stopped goes on where
it was, and one that is started again repeats nothing.
"""

import secrets
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command

from campaigns.models import Campaign, Offer
from campaigns.operations import assign_offer, today
from customers.demo import write_demo_data
from customers.models import Customer
from customers.operations.facts import refresh_stale_facts
from customers.operations.imports import execute_import, request_import
from segmentation.models import Segment, SegmentationRun
from segmentation.operations.adopting import adopt_run
from segmentation.operations.runs import execute_run, request_run
from segmentation.presets import DEFAULT_PRESET, preset_settings

CUSTOMERS, TRANSACTIONS, SEED = 20_000, 200_000, 7
LOGIN = "demo"
ROLES = ("Admin", "Marketer")
SOURCE = "Demo data"


class DemoFailed(RuntimeError):
    """A step of the demonstration did not come to its end."""


def steps() -> list[tuple[str, Callable[[], str]]]:
    """The steps in order: what each does, and the function that does it and says the outcome."""
    return [
        ("Database", prepare_database),
        ("Pages", collect_pages),
        ("Customers and coupons", import_demo_data),
        ("Figures", make_figures),
        ("Segments", find_segments),
        ("Offer and campaign", draft_campaign),
    ]


def prepare_database() -> str:
    call_command("migrate", verbosity=0)
    return "ready"


def collect_pages() -> str:
    call_command("collectstatic", interactive=False, verbosity=0)
    return "ready"


def import_demo_data() -> str:
    if Customer.objects.exists():
        return f"{Customer.objects.count():,} customers are here already"
    folder = Path(settings.DATA_DIR) / "demo"
    yesterday = today() - timedelta(days=1)
    write_demo_data(
        folder, customers=CUSTOMERS, transactions=TRANSACTIONS, seed=SEED, end=yesterday
    )
    data_import = request_import(
        source=folder, source_name=SOURCE, dry_run=False, requested_by=None, queue=False
    )
    data_import = execute_import(data_import.pk)
    if data_import.status != data_import.Status.COMPLETED:
        raise DemoFailed(data_import.error)
    shutil.rmtree(folder)
    return f"{data_import.created:,} rows imported"


def make_figures() -> str:
    return "made" if refresh_stale_facts() else "up to date"


def find_segments() -> str:
    if SegmentationRun.objects.current():
        return "adopted already"
    done = SegmentationRun.objects.filter(status=SegmentationRun.Status.COMPLETED).first()
    run = done or _run_segmentation()
    adopt_run(run=run, adopted_by=None)
    return f"{run.segments.count()} found and adopted"


def _run_segmentation() -> SegmentationRun:
    run = request_run(settings=preset_settings(DEFAULT_PRESET), requested_by=None, queue=False)
    run = execute_run(run.pk)
    if run.status != run.Status.COMPLETED:
        raise DemoFailed(run.error)
    return run


def draft_campaign() -> str:
    """Aim an offer at the segment that has been away longest."""
    if Campaign.objects.exists():
        return "drafted already"
    offer, _ = Offer.objects.get_or_create(
        name="Come back: 25% off",
        defaults={"kind": Offer.Kind.PERCENT, "value": 25, "valid_from": today()},
    )
    first_day = today() + timedelta(days=7)
    campaign = assign_offer(
        name="Win back the lapsed",
        offer=offer,
        segments=[_most_lapsed()],
        starts_on=first_day,
        ends_on=first_day + timedelta(days=13),
        note="Bring customers back who have not claimed or burnt a coupon for long.",
        created_by=None,
    )
    return f"{offer} for {campaign.segments.get()}"


def make_login(*, reset: bool) -> str | None:
    """A login for the demonstration; returns its new password, or None when the old one stays."""
    user, is_new = User.objects.get_or_create(
        username=LOGIN, defaults={"first_name": "Demo", "is_staff": True}
    )
    if not (is_new or reset):
        return None
    password = secrets.token_urlsafe(9)
    user.set_password(password)
    user.save()
    user.groups.set(Group.objects.filter(name__in=ROLES))
    return password


def _most_lapsed() -> Segment:
    def recency(segment: Segment) -> float:
        return max(
            (d["mean"] for d in segment.drivers if d["feature"] == "recency_days"), default=0
        )

    return max(Segment.objects.current(), key=recency)
