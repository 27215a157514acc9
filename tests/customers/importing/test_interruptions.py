"""What comes between an import and its end is told as what it was, and nothing of it is kept."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.db import connection, transaction

from customers.models import City, Customer, DataImport, FactsChange
from customers.operations.imports import execute_import, request_import
from customers.operations.jobs import NO_DATABASE
from tests.customers.importing.files import good_tables, write_folder
from tests.customers.importing.moments import elsewhere, when
from tests.factories import make_customer
from tests.marks import needs_two_connections

pytestmark = [pytest.mark.django_db(transaction=True), needs_two_connections]
STAGING_KEYS = "CREATE TEMPORARY TABLE wanted"
STORED = 'INSERT INTO "customers_factschange"'
PATIENCE_SECONDS = 20


def queued(folder: Path) -> DataImport:
    return request_import(
        source=write_folder(folder, good_tables()),
        source_name="data",
        dry_run=False,
        requested_by=None,
        queue=False,
    )


def ask(query: str) -> list[tuple[int]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        found: list[tuple[int]] = cursor.fetchall()
        return found


def waiting_for_customers() -> list[tuple[int]]:
    """The backends that wait to read the stored customers."""
    return ask(
        "SELECT pid FROM pg_locks WHERE relation = 'customers_customer'::regclass AND NOT granted"
    )


def until(is_so: Callable[[], object]) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert monotonic() < deadline
        sleep(0.05)


def hold_customers(is_held: Future[None], act: Callable[[], object]) -> None:
    """Keep others from reading the customers until one waits for them and `act` has ended that."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE customers_customer IN ACCESS EXCLUSIVE MODE")
            is_held.set_result(None)
            until(waiting_for_customers)
            act()
            until(lambda: not waiting_for_customers())
    finally:
        connection.close()


@contextmanager
def while_stored_rows_are_read(act: Callable[[], object]) -> Iterator[None]:
    """Do something while the COPY of the stored customers is at work."""
    is_held: Future[None] = Future()
    with ThreadPoolExecutor(1) as other:
        held: list[Future[None]] = []

        def hold() -> None:
            held.append(other.submit(hold_customers, is_held, act))
            is_held.result(timeout=PATIENCE_SECONDS)

        with when(STAGING_KEYS, hold):
            yield
        held[0].result()


def terminate(pid: int) -> None:
    ask(f"SELECT pg_terminate_backend({pid})")


def terminate_reader() -> None:
    terminate(waiting_for_customers()[0][0])


def stop() -> None:
    DataImport.objects.get().cancel()


def nothing_was_kept(data_import: DataImport) -> bool:
    stored = City.objects.exists() or FactsChange.objects.exists()
    return not stored and not data_import.folder.exists()


@pytest.mark.parametrize(
    ("act", "status", "error"),
    [(stop, "cancelled", ""), (terminate_reader, "interrupted", NO_DATABASE)],
)
def test_what_ends_the_reading_of_stored_rows_is_told(
    folder: Path, act: Callable[[], object], status: str, error: str
) -> None:
    make_customer(external_id="1")
    requested = queued(folder)
    with while_stored_rows_are_read(act):
        done = execute_import(requested.pk)
    assert (done.status, done.error) == (status, error)
    assert nothing_was_kept(done)
    assert Customer.objects.get().gender == "Female"


def test_a_connection_that_is_lost_while_rows_are_loaded_leaves_nothing(folder: Path) -> None:
    requested = queued(folder)
    ((pid,),) = ask("SELECT pg_backend_pid()")
    with when(STORED, lambda: elsewhere(lambda: terminate(pid))):
        done = execute_import(requested.pk)
    assert (done.status, done.error) == ("interrupted", NO_DATABASE)
    assert nothing_was_kept(done)
