"""Bulk requests while others write the same records."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event
from time import monotonic
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from rest_framework.test import APIClient

from customers.importing.load import RecordsMoved
from customers.importing.tables import CUSTOMERS as CUSTOMERS_TABLE
from customers.models import Customer
from customers.operations import bulk_upsert
from customers.operations.turns import turn
from tests.ecommerce.test_api_bulk import CUSTOMERS, outcomes, sent
from tests.factories import make_api_client, make_city, make_customer
from tests.marks import needs_two_connections

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> APIClient:
    return make_api_client("Integration")


@pytest.mark.parametrize(
    "error", [IntegrityError(), RecordsMoved(), OperationalError("deadlock detected")]
)
def test_rows_that_others_wrote_meanwhile_are_compared_anew(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    store, errors = bulk_upsert.load, [error] * 3

    def meddled(*args: Any, **kwargs: Any) -> None:
        if errors:
            raise errors.pop()
        store(*args, **kwargs)

    monkeypatch.setattr(bulk_upsert, "load", meddled)
    assert outcomes(sent(api, CUSTOMERS, [{"external_id": "c1"}])) == ["created"]


@pytest.mark.parametrize("error", [IntegrityError(), OperationalError("database is locked")])
def test_a_busy_database_says_when_to_try_again(
    api: APIClient, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise error

    monkeypatch.setattr(bulk_upsert, "load", fail)
    response = api.post(CUSTOMERS, [{"external_id": "c1"}])
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert response.json()["code"] == "busy"
    assert not Customer.objects.exists()


def store(rows: list[dict[str, Any]]) -> list[str]:
    """The outcomes of rows of customers that are stored over a connection of their own."""
    try:
        return [row.outcome for row in bulk_upsert.bulk_upsert(CUSTOMERS_TABLE, rows)]
    finally:
        connection.close()


def meanwhile(work: Callable[[], object], rows: list[dict[str, Any]]) -> list[str]:
    """Stores rows while a transaction that did some work goes on for a second; their outcomes."""
    begun, beside = Event(), ThreadPoolExecutor(1)

    def wait_and_store() -> list[str]:
        begun.wait()
        return store(rows)

    stored = beside.submit(wait_and_store)
    with transaction.atomic():
        work()
        begun.set()
        wait([stored], timeout=1)
    return stored.result()


@pytest.mark.django_db(transaction=True)
@needs_two_connections
def test_the_same_new_rows_sent_at_once_are_created_once() -> None:
    rows = [{"external_id": f"c{n}", "gender": "Male"} for n in range(3000)]
    with ThreadPoolExecutor(4) as programs:
        answers = list(programs.map(store, [rows, rows[::-1], rows, rows[::-1]]))
    found = Counter(outcome for answer in answers for outcome in answer)
    assert found == {"created": 3000, "unchanged": 9000}
    assert Customer.objects.count() == 3000


@pytest.mark.django_db(transaction=True)
@needs_two_connections
def test_what_another_changes_at_the_same_moment_is_not_undone() -> None:
    customer, city = make_customer(external_id="c1", gender="Female"), make_city()
    rows = [{"external_id": "c1", "gender": "Male"}]
    assert meanwhile(lambda: Customer.objects.update(city=city), rows) == ["updated"]
    customer.refresh_from_db()
    assert (customer.gender, customer.city) == ("Male", city)


@pytest.mark.django_db(transaction=True)
@needs_two_connections
def test_a_row_that_another_creates_at_the_same_moment_is_found() -> None:
    rows = [{"external_id": "c1", "gender": "Male"}]
    assert meanwhile(lambda: make_customer(external_id="c1"), rows) == ["updated"]


@pytest.mark.django_db(transaction=True)
@needs_two_connections
def test_nobody_waits_for_an_import_that_loads_other_rows() -> None:
    began = monotonic()
    with turn(lambda: None):
        assert meanwhile(make_customer, [{"external_id": "c1"}]) == ["created"]
    assert monotonic() - began < bulk_upsert.PATIENCE_SECONDS


@pytest.mark.django_db(transaction=True)
@needs_two_connections
def test_nobody_waits_for_the_same_rows_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_upsert, "PATIENCE_SECONDS", 0.2)
    make_customer(external_id="c1")
    with pytest.raises(bulk_upsert.RecordsBusy):
        meanwhile(lambda: Customer.objects.update(gender="Male"), [{"external_id": "c1"}])
