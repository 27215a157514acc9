"""What an offer gives, and what no offer may be."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from campaigns.forms import OfferForm
from campaigns.models import Offer
from tests.factories import make_branch, make_merchant, make_offer

pytestmark = pytest.mark.django_db
ITEM = {"kind": "free_item", "value": None, "item": "coffee"}


@pytest.mark.parametrize(
    ("values", "gives"),
    [
        ({"value": Decimal("20.00")}, "20% off"),
        ({"value": Decimal("12.50")}, "12.50% off"),
        ({"value": Decimal(100)}, "100% off"),
        ({"kind": "fixed", "value": Decimal("50.00")}, "50 EGP off"),
        (ITEM, "Free coffee"),
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
        ({"kind": "percent"}, "Percent off needs a value"),
        ({"kind": "fixed", "value": "-1"}, "Percent off needs a value"),
        ({"kind": "free_item"}, "Percent off needs a value"),
        ({"value": "10", "valid_until": "2029-12-31"}, "last day can't be before the first"),
        ({"value": "10", "name": ""}, "required"),
    ],
)
def test_the_form_says_what_is_wrong(values: dict[str, str], sentence: str) -> None:
    form = OfferForm({"name": "Spring", "kind": "percent", "valid_from": "2030-01-01"} | values)
    said = [fault for faults in form.errors.values() for fault in faults]
    assert sentence in " ".join(said)


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
