"""Exports of records: the columns an import reads, the filters in words, all rows in order."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.exporting.csv_file import csv_chunks
from customers.exporting.export import Export
from customers.exporting.filters import filters_in_words
from customers.exporting.records import record_export
from customers.importing.headings import find_heading_row
from customers.importing.tables import TABLE_NAMED, Kind
from customers.models import Branch, City, Customer, Merchant, Transaction
from tests.factories import (
    make_branch,
    make_city,
    make_customer,
    make_merchant,
    make_segment,
    make_transaction,
)

pytestmark = pytest.mark.django_db
ABOUT = 5  # lines above the headings of an export without filters


def lines(export: Export) -> list[list[str]]:
    text = b"".join(csv_chunks(export)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def rows(name: str) -> list[list[str]]:
    model = TABLE_NAMED[name].model
    return lines(record_export(name, model._default_manager.all()))[ABOUT + 1 :]


def everything() -> None:
    city = make_city(external_id="007", name="القاهرة", latitude=30.0444, longitude=31.2357)
    branch = make_branch(
        external_id="b1", name="", merchant=make_merchant(external_id="m1"), city=city
    )
    customer = make_customer(external_id="c1", city=city)
    make_transaction(external_id="t1", customer=customer, branch=branch, coupon_name="-5%")
    make_transaction(
        external_id="t2",
        customer=customer,
        branch=branch,
        burnt_on=date(2024, 3, 9),
        amount=Decimal("149.50"),
    )


def test_each_table_is_exported_with_what_is_stored() -> None:
    everything()
    assert rows("cities") == [["007", "القاهرة", "30.0444", "31.2357"]]
    assert rows("merchants") == [["m1", Merchant.objects.get().name]]
    assert rows("branches") == [["b1", "", "m1", "007"]]
    assert rows("customers") == [["c1", "2024-01-01", "007", "Female", "yes"]]
    assert rows("transactions") == [
        ["t1", "c1", "2024-03-01", "claimed", "'-5%", "", "b1", ""],
        ["t2", "c1", "2024-03-01", "burnt", "10% off", "2024-03-09", "b1", "149.50"],
    ]


@pytest.mark.parametrize("name", TABLE_NAMED)
def test_the_headings_are_those_of_the_import(name: str) -> None:
    table = TABLE_NAMED[name]
    found = lines(record_export(name, table.model._default_manager.all()))
    columns = [c.name for c in table.columns if c.kind != Kind.GENDER_ID]
    assert found[ABOUT] == columns


@pytest.mark.parametrize("name", TABLE_NAMED)
def test_an_import_finds_the_headings_beneath_the_filters(name: str) -> None:
    everything()
    values: dict[str, Any] = {
        "status": "claimed" if name == "transactions" else "",
        "city": "007",
        "merchant": "m1",
        "customer": "c1",
        "claimed_on__gte": date(2024, 1, 1),
        "claimed_on__lte": date(2024, 12, 31),
        "accepts_marketing": True,
    }
    model = TABLE_NAMED[name].model
    found = lines(record_export(name, model._default_manager.all(), filters_in_words(values)))
    assert found[find_heading_row(found[:20])][0] == TABLE_NAMED[name].key.name


def test_the_words_of_an_export_are_words_of_the_import() -> None:
    customers, transactions = TABLE_NAMED["customers"], TABLE_NAMED["transactions"]
    [gender] = [c for c in customers.columns if c.name == "gender"]
    [status] = [c for c in transactions.columns if c.name == "transaction_status"]
    assert {g.lower() for g in Customer.Gender.values} <= set(gender.words)
    assert {s.lower() for s in Transaction.Status.values} <= set(status.words)


def test_the_filters_stand_in_words() -> None:
    branch = make_branch(external_id="b1", name="Downtown", city=make_city(external_id="cai"))
    segment = make_segment(name="Loyal")
    values = {
        "claimed_on__gte": date(2024, 1, 1),
        "joined_on__lte": date(2024, 2, 1),
        "burnt_on": date(2024, 3, 1),
        "accepts_marketing": False,
        "branch": branch.external_id,
        "merchant": "nobody",
        "segment": segment,
        "status": "",
        "gender": None,
    }
    assert filters_in_words(values) == [
        ("Claimed from", "2024-01-01"),
        ("Joined to", "2024-02-01"),
        ("Burnt on", "2024-03-01"),
        ("Accepts marketing", "no"),
        ("Branch", "Downtown (b1)"),
        ("Merchant", "nobody"),
        ("Segment", "Loyal"),
    ]


def test_the_order_is_that_of_storing_whatever_the_names() -> None:
    for name in ("z", "a", "m"):
        make_city(external_id=name, name=name)
    assert [row[0] for row in rows("cities")] == ["z", "a", "m"]


def test_one_statement_reads_all_rows() -> None:
    branch = make_branch()
    for _ in range(30):
        make_transaction(branch=branch)
    with CaptureQueriesContext(connection) as queries:
        assert len(rows("transactions")) == 30
    assert len([q for q in queries if "customers_transaction" in q["sql"]]) <= 1


def test_nothing_found_is_an_empty_table() -> None:
    export = record_export("cities", City.objects.none())
    assert lines(export)[ABOUT:] == [["city_id", "city_name", "latitude", "longitude"]]
    assert lines(record_export("branches", Branch.objects.all()))[-1][0] == "branch_id"


def test_an_export_that_is_left_leaves_no_transaction_open() -> None:
    everything()
    before = connection.in_atomic_block, len(connection.savepoint_ids)
    chunks = csv_chunks(record_export("transactions", Transaction.objects.all()))
    for _ in range(3):
        next(chunks)
    chunks.close()
    assert (connection.in_atomic_block, len(connection.savepoint_ids)) == before
    assert Transaction.objects.count() == 2
