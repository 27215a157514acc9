"""An import has exactly the months made anew whose figures it changes."""

from pathlib import Path
from typing import Any

import pytest

from customers.facts.query import current_facts, open_facts
from customers.models import FactsVersion
from customers.operations import import_months
from customers.operations.facts import facts_are_stale
from customers.operations.imports import execute_import, undo_import
from customers.operations.undo import latest_undoable
from tests.customers.importing.files import BRANCH, CLAIM, CUSTOMER, good_tables, import_tables

pytestmark = pytest.mark.django_db
CITIES = [{"city_id": "1", "city_name": "Cairo"}, {"city_id": "2", "city_name": "Giza"}]
BARE_BRANCH = BRANCH | {"city_id": ""}  # so that a coupon's city is its customer's


def start(folder: Path) -> None:
    """Coupons of February, March and April 2024."""
    days = ("2024-02-01", "2024-03-01", "2024-04-01")
    coupons = [
        CLAIM | {"transaction_id": str(n), "transaction_date": day, "customer_id": str(n % 2 + 1)}
        for n, day in enumerate(days)
    ]
    tables = good_tables() | {
        "cities": CITIES,
        "branches": [BARE_BRANCH],
        "customers": [CUSTOMER, CUSTOMER | {"customer_id": "2"}],
        "transactions": coupons,
    }
    import_tables(folder, tables)


def rewritten(folder: Path, tables: dict[str, list[dict[str, Any]]]) -> int:
    for path in folder.iterdir():
        path.unlink()
    import_tables(folder, tables)
    return FactsVersion.objects.current().months_rewritten


def rewritten_by_undoing(folder: Path, tables: dict[str, list[dict[str, Any]]]) -> int:
    """How many months an undo makes anew; the figures are those before the import then."""
    start(folder)
    before = cities_by_month()
    rewritten(folder, tables)
    latest = latest_undoable()
    assert latest
    undo_import(latest, undone_by=None, queue=False)
    assert execute_import(latest.pk).status == "undone"
    assert cities_by_month() == before
    assert not facts_are_stale()
    return FactsVersion.objects.current().months_rewritten


def cities_by_month() -> list[tuple[str, int]]:
    with open_facts(current_facts()) as db:
        return db.execute(
            "SELECT strftime(claimed_on, '%m'), city_id FROM transactions ORDER BY claimed_on"
        ).fetchall()


def test_a_coupon_has_its_month_made_anew(folder: Path) -> None:
    start(folder)
    new = CLAIM | {"transaction_id": "9", "transaction_date": "2024-03-09"}
    assert rewritten(folder, {"transactions": [new]}) == 1


def test_a_coupon_that_moves_to_another_month_has_both_made_anew(folder: Path) -> None:
    start(folder)
    moved = CLAIM | {"transaction_id": "0", "transaction_date": "2024-04-09"}
    assert rewritten(folder, {"transactions": [moved]}) == 2


def test_a_customer_who_moves_has_the_months_of_his_coupons_made_anew(folder: Path) -> None:
    start(folder)
    before = dict(cities_by_month())
    assert rewritten(folder, {"customers": [CUSTOMER | {"city_id": "2"}]}) == 2
    after = dict(cities_by_month())
    assert [month for month in before if before[month] != after[month]] == ["02", "04"]


def test_a_branch_that_moves_has_all_its_months_made_anew(folder: Path) -> None:
    start(folder)
    assert rewritten(folder, {"branches": [BRANCH | {"city_id": "2"}]}) == 3
    assert len(set(dict(cities_by_month()).values())) == 1


def test_a_new_customer_has_no_month_made_anew(folder: Path) -> None:
    start(folder)
    assert rewritten(folder, {"customers": [CUSTOMER | {"customer_id": "9"}]}) == 0


NEW = CLAIM | {"transaction_id": "9", "transaction_date": "2024-03-09"}
MOVED = CLAIM | {"transaction_id": "0", "transaction_date": "2024-04-09"}


@pytest.mark.parametrize(
    ("tables", "months"),
    [
        ({"transactions": [NEW]}, 1),
        ({"transactions": [MOVED]}, 2),
        ({"customers": [CUSTOMER | {"city_id": "2"}]}, 2),
        ({"customers": [CUSTOMER | {"gender": "Male"}]}, 0),
        ({"branches": [BARE_BRANCH | {"city_id": "2"}]}, 3),
        ({"cities": [CITIES[0] | {"city_name": "Luxor"}]}, 0),
    ],
)
def test_undoing_makes_the_same_months_anew(
    folder: Path, tables: dict[str, list[dict[str, Any]]], months: int
) -> None:
    assert rewritten_by_undoing(folder, tables) == months


def test_from_many_moves_on_undoing_makes_all_months_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_months, "MOST_MOVES", 0)
    assert rewritten_by_undoing(folder, {"customers": [CUSTOMER | {"city_id": "2"}]}) == 3
