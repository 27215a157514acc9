"""The latest import can be taken back, unless later changes depend on it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from customers.models import Branch, City, Customer, DataImport, FactsVersion, Merchant, Transaction
from customers.models.imports import UNDO_STOPPED
from customers.operations.import_files import UNDOABLE
from customers.operations.imports import (
    execute_import,
    load_import,
    recover_lost_imports,
    request_import,
    stop_import,
    undo_import,
)
from customers.operations.undo import NotUndoable, check_records, latest_undoable
from tests.customers.importing.files import (
    BURN,
    CLAIM,
    CUSTOMER,
    good_tables,
    import_tables,
)
from tests.customers.importing.moments import elsewhere, when
from tests.factories import make_customer, make_import, make_segment, make_transaction, make_user
from tests.marks import needs_two_connections

pytestmark = pytest.mark.django_db
RECORDS = (City, Merchant, Branch, Customer, Transaction)
CHANGED = {
    "customers": [CUSTOMER | {"gender": "Male", "city_id": "", "join_date": "2024-01-15"}],
    "transactions": [
        CLAIM | {"transaction_status": "burned", "burn_date": "2024-03-01", "amount": "3"},
        BURN | {"coupon_name": ""},
        CLAIM | {"transaction_id": "3"},
    ],
}


def undone(data_import: DataImport, by: User | None = None) -> DataImport:
    undo_import(data_import, undone_by=by, queue=False)
    return execute_import(data_import.pk)


def everything() -> list[list[dict[str, Any]]]:
    return [list(model._default_manager.order_by("pk").values()) for model in RECORDS]


def test_created_rows_are_removed(folder: Path) -> None:
    done = undone(import_tables(folder, good_tables()))
    assert done.status == "undone"
    assert [model._default_manager.count() for model in RECORDS] == [0] * 5


def test_changed_rows_are_as_they_were_before(folder: Path) -> None:
    import_tables(folder, good_tables())
    before = everything()
    second = import_tables(folder, CHANGED)
    assert (second.created, second.updated) == (1, 3)
    assert everything() != before
    undone(second)
    assert everything() == before


def test_imports_are_undone_one_after_the_other(folder: Path) -> None:
    first = import_tables(folder, good_tables())
    second = import_tables(folder, CHANGED)
    assert latest_undoable() == second
    undone(second)
    assert latest_undoable() == first
    assert undone(first).status == "undone"
    assert not Customer.objects.exists()


def test_an_undone_import_can_be_loaded_again(folder: Path) -> None:
    undone(import_tables(folder, good_tables()))
    assert import_tables(folder, good_tables()).created == 6


def test_who_undid_it_is_kept(folder: Path) -> None:
    person = make_user()
    done = undone(import_tables(folder, good_tables()), by=person)
    assert done.undone_by == person
    assert done.undone_at is not None


def test_a_late_queue_entry_of_the_load_does_the_undo_that_is_queued_meanwhile(
    folder: Path,
) -> None:
    done = import_tables(folder, good_tables())
    with when(
        'UPDATE "customers_dataimport"', lambda: undo_import(done, undone_by=None, queue=False)
    ):
        assert execute_import(done.pk).status == "undone"
    assert not Customer.objects.exists()


def test_the_figures_follow(folder: Path) -> None:
    undone(import_tables(folder, good_tables()))
    version = FactsVersion.objects.current()
    assert (version.customers, version.transactions) == (0, 0)


def test_only_the_latest_import_is_undone(folder: Path) -> None:
    first = import_tables(folder, good_tables())
    second = import_tables(folder, CHANGED)
    with pytest.raises(NotUndoable, match=f"Import {second.pk} of given came after it"):
        undo_import(first, undone_by=None)


@pytest.mark.parametrize("values", [{"loaded_at": None}, {"status": "rejected"}, {"tables": {}}])
def test_an_import_that_loaded_nothing_is_not_undone(folder: Path, values: dict[str, Any]) -> None:
    done = import_tables(folder, good_tables())
    DataImport.objects.filter(pk=done.pk).update(**values)
    with pytest.raises(NotUndoable, match="nothing to undo"):
        undo_import(DataImport.objects.get(), undone_by=None)


def test_an_import_is_undone_once(folder: Path) -> None:
    done = undone(import_tables(folder, good_tables()))
    with pytest.raises(NotUndoable, match="undone already"):
        undo_import(done, undone_by=None)


def refused(data_import: DataImport) -> str:
    """The reason why it could not be undone, after a look that nothing changed."""
    before = everything()
    done = undone(data_import)
    assert done.status == "completed"
    assert everything() == before
    return done.error


def foreseen(data_import: DataImport) -> str:
    """The reason why it could not be undone, which a look at the records said before."""
    with pytest.raises(NotUndoable) as looked:
        check_records(data_import)
    assert str(looked.value) == refused(data_import)
    return str(looked.value)


def test_a_created_row_that_someone_changed_is_not_removed(folder: Path) -> None:
    done = import_tables(folder, good_tables())
    customer = Customer.objects.get()
    customer.gender = "Male"
    customer.save()
    assert "1 of the customers that this import created was changed" in foreseen(done)


def test_a_changed_row_that_someone_changed_again_is_not_restored(folder: Path) -> None:
    import_tables(folder, good_tables())
    done = import_tables(folder, CHANGED)
    Customer.objects.get().save()
    assert "1 of the customers that this import changed was changed" in foreseen(done)


def test_a_changed_row_that_was_removed_since_is_not_restored(folder: Path) -> None:
    import_tables(folder, good_tables())
    done = import_tables(folder, CHANGED)
    Transaction.objects.get(external_id="2").delete()
    assert "1 of the transactions that this import changed was changed or removed" in foreseen(done)


def test_what_later_records_belong_to_is_not_removed(folder: Path) -> None:
    done = import_tables(folder, good_tables())
    make_transaction(customer=Customer.objects.get(), branch=Branch.objects.get())
    assert "1 transaction that came later belongs to branches" in foreseen(done)


def test_customers_leave_their_segments(folder: Path) -> None:
    done = import_tables(folder, good_tables())
    stays = make_customer()
    segment = make_segment(customers=[Customer.objects.get(external_id="1"), stays])
    undone(done)
    assert [m.customer for m in segment.memberships.all()] == [stays]


def test_without_the_old_values_it_is_refused(folder: Path) -> None:
    import_tables(folder, good_tables())
    done = import_tables(folder, CHANGED)
    for path in done.folder.glob("before-*"):
        path.unlink()
    with pytest.raises(NotUndoable, match="no longer kept"):
        undo_import(done, undone_by=None)


def test_an_undo_whose_worker_was_killed_can_be_tried_again(folder: Path) -> None:
    done = import_tables(folder, good_tables())
    undo_import(done, undone_by=None, queue=False)
    assert DataImport.objects.claim(done.pk)
    DataImport.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    recover_lost_imports()
    done = DataImport.objects.get()
    assert (done.status, "try again" in done.error) == ("completed", True)
    assert undone(done).status == "undone"


def test_rows_know_which_import_created_and_last_changed_them(folder: Path) -> None:
    first = import_tables(folder, good_tables())
    second = import_tables(folder, CHANGED)
    customer = Customer.objects.get()
    assert (customer.created_in, customer.changed_in) == (first, second)
    branch = Branch.objects.get()
    assert (branch.created_in, branch.changed_in) == (first, first)
    customer.save()
    assert (customer.created_in, customer.changed_in) == (first, None)


def test_imports_are_undone_in_the_order_in_which_they_were_loaded(folder: Path) -> None:
    """One that was uploaded first may have waited for its person until the other was loaded."""
    first, second = queued_review(folder / "a", "Female"), queued_review(folder / "b", "Male")
    for waiting in (second, first):
        load_import(waiting, "good-rows")
        assert execute_import(waiting.pk).status == "completed"
    assert latest_undoable() == first
    with pytest.raises(NotUndoable, match="came after it"):
        undo_import(DataImport.objects.get(pk=second.pk), undone_by=None)
    assert undone(DataImport.objects.get(pk=first.pk)).status == "undone"
    assert Customer.objects.get().gender == "Male"
    assert undone(DataImport.objects.get(pk=second.pk)).status == "undone"
    assert not Customer.objects.exists()


def queued_review(folder: Path, gender: str) -> DataImport:
    """A file with one customer that is checked and waits to be loaded."""
    folder.mkdir()
    (folder / "customers.csv").write_text(f"customer_id,gender\n500,{gender}\n")
    requested = request_import(
        source=folder,
        source_name=folder.name,
        dry_run=False,
        requested_by=None,
        review=True,
        queue=False,
    )
    return execute_import(requested.pk)


@pytest.mark.django_db(transaction=True)
def test_old_values_that_refer_to_what_is_gone_are_not_restored(folder: Path) -> None:
    import_tables(folder, good_tables())
    done = import_tables(folder, {"customers": [CUSTOMER | {"city_id": ""}]})
    Branch.objects.update(city=None)
    City.objects.get().delete()
    assert "The cities that the old customers refer to are gone." in refused(done)


@pytest.mark.django_db(transaction=True)
@needs_two_connections
@pytest.mark.parametrize(
    ("table", "stored"), [("customers", "customers_customer"), ("branches", "customers_branch")]
)
def test_a_coupon_that_comes_in_while_it_is_undone_is_named(
    folder: Path, table: str, stored: str
) -> None:
    tables = good_tables()
    import_tables(folder, {name: rows for name, rows in tables.items() if name != table})
    done = import_tables(folder, {table: tables[table]})

    def come_in() -> None:
        given = {"customer": Customer.objects.get(), "branch": Branch.objects.get()}
        make_transaction(**given)

    with when(f'DELETE FROM "{stored}"', lambda: elsewhere(come_in)):
        assert f"1 transaction that came later belongs to {table}" in undone(done).error
    assert Transaction.objects.exists()


def test_a_refused_undo_leaves_when_and_how_quickly_it_was_loaded(folder: Path) -> None:
    done = import_tables(folder, good_tables())
    assert done.load_seconds is not None
    make_transaction(customer=Customer.objects.get(), branch=Branch.objects.get())
    assert refused(done)
    after = DataImport.objects.get()
    assert (after.loaded_at, after.load_seconds) == (done.loaded_at, done.load_seconds)


def test_old_values_that_are_not_whole_are_not_restored(folder: Path) -> None:
    import_tables(folder, good_tables())
    done = import_tables(folder, CHANGED)
    path = done.folder / "before-transactions.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    assert "no longer whole" in refused(done)


def test_imports_that_change_nothing_do_not_use_up_the_old_values(folder: Path) -> None:
    import_tables(folder, good_tables())
    done = import_tables(folder, CHANGED)
    for _ in range(7):
        import_tables(folder, CHANGED)
    assert undone(done).status == "undone"


def test_old_values_are_forgotten_where_a_worker_was_killed_after_its_undo(folder: Path) -> None:
    import_tables(folder, good_tables())
    done = import_tables(folder, CHANGED)
    kept = [(path, path.read_bytes()) for path in done.folder.glob("before-*")]
    undone(done)
    done.folder.mkdir()
    for path, content in kept:
        path.write_bytes(content)
    recover_lost_imports()
    assert kept
    assert not done.folder.exists()


def test_old_values_of_an_import_that_is_just_loading_are_kept(folder: Path) -> None:
    import_tables(folder, good_tables())
    loading = make_import(status="running", attempts=1)
    loading.folder.mkdir(parents=True)
    (loading.folder / "before-customers.csv").write_text("id\n")
    for gender in ("Male", "Female") * 3:
        import_tables(folder, {"customers": [CUSTOMER | {"gender": gender}]})
    kept = {path.parent.name for path in loading.folder.parent.glob("*/before-*")}
    assert len(kept) == 1 + UNDOABLE
    assert str(loading.pk) in kept


def test_an_undo_that_is_stopped_while_it_waits_can_be_asked_for_again(folder: Path) -> None:
    done = import_tables(folder, good_tables())
    undo_import(done, undone_by=None, queue=False)
    assert stop_import(done)
    done.refresh_from_db()
    assert (done.status, done.error) == ("completed", UNDO_STOPPED)
    assert undone(done).status == "undone"


def test_an_undo_that_is_stopped_on_the_way_leaves_the_import_loaded(folder: Path) -> None:
    done = import_tables(folder, good_tables())
    undo_import(done, undone_by=None, queue=False)
    DataImport.objects.update(cancel_requested=True)
    execute_import(done.pk)
    done.refresh_from_db()
    assert (done.status, done.error) == ("completed", UNDO_STOPPED)
    assert Customer.objects.exists()
    assert undone(done).status == "undone"


def test_an_undo_that_is_asked_for_twice_says_so(folder: Path) -> None:
    done = import_tables(folder, good_tables())
    undo_import(done, undone_by=None, queue=False)
    with pytest.raises(NotUndoable, match="is being undone already"):
        undo_import(DataImport.objects.get(pk=done.pk), undone_by=None)


def test_an_import_at_work_has_to_end_before_an_undo(folder: Path) -> None:
    done = import_tables(folder, good_tables())
    make_import(status="running", task=DataImport.Task.LOAD)
    with pytest.raises(NotUndoable, match="is at work"):
        undo_import(done, undone_by=None)
