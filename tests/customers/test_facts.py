"""The snapshot that pages read equals the records, and they say of when it is."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db.models import Count
from django.utils import timezone

from customers.bulk import copy_in, copy_out
from customers.facts.query import NoFacts, current_facts
from customers.freshness import freshness
from customers.models import FactsChange, FactsVersion, Merchant, Transaction
from customers.operations.facts import (
    facts_are_stale,
    mark_facts_stale,
    refresh_facts,
    refresh_stale_facts,
)
from customers.periods import in_words
from tests.customers.snapshots import ask, while_refreshing
from tests.factories import (
    make_branch,
    make_city,
    make_customer,
    make_history,
    make_merchant,
    make_transaction,
)

pytestmark = pytest.mark.django_db
NAMES = [
    "القاهرة",
    "Nile, Books & Co",
    'The "Corner"',
    '"',
    "'; DROP TABLE x; --",
    "two\nlines",
    "two\r\nlines",
    "one\rreturn",
    r"\N",
    "NULL",
    " spaced ",
    "=1+1",
    "tab\there",
    "0012",
    "☕",
]


def test_a_snapshot_holds_every_row() -> None:
    make_history()
    version = refresh_facts()
    rows = Transaction.objects.values_list("customer_id", "branch_id", "claimed_on", "burnt_on")
    held = ask(version, "SELECT customer_id, branch_id, claimed_on, burnt_on FROM transactions")
    assert sorted(held, key=str) == sorted(rows, key=str)
    assert (version.customers, version.transactions) == (65, len(rows))


def test_a_snapshot_knows_its_places() -> None:
    cairo, giza = make_city(), make_city()
    with_city, without = make_branch(city=giza), make_branch()
    customer = make_customer(city=cairo)
    make_transaction(customer=customer, branch=with_city)
    make_transaction(customer=customer, branch=without)
    make_transaction(customer=make_customer(), branch=without)
    held = ask(refresh_facts(), "SELECT merchant_id, city_id FROM transactions")
    expected = [
        (with_city.merchant_id, giza.pk),
        (without.merchant_id, cairo.pk),
        (without.merchant_id, None),
    ]
    assert sorted(held, key=str) == sorted(expected, key=str)


def test_a_snapshot_says_its_first_and_last_day() -> None:
    make_transaction(claimed_on=date(2024, 2, 1), burnt_on=date(2024, 5, 1))
    make_transaction(claimed_on=date(2024, 3, 1))
    version = refresh_facts()
    assert (version.first_day, version.last_day) == (date(2024, 2, 1), date(2024, 5, 1))


def test_transactions_lie_in_a_folder_for_each_month_of_claims() -> None:
    for day in (date(2023, 12, 31), date(2024, 1, 1), date(2024, 1, 31)):
        make_transaction(claimed_on=day)
    folders = {path.name for path in (refresh_facts().folder / "transactions").iterdir()}
    assert folders == {"month=2023-12", "month=2024-01"}


def test_amounts_survive() -> None:
    make_transaction(amount="1234567890.12")
    make_transaction(amount=None)
    held = ask(refresh_facts(), "SELECT amount FROM transactions ORDER BY amount")
    assert held == [(1234567890.12,), (None,)]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_survives_in_the_snapshot(name: str) -> None:
    make_merchant(name=name)
    make_merchant(name="after it")
    assert ask(refresh_facts(), "SELECT name FROM merchants ORDER BY id") == [
        (name,),
        ("after it",),
    ]


def test_an_empty_name_stays_an_empty_name() -> None:
    make_branch(name="")
    assert ask(refresh_facts(), "SELECT name FROM branches") == [("",)]


def test_rows_come_back_as_they_went_out(tmp_path: Path) -> None:
    names = [name for name in NAMES if name != r"\N"]
    for name in names:
        make_merchant(name=name)
    copy_out("SELECT external_id, name FROM customers_merchant", tmp_path / "rows.csv")
    Merchant.objects.all().delete()
    assert copy_in("customers_merchant", ["external_id", "name"], tmp_path / "rows.csv") == len(
        names
    )
    assert set(Merchant.objects.values_list("name", flat=True)) == set(names)


def test_nothing_comes_back_as_nothing(tmp_path: Path) -> None:
    make_city(latitude=None, longitude=None)
    copy_out("SELECT 'x' AS external_id, name, latitude FROM customers_city", tmp_path / "rows.csv")
    copy_in("customers_city", ["external_id", "name", "latitude"], tmp_path / "rows.csv")
    assert type(make_city()).objects.get(external_id="x").latitude is None


def test_without_transactions_there_is_a_snapshot_without_days() -> None:
    make_customer()
    version = refresh_facts()
    assert (version.customers, version.transactions) == (1, 0)
    assert (version.first_day, version.last_day) == (None, None)
    assert ask(version, "SELECT customer_id, merchant_id, claimed_on FROM transactions") == []


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_is_taken_outside_of_a_transaction() -> None:
    make_history(customers=5, transactions=20)
    assert refresh_facts().transactions == 20
    assert FactsVersion.objects.current().transactions == 20


def test_before_the_first_snapshot_there_are_no_figures() -> None:
    with pytest.raises(NoFacts, match="Import your customers"):
        current_facts()
    assert freshness() is None


def test_a_snapshot_that_is_gone_is_made_anew() -> None:
    make_transaction()
    gone = refresh_facts()
    gone.folder.rename(gone.folder.with_name("moved"))
    with pytest.raises(NoFacts, match="made anew"):
        current_facts()
    assert refresh_stale_facts() == current_facts()


def test_changes_make_the_figures_stale_until_they_are_refreshed() -> None:
    refresh_facts()
    assert not facts_are_stale()
    mark_facts_stale("Import 1")
    assert facts_are_stale()
    assert refresh_stale_facts() == FactsVersion.objects.current()
    assert not facts_are_stale()


def test_fresh_figures_are_not_made_anew() -> None:
    refresh_facts()
    assert refresh_stale_facts() is None


def test_a_change_during_a_refresh_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    mark_facts_stale("before")
    while_refreshing(monkeypatch, lambda: mark_facts_stale("meanwhile"))
    refresh_facts()
    assert FactsChange.objects.get().reason == "meanwhile"


def test_pages_say_of_when_the_figures_are() -> None:
    make_transaction(claimed_on=date(2024, 7, 14))
    version = refresh_facts()
    two_hours_ago = timezone.now() - timedelta(hours=2)
    FactsVersion.objects.filter(pk=version.pk).update(created_at=two_hours_ago)
    said = freshness()
    quiet = (timezone.localdate() - date(2024, 7, 14)).days
    assert said.sentence == (
        f"Figures made 2\xa0hours ago. Last activity 14 July 2024, {quiet:,} days ago."
    )
    assert said.is_stale
    mark_facts_stale("Import 1")
    said = freshness()
    assert said.sentence == "Figures made 2\xa0hours ago. Newer records follow within five minutes."
    assert said.is_stale


@pytest.mark.parametrize(
    ("days_ago", "ending", "is_stale"), [(14, ".", False), (15, ", 15 days ago.", True)]
)
def test_records_are_old_when_it_was_quiet_for_two_weeks(
    days_ago: int, ending: str, is_stale: bool
) -> None:
    last_day = timezone.localdate() - timedelta(days=days_ago)
    make_transaction(claimed_on=last_day)
    refresh_facts()
    said = freshness()
    assert said.sentence.endswith(f" just now. Last activity {in_words(last_day)}{ending}")
    assert said.is_stale == is_stale


def test_without_coupons_there_is_no_last_activity() -> None:
    make_customer()
    refresh_facts()
    assert freshness().sentence == "Figures made just now."
    assert not freshness().is_stale


def test_months_add_up_to_the_rows() -> None:
    make_history()
    months = ask(
        refresh_facts(), "SELECT month, count(*) FROM transactions GROUP BY month ORDER BY month"
    )
    rows = Transaction.objects.values("claimed_on__month").annotate(n=Count("pk"))
    assert [n for _, n in months] == [row["n"] for row in rows.order_by("claimed_on__month")]
