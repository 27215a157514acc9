"""Rows for tests: each function makes one, with unique defaults that keywords override."""

from datetime import date, timedelta
from itertools import count
from typing import Any

import numpy as np
from django.contrib.auth.models import Group, User
from rest_framework.test import APIClient

from campaigns.models import Campaign, Offer
from customers.models import (
    Branch,
    City,
    Customer,
    DataImport,
    FactsVersion,
    Merchant,
    Transaction,
)
from segmentation.models import (
    Candidate,
    Membership,
    RunSchedule,
    Segment,
    SegmentationRun,
    SegmentIdentity,
)
from segmentation.presets import preset_settings

numbers = count(1)
STRATEGY = "They burn most of what they claim. Reward them without a discount."


def make_user(role: str | None = None, **values: Any) -> User:
    """A person in one of the groups Viewer, Marketer, Admin, Integration; None: in no group."""
    values.setdefault("username", f"person{next(numbers)}")
    user = User.objects.create_user(**values)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def make_api_client(role: str | None = None) -> APIClient:
    """A client in whose session a new person of that role is logged in."""
    client = APIClient()
    client.force_login(make_user(role))
    return client


def make_city(**values: Any) -> City:
    n = next(numbers)
    return City.objects.create(**{"external_id": f"city{n}", "name": f"City {n}"} | values)


def make_merchant(**values: Any) -> Merchant:
    n = next(numbers)
    return Merchant.objects.create(
        **{"external_id": f"merchant{n}", "name": f"Merchant {n}"} | values
    )


def make_branch(**values: Any) -> Branch:
    n = next(numbers)
    if "merchant" not in values:
        values["merchant"] = make_merchant()
    return Branch.objects.create(**{"external_id": f"branch{n}", "name": f"Branch {n}"} | values)


def make_customer(**values: Any) -> Customer:
    defaults = {
        "external_id": f"customer{next(numbers)}",
        "gender": Customer.Gender.FEMALE,
        "joined_on": date(2024, 1, 1),
        "accepts_marketing": True,
    }
    return Customer.objects.create(**defaults | values)


def make_transaction(**values: Any) -> Transaction:
    """A claimed coupon; with `burnt_on`, a burnt one."""
    values = _with_parents(values, customer=make_customer, branch=make_branch)
    burnt = values.get("burnt_on") is not None
    defaults = {
        "external_id": f"transaction{next(numbers)}",
        "coupon_name": "10% off",
        "status": Transaction.Status.BURNT if burnt else Transaction.Status.CLAIMED,
        "claimed_on": date(2024, 3, 1),
    }
    return Transaction.objects.create(**defaults | values)


def make_facts(**values: Any) -> FactsVersion:
    """The current figures, of 2024, with an empty folder."""
    days = {"first_day": date(2024, 1, 1), "last_day": date(2024, 12, 31)}
    version = FactsVersion.objects.create(**{"is_current": True} | days | values)
    version.folder.mkdir(parents=True)
    return version


def make_history(
    *, customers: int = 60, transactions: int = 300, seed: int = 0, never_active: int = 5
) -> None:
    """Random customers and coupons of the first half of 2024: two cities, three merchants.

    The first customers claim more and burn more than the last; every gender, branches with and
    without a city, and customers without a city or a coupon are there.
    """
    lots = np.random.default_rng(seed)
    cities = [make_city(), make_city(), None]
    branches = [make_branch(city=city) for city in cities]
    people = Customer.objects.bulk_create(
        Customer(
            external_id=f"history{next(numbers)}",
            gender=lots.choice(Customer.Gender.values),
            city=cities[lots.integers(3)],
            joined_on=date(2024, 1, 1) + timedelta(days=int(lots.integers(180))),
            accepts_marketing=bool(lots.integers(2)),
        )
        for _ in range(customers + never_active)
    )
    owners = [*range(customers), *(lots.random(max(transactions - customers, 0)) ** 2 * customers)]
    Transaction.objects.bulk_create(
        _coupon(people[int(owner)], branches[lots.integers(3)], int(owner) / customers, lots)
        for owner in owners
    )


def _coupon(
    customer: Customer, branch: Branch, rank: float, lots: np.random.Generator
) -> Transaction:
    claimed_on = date(2024, 1, 1) + timedelta(days=int(lots.integers(180)))
    burnt = lots.random() < 0.9 - 0.7 * rank
    return Transaction(
        external_id=f"history{next(numbers)}",
        customer=customer,
        branch=branch,
        status=Transaction.Status.BURNT if burnt else Transaction.Status.CLAIMED,
        claimed_on=claimed_on,
        burnt_on=claimed_on + timedelta(days=int(lots.integers(60))) if burnt else None,
    )


def make_import(**values: Any) -> DataImport:
    """An import that waits for a worker."""
    defaults = {"source_name": "coupons.xlsx", "path": "coupons.xlsx"}
    return DataImport.objects.create(**defaults | values)


def make_run(**values: Any) -> SegmentationRun:
    """A completed run without segments; with `is_current=True`, the adopted one."""
    settings = preset_settings("reference")
    defaults = {
        "preset": settings.preset,
        "parameters": settings.to_json(),
        "seed": settings.seed,
        "status": SegmentationRun.Status.COMPLETED,
        "progress": 1.0,
        "as_of": date(2024, 12, 31),
    }
    return SegmentationRun.objects.create(**defaults | values)


def make_candidate(**values: Any) -> Candidate:
    values = _with_parents(values, run=make_run)
    defaults = {
        "position": values["run"].candidates.count() + 1,
        "algorithm": "kmeans",
        "reduction": "pca",
        "components": 2,
        "clusters": 5,
        "silhouette": 0.46,
        "silhouette_common": 0.3,
        "inertia": 760.9,
    }
    return Candidate.objects.create(**defaults | values)


def make_segment(*, customers: list[Customer] | None = None, **values: Any) -> Segment:
    """A segment of the given run, or else of a new one; `customers` become its members."""
    values = _with_parents(values, run=make_run)
    position = values["run"].segments.count() + 1
    defaults = {
        "key": f"S{position}",
        "position": position,
        "name": f"Segment {next(numbers)}",
        "size": len(customers) if customers is not None else 100,
        "share": 0.2,
        "drivers": [{"feature": "burn_rate", "mean": 0.8, "base": 0.5, "effect": 1.2}],
        "strategy": STRATEGY,
    }
    segment = Segment.objects.create(**defaults | values)
    for customer in customers or []:
        Membership.objects.create(run=segment.run, segment=segment, customer=customer)
    return segment


def make_identity(segment: Segment, **values: Any) -> SegmentIdentity:
    """What stays of a segment of an adopted run; the segment takes its key."""
    defaults = {"key": f"S{next(numbers)}", "name": segment.name, "color": segment.color}
    segment.identity = SegmentIdentity.objects.create(**defaults | values)
    segment.key = segment.identity.key
    segment.save()
    return segment.identity


def make_schedule(**values: Any) -> RunSchedule:
    """A run that is repeated every month from 1 May 2030 on."""
    settings = preset_settings("reference")
    defaults = {
        "preset": settings.preset,
        "parameters": settings.to_json(),
        "seed": settings.seed,
        "every": RunSchedule.Every.MONTH,
        "next_on": date(2030, 5, 1),
    } | values
    defaults.setdefault("counted_from", defaults["next_on"])
    return RunSchedule.objects.create(**defaults)


def make_offer(**values: Any) -> Offer:
    """Ten percent off, valid all through 2030."""
    defaults = {
        "name": f"Offer {next(numbers)}",
        "kind": Offer.Kind.PERCENT,
        "value": 10,
        "valid_from": date(2030, 1, 1),
        "valid_until": date(2030, 12, 31),
    }
    return Offer.objects.create(**defaults | values)


def make_campaign(*, segments: list[Segment] | None = None, **values: Any) -> Campaign:
    """A draft for May 2030, for one new segment unless `segments` says otherwise."""
    values = _with_parents(values, offer=make_offer)
    defaults = {
        "name": f"Campaign {next(numbers)}",
        "starts_on": date(2030, 5, 1),
        "ends_on": date(2030, 5, 31),
    }
    campaign = Campaign.objects.create(**defaults | values)
    campaign.segments.set([make_segment()] if segments is None else segments)
    return campaign


def _with_parents(values: dict[str, Any], **makers: Any) -> dict[str, Any]:
    """The values with each parent that was not given made anew."""
    return {name: make() for name, make in makers.items() if name not in values} | values
