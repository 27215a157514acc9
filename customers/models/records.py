"""Who the customers are and what they did: the system of record."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from customers.querysets import (
    BranchQuerySet,
    CustomerQuerySet,
    MerchantQuerySet,
    TransactionQuerySet,
)

EARLIEST_DAY = date(1990, 1, 1)


IMPLAUSIBLE_DAY = f"Give a day from {EARLIEST_DAY.year} to today."


def latest_day() -> date:
    """Tomorrow: a till may be ahead of the configured time zone."""
    return timezone.localdate() + timedelta(days=1)


def plausible(day: date) -> None:
    """Refuses a day that can only be a slip: it would move every figure's last day with it."""
    if not EARLIEST_DAY <= day <= latest_day():
        raise ValidationError(IMPLAUSIBLE_DAY)


def external_id() -> "models.CharField[str, str]":
    """The key of a row in the system it comes from; imports find the row again by it."""
    return models.CharField(
        "external id", max_length=64, help_text="Its key in the system it comes from."
    )


def keyed(table: str) -> list[models.BaseConstraint]:
    """Each external id once, and never empty."""
    # `unique=True` would add a second, LIKE-only index on PostgreSQL, paid at every import.
    return [
        models.UniqueConstraint(fields=["external_id"], name=f"{table}_external_id_once"),
        models.CheckConstraint(condition=~Q(external_id=""), name=f"{table}_external_id_given"),
    ]


def _import_that(verb: str) -> Any:
    # Neither a constraint nor an index: both would be paid for each row of each import.
    return models.ForeignKey(
        "customers.DataImport",
        models.DO_NOTHING,
        null=True,
        editable=False,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=f"{verb} by import",
    )


class Record(models.Model):
    """A row that imports create and change, and that knows which import did.

    `changed_in` is the import that last changed the row; nothing when a person or a program
    changed it since.
    """

    created_in = _import_that("created")
    changed_in = _import_that("last changed")

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.changed_in = None
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "changed_in"}
        super().save(*args, **kwargs)


class City(Record):
    external_id = external_id()
    name = models.CharField(max_length=200)
    latitude = models.FloatField(null=True, blank=True, help_text="Degrees north.")
    longitude = models.FloatField(null=True, blank=True, help_text="Degrees east.")

    class Meta:
        verbose_name_plural = "cities"
        ordering = ["name", "pk"]
        constraints = [
            *keyed("city"),
            models.CheckConstraint(
                # A comparison with NULL refuses nothing, so that both are given is said apart.
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="city_coordinates_both_or_none",
                violation_error_message="Give both latitude (-90 to 90) and longitude"
                " (-180 to 180), or neither.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Merchant(Record):
    external_id = external_id()
    name = models.CharField(max_length=200)

    objects = MerchantQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = keyed("merchant")

    def __str__(self) -> str:
        return self.name


class Branch(Record):
    external_id = external_id()
    name = models.CharField(max_length=200, blank=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="branches")
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, related_name="branches")

    objects = BranchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "branches"
        ordering = ["merchant", "name", "pk"]
        constraints = keyed("branch")

    def __str__(self) -> str:
        return self.name or f"{self.merchant} {self.external_id}"


class Customer(Record):
    class Gender(models.TextChoices):
        FEMALE = "Female"
        MALE = "Male"
        UNKNOWN = "Unknown"

    external_id = external_id()
    gender = models.CharField(max_length=7, choices=Gender, default=Gender.UNKNOWN)
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, related_name="customers")
    joined_on = models.DateField("joined on", null=True, blank=True, validators=[plausible])
    accepts_marketing = models.BooleanField(
        default=False, help_text="The customer has agreed to receive offers."
    )

    objects = CustomerQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            *keyed("customer"),
            models.CheckConstraint(
                condition=Q(gender__in=["Female", "Male", "Unknown"]), name="customer_gender_known"
            ),
        ]
        indexes = [models.Index(fields=["joined_on"])]

    def __str__(self) -> str:
        return self.external_id


class Transaction(Record):
    """One coupon's record: claimed on a day and perhaps burnt on a later day, at a branch."""

    class Status(models.TextChoices):
        CLAIMED = "claimed", "Claimed"
        BURNT = "burnt", "Burnt"

    external_id = external_id()
    # The index on (customer, claimed_on) below serves this foreign key too.
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="transactions", db_index=False
    )
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="transactions")
    coupon_name = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=7, choices=Status)
    claimed_on = models.DateField("claimed on", validators=[plausible])
    burnt_on = models.DateField("burnt on", null=True, blank=True, validators=[plausible])
    amount = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="What the customer paid when burning the coupon.",
    )

    objects = TransactionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            *keyed("transaction"),
            models.CheckConstraint(
                condition=Q(status="burnt", burnt_on__isnull=False)
                | Q(status="claimed", burnt_on__isnull=True),
                name="transaction_burnt_has_burn_date",
                violation_error_message="A burnt coupon has a burn date; a claimed one has none.",
            ),
            models.CheckConstraint(
                condition=Q(burnt_on__isnull=True) | Q(burnt_on__gte=F("claimed_on")),
                name="transaction_burn_not_before_claim",
                violation_error_message="A coupon can't be burnt before it is claimed.",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0),
                name="transaction_amount_not_negative",
                violation_error_message="The amount can't be negative.",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "claimed_on"]),
            models.Index(fields=["claimed_on"]),
            models.Index(fields=["burnt_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.external_id} {self.coupon_name}".strip()
