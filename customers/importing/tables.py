"""The catalogue: which sheets an import knows, their columns and the rules of their rows."""

import dataclasses
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from django.db import models

from customers.importing.other_headings import (
    BRANCH,
    BURN_DAY,
    CITY,
    CLAIM_DAY,
    CONSENT,
    CUSTOMER,
    ID,
    JOINED,
    MERCHANT,
    PERHAPS,
    TRANSACTION,
    names_of,
    plain,
)
from customers.importing.words import GENDER_WORDS, STATUS_WORDS, YES_OR_NO, fold
from customers.models import Branch, City, Customer, Merchant, Transaction


class Kind(Enum):
    """What the cells of a column hold."""

    TEXT = auto()
    DAY = auto()
    MONEY = auto()
    DEGREES = auto()
    WORD = auto()  # one of `Column.words`
    GENDER_ID = auto()  # the key of a row in the sheet genders


@dataclass(frozen=True)
class Column:
    """One column of a sheet and the field that it fills."""

    name: str
    field: str
    kind: Kind = Kind.TEXT
    also: tuple[str, ...] = ()  # other headings that mean the same
    required: bool = False  # the column must be there, and every row must have a value
    references: str = ""  # the table whose external ids it holds
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)  # lower case: what is stored
    asks: str = ""  # the sentence for a cell that is none of the words, instead of all of them
    empty: str = "NULL"  # what is stored for an empty cell, in SQL
    always: bool = False  # a file without the column says that all its cells are empty


@dataclass(frozen=True)
class Rule:
    """A fault that more than the type of one cell decides.

    `condition` is DuckDB SQL, true for a row that is at fault: a column's name is its typed value,
    `text_` and its name the trimmed text.
    """

    column: str
    condition: str
    code: str
    reason: str


def _ranked(column: Column, perhaps: tuple[str, ...]) -> dict[str, int]:
    ranks = {fold(name): 2 + n for n, name in enumerate(perhaps)}
    return ranks | dict.fromkeys(map(fold, column.also), 1) | {column.name: 0}


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook, or the CSV file of that name."""

    name: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()
    also: tuple[str, ...] = ()  # other names of the sheet or file

    @property
    def key(self) -> Column:
        return self.columns[0]

    def column_for(self, heading: str) -> Column | None:
        """The column that a heading means, whatever its case and spacing and the unit after it."""
        names = names_of(heading)
        return next((c for c in self.columns if names & self.headings[c.name].keys()), None)

    @cached_property
    def headings(self) -> Mapping[str, Mapping[str, int]]:
        """By column, what it may be called and how surely that means it: 0 is its own name."""
        return {c.name: _ranked(c, PERHAPS.get((self.name, c.name), ())) for c in self.columns}

    def headings_of(self, column: Column) -> tuple[str, ...]:
        """The other headings of a column, the surest first, as people write them."""
        return column.also + PERHAPS.get((self.name, column.name), ())

    def rank(self, column: Column, heading: str) -> int:
        """How surely a heading means the column: the less, the surer."""
        ranks = self.headings[column.name]
        return min(ranks.get(name, len(ranks)) for name in names_of(heading))

    def is_called(self, name: str) -> bool:
        """Whether a sheet or file of that name is this one, whatever number or date it bears."""
        words = {re.sub(r"[\d_]+$", "", plain(name)), plain(name)}
        return not words.isdisjoint(map(fold, (self.name, *self.also)))

    def columns_of(self, field: str) -> list[Column]:
        return [column for column in self.columns if column.field == field]

    def fields(self, given: Collection[str]) -> list[str]:
        """The fields that a file with the given columns fills, the external id first."""
        filled = [c.field for c in self.columns if c.name in given or c.always]
        return list(dict.fromkeys(filled))


@dataclass(frozen=True, kw_only=True)
class Table(Sheet):
    """A sheet whose rows are stored; the first column holds their external id."""

    model: type[models.Model]
    together: tuple[str, ...] = ()  # a file has all of these columns or none

    def reference(self, field: str) -> str:
        """The table that a field refers to, or nothing."""
        return self.columns_of(field)[0].references


CITIES = Table(
    name="cities",
    also=("city", "مدن", "المدن"),
    model=City,
    columns=(
        Column("city_id", "external_id", also=(*ID, "city_code", *CITY), required=True),
        Column("city_name", "name", also=("name", "city", "اسم_المدينة"), required=True),
        Column("latitude", "latitude", Kind.DEGREES, also=("lat",)),
        Column("longitude", "longitude", Kind.DEGREES, also=("lon", "lng", "long")),
    ),
    rules=(
        Rule("latitude", "abs(latitude) > 90", "out_of_range", "A latitude is -90 to 90."),
        Rule("longitude", "abs(longitude) > 180", "out_of_range", "A longitude is -180 to 180."),
        Rule(
            "latitude",
            "(text_latitude IS NULL) <> (text_longitude IS NULL)",
            "half_coordinates",
            "Give both latitude and longitude, or neither.",
        ),
    ),
    together=("latitude", "longitude"),
)
MERCHANTS = Table(
    name="merchants",
    also=("merchant", "brands", "brand", "تجار", "التجار"),
    model=Merchant,
    columns=(
        Column("merchant_id", "external_id", also=(*ID, *MERCHANT), required=True),
        Column(
            "merchant_name",
            "name",
            also=("name", "merchant", "brand", "brand_name", "اسم_التاجر"),
            required=True,
        ),
    ),
)
BRANCHES = Table(
    name="branches",
    also=("branch", "stores", "store", "shops", "shop", "فروع", "الفروع"),
    model=Branch,
    columns=(
        Column("branch_id", "external_id", also=(*ID, *BRANCH), required=True),
        Column(
            "branch_name",
            "name",
            also=("name", "branch", "store_name", "shop_name", "اسم_الفرع"),
            empty="''",
        ),
        Column(
            "merchant_id",
            "merchant",
            also=(*MERCHANT, "merchant", "brand"),
            required=True,
            references="merchants",
        ),
        Column("city_id", "city", also=(*CITY, "city"), references="cities"),
    ),
)
CUSTOMERS = Table(
    name="customers",
    also=("customer", "clients", "members", "users", "contacts", "عملاء", "العملاء"),
    model=Customer,
    columns=(
        Column("customer_id", "external_id", also=(*ID, *CUSTOMER, "customer"), required=True),
        Column("join_date", "joined_on", Kind.DAY, also=JOINED),
        Column("city_id", "city", also=(*CITY, "city"), references="cities"),
        Column(
            "gender",
            "gender",
            Kind.WORD,
            also=("sex", "gender_name", "النوع", "الجنس"),
            words=GENDER_WORDS,
            empty="'Unknown'",
        ),
        Column("gender_id", "gender", Kind.GENDER_ID, empty="'Unknown'"),
        Column(
            "accepts_marketing",
            "accepts_marketing",
            Kind.WORD,
            also=CONSENT,
            words=YES_OR_NO,
            empty="'0'",
        ),
    ),
)
TRANSACTIONS = Table(
    name="transactions",
    also=("transaction", "coupons", "coupon", "claims", "redemptions", "معاملات", "المعاملات"),
    model=Transaction,
    columns=(
        Column("transaction_id", "external_id", also=(*ID, *TRANSACTION), required=True),
        Column(
            "customer_id",
            "customer",
            also=(*CUSTOMER, "customer"),
            required=True,
            references="customers",
        ),
        Column("transaction_date", "claimed_on", Kind.DAY, also=CLAIM_DAY, required=True),
        Column(
            "transaction_status",
            "status",
            Kind.WORD,
            also=("status", "state", "coupon_status", "الحالة", "حالة_المعاملة"),
            required=True,
            words=STATUS_WORDS,
            asks="Write claimed for a coupon that was not used, burnt for one that was.",
        ),
        Column("coupon_name", "coupon_name", also=("coupon", "offer", "اسم_الكوبون"), empty="''"),
        # The status says whether there is a burn date, so it is stored with every status.
        Column("burn_date", "burnt_on", Kind.DAY, also=BURN_DAY, always=True),
        Column(
            "branch_id", "branch", also=(*BRANCH, "branch"), required=True, references="branches"
        ),
        Column("amount", "amount", Kind.MONEY, also=("value", "total", "price", "المبلغ")),
    ),
    rules=(
        Rule(
            "burn_date",
            "transaction_status = 'burnt' AND text_burn_date IS NULL",
            "burn_date_missing",
            "A burnt coupon needs the day on which it was burnt.",
        ),
        Rule(
            "burn_date",
            "transaction_status = 'claimed' AND text_burn_date IS NOT NULL",
            "burn_date_unexpected",
            "A coupon with a burn date must have the status burnt.",
        ),
        Rule(
            "burn_date",
            "burn_date < transaction_date",
            "burnt_before_claimed",
            "A coupon can't be burnt before it is claimed.",
        ),
        Rule("amount", "amount < 0", "negative", "An amount can't be negative."),
    ),
)
TABLES = (CITIES, MERCHANTS, BRANCHES, CUSTOMERS, TRANSACTIONS)  # in the order of loading
GENDERS = Sheet(
    name="genders",
    also=("gender",),
    columns=(
        Column("gender_id", "external_id", also=ID, required=True),
        Column(
            "gender_name",
            "gender",
            Kind.WORD,
            also=("name", "gender"),
            required=True,
            words=GENDER_WORDS,
        ),
    ),
)
TABLE_NAMED = {table.name: table for table in TABLES}
SHEETS: dict[str, Sheet] = {**TABLE_NAMED, GENDERS.name: GENDERS}
