"""What an offer gives, and what no offer may be."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from pytest_django import Settings

from campaigns.forms import OfferForm
from campaigns.models import Offer
from tests.factories import make_branch, make_campaign, make_merchant, make_offer

pytestmark = pytest.mark.django_db
ITEM = {"kind": "free_item", "value": None, "item": "coffee"}
FILLED_IN = {"name": "Spring", "kind": "percent", "valid_from": "2030-01-01"}


@pytest.mark.parametrize(
    ("values", "gives"),
    [
        ({"value": Decimal("20.00")}, "20% off"),
        ({"value": Decimal("12.50")}, "12.50% off"),
        ({"value": Decimal(100)}, "100% off"),
        ({"kind": "fixed", "value": Decimal("50.00")}, "50 EGP off"),
        (ITEM, "coffee, free"),
    ],
)
def test_an_offer_says_what_it_gives(
    values: dict[str, Any], gives: str, settings: Settings
) -> None:
    settings.CURRENCY = "EGP"
    offer = make_offer(**values)
    offer.refresh_from_db()
    assert offer.gives == gives


@pytest.mark.parametrize(
    "values",
    [
        {"value": None},
        {"value": 0},
        {"value": Decimal("100.01")},
        {"value": 10, "item": "coffee"},
        {"kind": "fixed", "value": None},
        {"kind": "fixed", "value": 0},
        {"kind": "fixed", "value": 5, "item": "coffee"},
        ITEM | {"item": ""},
        ITEM | {"value": 5},
        {"kind": "gift"},
    ],
)
def test_a_value_that_does_not_fit_the_kind_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="offer_value_fits_kind"), transaction.atomic():
        make_offer(**values)


def test_an_offer_does_not_end_before_it_starts() -> None:
    make_offer(valid_from=date(2030, 1, 1), valid_until=date(2030, 1, 1))
    with pytest.raises(IntegrityError, match="offer_ends_after_start"), transaction.atomic():
        make_offer(valid_from=date(2030, 1, 2), valid_until=date(2030, 1, 1))


def test_an_offer_has_a_name_of_its_own() -> None:
    make_offer(name="Spring")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_offer(name="Spring")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": "percent"}, "value: Give a number above 0."),
        ({"kind": "percent", "value": "0"}, "value: Give a number above 0."),
        ({"kind": "percent", "value": "100.01"}, "value: Give at most 100 percent."),
        ({"kind": "percent", "item": "coffee"}, "value: Give a number above 0."),
        ({"kind": "fixed", "value": "-1"}, "value: Give a number above 0."),
        ({"kind": "free_item"}, "item: Say what the customer gets for free."),
        ({"kind": "free_item", "value": "10"}, "item: Say what the customer gets for free."),
        (
            {"value": "10", "valid_until": "2029-12-31"},
            "__all__: The last day can't be before the first.",
        ),
        ({"value": "10", "name": ""}, "name: This field is required."),
    ],
)
def test_the_form_says_at_the_field_what_is_wrong(values: dict[str, str], sentence: str) -> None:
    form = OfferForm(FILLED_IN | values)
    said = [f"{field}: {fault}" for field, faults in form.errors.items() for fault in faults]
    assert said == [sentence]


@pytest.mark.parametrize(
    ("kind", "value", "item"),
    [("percent", 10, ""), ("fixed", 10, ""), ("free_item", None, "coffee")],
)
def test_the_form_keeps_nothing_of_another_kind(kind: str, value: int | None, item: str) -> None:
    form = OfferForm(FILLED_IN | {"kind": kind, "value": "10", "item": "coffee"})
    offer = form.save()
    assert (offer.value, offer.item) == (value, item)


def test_the_form_keeps_where_an_offer_is_valid() -> None:
    branch = make_branch(merchant=make_merchant())
    values = {"name": "Spring", "kind": "percent", "value": "10", "valid_from": "2030-01-01"}
    form = OfferForm(values | {"merchants": [branch.merchant_id], "branches": [branch.pk]})
    offer = form.save()
    assert (offer.merchants.get(), offer.branches.get()) == (branch.merchant, branch)


def test_an_offer_is_usable_until_the_evening_of_its_last_day() -> None:
    make_offer(valid_until=date(2030, 5, 1))
    assert Offer.objects.usable(on=date(2030, 5, 1)).exists()
    assert not Offer.objects.usable(on=date(2030, 5, 2)).exists()


def test_an_offer_without_a_last_day_stays_usable() -> None:
    make_offer(valid_until=None)
    assert Offer.objects.usable(on=date(2130, 1, 1)).exists()


# What campaigns rely on ----------------------------------------------------------------------


@pytest.mark.parametrize("status", ["scheduled", "running"])
@pytest.mark.parametrize(
    "window", [{"valid_from": date(2030, 5, 2)}, {"valid_until": date(2030, 5, 30)}]
)
def test_an_offer_stays_valid_for_the_campaigns_that_need_it(
    status: str, window: dict[str, date]
) -> None:
    campaign = make_campaign(name="Spring", status=status)
    with pytest.raises(
        ValidationError,
        match="The campaign Spring needs this offer from 1 May 2030 to 31 May 2030",
    ):
        changed(campaign.offer, **window).full_clean()


@pytest.mark.parametrize("status", ["draft", "ended"])
def test_other_campaigns_do_not_hold_an_offer(status: str) -> None:
    campaign = make_campaign(status=status)
    changed(campaign.offer, valid_until=date(2030, 5, 1), value=Decimal(15)).full_clean()


def test_what_an_offer_gives_stays_while_a_campaign_runs() -> None:
    campaign = make_campaign(status="running")
    changed(campaign.offer, terms="Once a month.").full_clean()
    with pytest.raises(ValidationError, match="A running campaign gives this offer"):
        changed(campaign.offer, value=Decimal(15)).full_clean()


def test_before_a_campaign_runs_what_it_gives_may_change() -> None:
    campaign = make_campaign(status="scheduled")
    changed(campaign.offer, value=Decimal(15), valid_until=None).full_clean()


def changed(offer: Offer, **values: Any) -> Offer:
    for name, value in values.items():
        setattr(offer, name, value)
    return offer
