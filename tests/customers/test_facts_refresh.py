"""A refresh writes what changed, takes over the rest and is switched at once."""

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from customers import tasks
from customers.facts import folders as facts_folders
from customers.facts.query import NoFacts, current_facts, open_facts
from customers.models import FactsVersion, Transaction
from customers.operations import facts as operation
from customers.operations.facts import (
    GRACE,
    FactsOvertaken,
    facts_are_stale,
    mark_facts_stale,
    refresh_facts,
    refresh_stale_facts,
)
from tests.customers.snapshots import (
    ask,
    files_shared,
    folders,
    held,
    refreshed,
    stored,
    while_refreshing,
)
from tests.factories import make_customer, make_history, make_run, make_transaction

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
MAY, JUNE, JULY = date(2024, 5, 3), date(2024, 6, 3), date(2024, 7, 3)


def replaced_long_ago(version: FactsVersion) -> None:
    long_ago = timezone.now() - GRACE - timedelta(minutes=1)
    FactsVersion.objects.filter(pk=version.pk, is_current=False).update(replaced_at=long_ago)


def make_three_months() -> FactsVersion:
    for day in (MAY, JUNE, JULY):
        make_transaction(claimed_on=day)
    return refresh_facts()


# What is written and what is taken over ------------------------------------------------------


def test_only_the_months_that_changed_are_written() -> None:
    old = make_three_months()
    make_transaction(claimed_on=JUNE)
    new = refreshed(months=["2024-06"])
    assert new.months_rewritten == 1
    assert files_shared(new, old) == {"2024-05", "2024-07"}
    assert held(new) == stored()
    assert (new.customers, new.transactions) == (4, 4)


def test_customers_are_taken_over_when_none_changed() -> None:
    old = make_three_months()
    assert "customers" in files_shared(refreshed(months=[], customers=False), old)
    assert "customers" not in files_shared(refreshed(months=[]), old)


def test_names_of_places_are_always_written() -> None:
    make_three_months()
    branch = Transaction.objects.first().branch
    type(branch).objects.filter(pk=branch.pk).update(name="Corniche")
    new = refreshed(months=[], customers=False)
    assert ("Corniche",) in ask(new, "SELECT name FROM branches")


def test_a_month_that_lost_its_coupons_disappears() -> None:
    make_three_months()
    Transaction.objects.filter(claimed_on=JULY).delete()
    new = refreshed(months=["2024-07"])
    assert folders(new.folder / "transactions") == {"month=2024-05", "month=2024-06"}
    assert (new.transactions, new.last_day) == (2, JUNE)


def test_the_last_coupon_may_go_and_another_one_come() -> None:
    make_transaction(claimed_on=MAY)
    refresh_facts()
    Transaction.objects.all().delete()
    none = refreshed(months=["2024-05"])
    assert (none.transactions, none.first_day) == (0, None)
    assert held(none) == []
    make_transaction(claimed_on=JUNE)
    new = refreshed(months=["2024-06"])
    assert folders(new.folder / "transactions") == {"month=2024-06"}
    assert held(new) == stored()


def test_without_a_change_nothing_is_written() -> None:
    make_three_months()
    new = refresh_facts()
    assert (new.months_rewritten, new.transactions) == (0, 3)


def test_a_full_refresh_writes_everything() -> None:
    old = make_three_months()
    make_transaction(claimed_on=MAY)
    new = refresh_facts(full=True)
    assert new.months_rewritten == 3
    assert files_shared(new, old) == set()
    assert held(new) == stored()


def test_unknown_months_are_all_months() -> None:
    old = make_three_months()
    mark_facts_stale("one coupon", months=["2024-05"])
    assert files_shared(refreshed(months=None), old) == set()


@pytest.mark.parametrize("harm", ["emptied", "removed", "unsealed", "scrambled", "other layout"])
def test_a_damaged_snapshot_is_not_built_upon(harm: str) -> None:
    old = make_three_months()
    damage(old.folder, harm)
    make_transaction(claimed_on=MAY)
    new = refreshed(months=["2024-05"])
    assert new.months_rewritten == 3
    assert held(new) == stored()


def damage(folder: Path, harm: str) -> None:
    seal, month = folder / facts_folders.CONTENTS, folder / "transactions" / "month=2024-06"
    if harm == "emptied":
        next(month.iterdir()).write_bytes(b"")
    elif harm == "removed":
        next(month.iterdir()).unlink()
    elif harm == "unsealed":
        seal.unlink()
    elif harm == "scrambled":
        seal.write_bytes(seal.read_bytes()[:20])
    else:
        seal.write_text(json.dumps(json.loads(seal.read_text()) | {"layout": 0}))


def test_the_folder_of_another_database_is_not_built_upon() -> None:
    old = make_three_months()
    FactsVersion.objects.filter(pk=old.pk).update(created_at=timezone.now())
    assert refreshed(months=[]).months_rewritten == 3


def test_pages_never_read_a_damaged_snapshot_and_it_is_made_anew() -> None:
    damage(make_three_months().folder, "removed")
    with pytest.raises(NoFacts, match="made anew"):
        current_facts()
    assert refresh_stale_facts() == current_facts()


def test_where_the_disk_has_no_hard_links_files_are_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise PermissionError

    old = make_three_months()
    monkeypatch.setattr(os, "link", refuse)
    new = refreshed(months=["2024-06"], customers=False)
    assert files_shared(new, old) == set()
    assert held(new) == stored()


def test_what_is_taken_over_outlives_the_snapshot_it_came_from() -> None:
    old = make_three_months()
    new = refreshed(months=["2024-06"])
    replaced_long_ago(old)
    refresh_facts()
    assert not old.folder.exists()
    assert held(new) == stored()


@pytest.mark.parametrize("seed", range(5))
def test_many_small_refreshes_equal_one_full_one(seed: int) -> None:
    make_history(customers=20, transactions=80, seed=seed)
    refresh_facts()
    for coupon in Transaction.objects.order_by("external_id")[seed::17]:
        old = coupon.claimed_on
        coupon.claimed_on, coupon.burnt_on = old - timedelta(days=20 * seed), None
        coupon.status = Transaction.Status.CLAIMED
        coupon.save()
        new = refreshed(months=[f"{old:%Y-%m}", f"{coupon.claimed_on:%Y-%m}"], customers=False)
        assert held(new) == stored()
    assert held(refresh_facts(full=True)) == stored()


# One snapshot after the other ----------------------------------------------------------------


def test_a_new_snapshot_replaces_the_old_one_and_the_old_one_stays_readable() -> None:
    make_transaction()
    old = refresh_facts()
    make_transaction()
    new = refreshed()
    assert current_facts() == new
    assert ask(old, "SELECT count(*) FROM transactions") == [(1,)]
    assert ask(new, "SELECT count(*) FROM transactions") == [(2,)]


def test_a_snapshot_knows_since_when_a_newer_one_is_read() -> None:
    old = refresh_facts()
    assert FactsVersion.objects.get(pk=old.pk).replaced_at is None
    new = refresh_facts()
    assert FactsVersion.objects.get(pk=old.pk).replaced_at >= new.created_at
    assert FactsVersion.objects.get(pk=new.pk).replaced_at is None


@pytest.mark.parametrize("full", [True, False])
def test_a_refresh_that_was_overtaken_begins_again(
    monkeypatch: pytest.MonkeyPatch, full: bool
) -> None:
    make_three_months()

    def overtake() -> None:
        make_transaction(claimed_on=JUNE)
        refreshed(months=["2024-06"])

    while_refreshing(monkeypatch, overtake)
    version = refresh_facts(full=full)
    assert current_facts() == version
    assert held(version) == stored()
    assert not facts_are_stale()
    assert len(folders(settings.FACTS_DIR)) == FactsVersion.objects.count() == 3


def test_a_refresh_that_is_overtaken_for_ever_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    make_three_months()
    monkeypatch.setattr(operation, "_switch", lambda *args: False)
    with pytest.raises(FactsOvertaken, match="Try again"):
        refresh_facts()
    assert folders(settings.FACTS_DIR) == {FactsVersion.objects.get().folder.name}


def test_a_refresh_that_fails_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    make_transaction()
    old = refresh_facts()
    mark_facts_stale("a new coupon")

    def fail() -> None:
        raise OSError("disk is full")

    while_refreshing(monkeypatch, fail)
    with pytest.raises(OSError, match="disk is full"):
        refresh_facts()
    assert current_facts() == old == FactsVersion.objects.get()
    assert folders(settings.FACTS_DIR) == {old.folder.name}
    assert facts_are_stale()


# What is left on the disk --------------------------------------------------------------------


def test_a_replaced_snapshot_is_removed_after_its_grace() -> None:
    make_transaction()
    first, second = refresh_facts(), refresh_facts()
    replaced_long_ago(first)
    refresh_facts()
    assert not first.folder.exists()
    assert FactsVersion.objects.filter(pk=first.pk).exists()
    assert second.folder.is_dir()


def test_an_old_snapshot_stays_for_its_readers_when_it_is_replaced() -> None:
    make_transaction()
    old = refresh_facts()
    with open_facts(old) as db:
        refresh_facts()
        assert db.execute("SELECT count(*) FROM transactions").fetchone() == (1,)


def test_what_killed_refreshes_left_is_removed_by_the_next() -> None:
    killed = FactsVersion.objects.create()
    (killed.folder / "export-1").mkdir(parents=True)
    (settings.FACTS_DIR / "export-old").mkdir()
    version = refresh_facts()
    assert folders(settings.FACTS_DIR) == {version.folder.name}


def test_the_schedule_removes_the_last_replaced_snapshot_after_its_grace() -> None:
    make_transaction()
    first, second = refresh_facts(), refresh_facts()
    tasks.refresh_stale_facts()
    assert first.folder.is_dir()
    replaced_long_ago(first)
    tasks.refresh_stale_facts()
    assert folders(settings.FACTS_DIR) == {second.folder.name}
    assert FactsVersion.objects.current() == second


def test_the_schedule_forgets_versions_that_were_replaced_long_ago_or_never_finished() -> None:
    make_transaction()
    used, replaced, current = refresh_facts(), refresh_facts(), refresh_facts()
    killed = FactsVersion.objects.create(created_at=LONG_AGO)
    at_work = FactsVersion.objects.create()
    make_run(facts=used)
    FactsVersion.objects.exclude(replaced_at=None).update(replaced_at=LONG_AGO)
    tasks.refresh_stale_facts()
    left = set(FactsVersion.objects.values_list("pk", flat=True))
    assert left == {used.pk, current.pk, at_work.pk}
    assert left.isdisjoint({replaced.pk, killed.pk})


def test_nothing_is_removed_while_another_refresh_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_customer()
    while_refreshing(monkeypatch, refresh_facts)
    assert refresh_facts().customers == 1


def test_a_folder_of_the_same_number_from_another_database_is_replaced() -> None:
    number = refresh_facts().pk + 1
    stray = FactsVersion(pk=number).folder / "transactions" / "month=1999-01"
    stray.mkdir(parents=True)
    version = refresh_facts()
    assert version.pk == number
    assert not stray.exists()
