"""The catalogue: which sheets an import knows, their columns and the rules of their rows."""

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from django.db import models

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


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook, or the CSV file of that name."""

    name: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()

    @property
    def key(self) -> Column:
        return self.columns[0]

    def column_for(self, heading: str) -> Column | None:
        """The column that a heading means, whatever its case and spacing."""
        name = "_".join(heading.casefold().replace("-", " ").replace("_", " ").split())
        return next((c for c in self.columns if name in (c.name, *c.also)), None)

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


STATUS_WORDS = {"subscribed": "claimed", "claimed": "claimed", "burned": "burnt", "burnt": "burnt"}
GENDER_WORDS = {
    "female": "Female",
    "f": "Female",
    "male": "Male",
    "m": "Male",
    "unknown": "Unknown",
}
YES_OR_NO = {"yes": "1", "true": "1", "1": "1", "no": "0", "false": "0", "0": "0"}

CITIES = Table(
    name="cities",
    model=City,
    columns=(
        Column("city_id", "external_id", required=True),
        Column("city_name", "name", also=("name",), required=True),
        Column("latitude", "latitude", Kind.DEGREES, also=("lat",)),
        Column("longitude", "longitude", Kind.DEGREES, also=("lon", "lng")),
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
    model=Merchant,
    columns=(
        Column("merchant_id", "external_id", required=True),
        Column("merchant_name", "name", also=("name",), required=True),
    ),
)
BRANCHES = Table(
    name="branches",
    model=Branch,
    columns=(
        Column("branch_id", "external_id", required=True),
        Column("branch_name", "name", also=("name",), empty="''"),
        Column("merchant_id", "merchant", required=True, references="merchants"),
        Column("city_id", "city", references="cities"),
    ),
)
CUSTOMERS = Table(
    name="customers",
    model=Customer,
    columns=(
        Column("customer_id", "external_id", required=True),
        Column("join_date", "joined_on", Kind.DAY, also=("joined_on",)),
        Column("city_id", "city", references="cities"),
        Column("gender", "gender", Kind.WORD, words=GENDER_WORDS, empty="'Unknown'"),
        Column("gender_id", "gender", Kind.GENDER_ID, empty="'Unknown'"),
        Column("accepts_marketing", "accepts_marketing", Kind.WORD, words=YES_OR_NO, empty="'0'"),
    ),
)
TRANSACTIONS = Table(
    name="transactions",
    model=Transaction,
    columns=(
        Column("transaction_id", "external_id", required=True),
        Column("customer_id", "customer", required=True, references="customers"),
        Column("transaction_date", "claimed_on", Kind.DAY, also=("claimed_on",), required=True),
        Column(
            "transaction_status",
            "status",
            Kind.WORD,
            also=("status",),
            required=True,
            words=STATUS_WORDS,
        ),
        Column("coupon_name", "coupon_name", empty="''"),
        # The status says whether there is a burn date, so it is stored with every status.
        Column("burn_date", "burnt_on", Kind.DAY, also=("burnt_on",), always=True),
        Column("branch_id", "branch", required=True, references="branches"),
        Column("amount", "amount", Kind.MONEY),
    ),
    rules=(
        Rule(
            "burn_date",
            "transaction_status = 'burnt' AND text_burn_date IS NULL",
            "burn_date_missing",
            "A burned coupon needs the day on which it was burned.",
        ),
        Rule(
            "burn_date",
            "transaction_status = 'claimed' AND text_burn_date IS NOT NULL",
            "burn_date_unexpected",
            "A coupon with a burn date must have the status burned.",
        ),
        Rule(
            "burn_date",
            "burn_date < transaction_date",
            "burnt_before_claimed",
            "A coupon can't be burned before it is claimed.",
        ),
        Rule("amount", "amount < 0", "negative", "An amount can't be negative."),
    ),
)
TABLES = (CITIES, MERCHANTS, BRANCHES, CUSTOMERS, TRANSACTIONS)  # in the order of loading
GENDERS = Sheet(
    name="genders",
    columns=(
        Column("gender_id", "external_id", required=True),
        Column("gender_name", "gender", Kind.WORD, required=True, words=GENDER_WORDS),
    ),
)
TABLE_NAMED = {table.name: table for table in TABLES}
SHEETS: dict[str, Sheet] = {**TABLE_NAMED, GENDERS.name: GENDERS}
