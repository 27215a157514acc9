from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from customers.importing import load
from customers.models import City, Customer, DataImport, FactsChange, FactsVersion, Transaction
from customers.operations.live import Live
from tests.customers.importing.files import (
    BRANCH,
    BURN,
    CITY,
    CLAIM,
    CUSTOMER,
    good_tables,
    import_tables,
    import_text,
    outcomes,
    rejects_of,
)
from tests.factories import make_branch, make_city, make_customer, make_transaction
from tests.marks import needs_two_connections

pytestmark = pytest.mark.django_db


def test_every_field_is_stored(folder: Path) -> None:
    import_tables(folder, good_tables())
    burnt = Transaction.objects.with_places().get(external_id="2")
    assert (burnt.status, burnt.coupon_name, burnt.amount) == ("burnt", "Spring", Decimal("12.5"))
    assert (burnt.claimed_on, burnt.burnt_on) == (date(2024, 2, 1), date(2024, 2, 9))
    assert (burnt.branch.merchant.name, burnt.branch.city.name) == ("Nile Books", "Cairo")
    assert (burnt.customer.gender, burnt.customer.accepts_marketing) == ("Female", True)


def test_rows_are_stored_in_the_order_of_the_file(folder: Path) -> None:
    rows = [{"customer_id": str(n)} for n in (5, 3, 9, 1)]
    import_tables(folder, {"customers": rows})
    assert list(Customer.objects.values_list("external_id", flat=True)) == ["5", "3", "9", "1"]


def test_the_same_again_is_unchanged(folder: Path) -> None:
    cities = [CITY | {"latitude": "30.0444", "longitude": "31.2357"}]
    tables = good_tables() | {"cities": cities}
    import_tables(folder, tables)
    again = import_tables(folder, tables)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 6)


@pytest.mark.parametrize("amount", ["12.50", "12.5", "12.500", "12.499999999"])
def test_an_amount_stored_by_the_site_is_found_unchanged(folder: Path, amount: str) -> None:
    import_tables(folder, good_tables())
    Transaction.objects.filter(external_id="2").update(amount=Decimal("12.50"))
    tables = good_tables() | {"transactions": [CLAIM, BURN | {"amount": amount}]}
    assert outcomes(import_tables(folder, tables), "transactions") == {"rows": 2, "unchanged": 2}


def test_one_changed_field_updates_one_row(folder: Path) -> None:
    import_tables(folder, good_tables())
    burnt = CLAIM | {"transaction_status": "burned", "burn_date": "2024-02-03"}
    done = import_tables(folder, good_tables() | {"transactions": [burnt, BURN]})
    assert outcomes(done, "transactions") == {"rows": 2, "updated": 1, "unchanged": 1}
    assert Transaction.objects.get(external_id="1").burnt_on == date(2024, 2, 3)


def test_an_empty_cell_empties_what_is_stored(folder: Path) -> None:
    import_tables(folder, good_tables())
    emptied = CUSTOMER | {"city_id": "", "join_date": "", "gender": "", "accepts_marketing": ""}
    done = import_tables(folder, good_tables() | {"customers": [emptied]})
    customer = Customer.objects.get()
    assert done.updated == 1
    assert (customer.city, customer.joined_on, customer.gender) == (None, None, "Unknown")
    assert not customer.accepts_marketing


def test_a_column_that_is_not_in_the_file_keeps_what_is_stored(folder: Path) -> None:
    city = make_city(name="Giza", latitude=30, longitude=31)
    make_customer(external_id="1", city=city, gender="Male", accepts_marketing=True)
    import_text(folder, "customers", "customer_id,join_date\n1,2020-02-02\n2,\n")
    first, second = Customer.objects.all()
    assert (first.city, first.gender, first.accepts_marketing) == (city, "Male", True)
    assert first.joined_on == date(2020, 2, 2)
    assert (second.city, second.gender, second.accepts_marketing) == (None, "Unknown", False)


def test_coordinates_that_are_not_in_the_file_are_kept(folder: Path) -> None:
    make_city(external_id="1", latitude=30, longitude=31)
    import_tables(folder, {"cities": [CITY]})
    assert City.objects.get().latitude == 30


def test_a_file_of_ids_alone_adds_the_new_ones(folder: Path) -> None:
    make_customer(external_id="1")
    done = import_text(folder, "customers", "customer_id\n1\n2\n")
    assert outcomes(done, "customers") == {"rows": 2, "created": 1, "unchanged": 1}


def test_a_claim_without_a_burn_date_column_has_no_burn_date(folder: Path) -> None:
    customer, branch = make_customer(external_id="1"), make_branch(external_id="1")
    make_transaction(
        external_id="1", customer=customer, branch=branch, burnt_on=date(2024, 3, 2), status="burnt"
    )
    row = {name: CLAIM[name] for name in CLAIM if name != "burn_date"}
    assert import_tables(folder, {"transactions": [row]}).updated == 1
    assert Transaction.objects.get().burnt_on is None


@pytest.mark.django_db(transaction=True)
@needs_two_connections
def test_two_imports_of_the_same_rows_never_wait_for_each_other_for_ever(folder: Path) -> None:
    rows = [{"customer_id": str(n)} for n in range(30_000)]

    def import_rows(rows: list[dict[str, str]]) -> DataImport:
        try:
            given = folder / rows[0]["customer_id"]
            given.mkdir()
            return import_tables(given, {"customers": rows})
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as workers:
        both = list(workers.map(import_rows, [rows, rows[::-1]]))
    assert [done.status for done in both] == ["completed"] * 2
    assert sorted(done.created for done in both) == [0, 30_000]


def test_how_far_it_is_is_told_of_changed_and_of_new_rows(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"customer_id": str(n), "gender": "Female"} for n in range(4)]
    import_tables(folder, {"customers": rows})
    told: list[tuple[int, float]] = []
    monkeypatch.setattr(load, "BLOCK_ROWS", 2)
    monkeypatch.setattr(Live, "tell", lambda live, table, rows, share: told.append((rows, share)))
    changed = [row | {"gender": "Male"} for row in rows]
    done = import_tables(folder, {"customers": [*changed, {"customer_id": "9", "gender": "Male"}]})
    assert (done.updated, done.created) == (4, 1)
    assert {rows for rows, _ in told} == {5}
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert {0, 0.4, 0.8, 1} <= set(shares)
    assert not Customer.objects.exclude(gender="Male").exists()


def test_good_rows_are_loaded_beside_rejected_ones(folder: Path) -> None:
    wrong = BURN | {"transaction_id": "3", "burn_date": ""}
    done = import_tables(folder, good_tables() | {"transactions": [CLAIM, wrong, BURN]})
    assert outcomes(done, "transactions") == {"rows": 3, "created": 2, "rejected": 1}
    assert rejects_of(done)[0]["line"] == "3"


def test_a_dry_run_counts_and_stores_nothing(folder: Path) -> None:
    wrong = CLAIM | {"transaction_id": ""}
    done = import_tables(folder, good_tables() | {"transactions": [wrong, BURN]}, dry_run=True)
    assert (done.status, done.created, done.rejected) == ("completed", 5, 1)
    assert len(rejects_of(done)) == 1
    assert not City.objects.exists()
    assert not FactsVersion.objects.exists()
    assert not FactsChange.objects.exists()


def test_customers_of_coupons_at_a_changed_branch_are_affected(folder: Path) -> None:
    people = [CUSTOMER, CUSTOMER | {"customer_id": "2"}, CUSTOMER | {"customer_id": "3"}]
    coupons = [CLAIM, CLAIM | {"transaction_id": "2", "customer_id": "2"}]
    import_tables(folder, good_tables() | {"customers": people, "transactions": coupons})
    moved = {"branches": [BRANCH | {"city_id": ""}], "customers": [CUSTOMER | {"gender": "Male"}]}
    assert import_tables(folder, moved).preview["customers"] == 2
    assert import_tables(folder, moved).preview["customers"] == 0


def test_the_figures_are_fresh_after_an_import(folder: Path) -> None:
    import_tables(folder, good_tables())
    current = FactsVersion.objects.current()
    assert (current.customers, current.transactions) == (1, 2)
    assert not FactsChange.objects.exists()


def test_an_import_that_changes_nothing_leaves_the_figures(folder: Path) -> None:
    import_tables(folder, good_tables())
    before = FactsVersion.objects.current()
    import_tables(folder, good_tables())
    assert FactsVersion.objects.current() == before
