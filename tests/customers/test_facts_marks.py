"""Whoever writes a record notes the months whose figures it changes, and no others."""

from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations.executor import MigrationExecutor

from customers.facts.months import day_ranges, month_of, months_of
from customers.models import Branch, City, Customer, FactsChange, Merchant, Transaction
from customers.operations import records
from customers.operations.facts import mark_facts_stale, refresh_facts
from customers.operations.records import changing_records
from tests.customers.snapshots import held, stored
from tests.factories import (
    make_branch,
    make_city,
    make_customer,
    make_merchant,
    make_transaction,
)

pytestmark = pytest.mark.django_db
MAY, JUNE, JULY = date(2024, 5, 3), date(2024, 6, 3), date(2024, 7, 3)


def noted() -> tuple[list[str] | None, bool]:
    change = FactsChange.objects.get()
    return change.months, change.customers


def change(row: Any, **values: Any) -> None:
    with changing_records(type(row), row, by="A test"):
        for name, value in values.items():
            setattr(row, name, value)
        row.save()


def delete(*rows: Any) -> None:
    with changing_records(type(rows[0]), *rows, by="A test"):
        for row in rows:
            row.delete()


def make_shopper() -> Customer:
    """Coupons of May and July."""
    her = make_customer(city=make_city())
    for day in (MAY, JULY):
        make_transaction(customer=her, claimed_on=day)
    return her


def test_a_new_coupon_changes_its_month() -> None:
    customer, branch = make_customer(), make_branch()
    with changing_records(Transaction, by="A test") as rows:
        rows.append(make_transaction(customer=customer, branch=branch, claimed_on=MAY))
    assert noted() == (["2024-05"], False)
    assert FactsChange.objects.get().reason == "A test: transactions"


def test_a_coupon_that_moves_changes_both_months() -> None:
    change(make_transaction(claimed_on=MAY), claimed_on=JULY)
    assert noted() == (["2024-05", "2024-07"], False)


def test_a_coupon_that_goes_changes_its_month() -> None:
    delete(make_transaction(claimed_on=MAY), make_transaction(claimed_on=JUNE))
    assert noted() == (["2024-05", "2024-06"], False)


def test_the_name_of_a_coupon_is_in_no_figure() -> None:
    change(make_transaction(), coupon_name="20% off")
    assert noted() == ([], False)


def test_a_customer_who_moves_changes_the_months_of_all_coupons() -> None:
    change(make_shopper(), city=make_city())
    assert noted() == (["2024-05", "2024-07"], True)


def test_a_customer_whose_gender_becomes_known_changes_no_month() -> None:
    change(make_shopper(), gender="Male")
    assert noted() == ([], True)


def test_a_customer_who_goes_takes_the_coupons_along() -> None:
    delete(make_shopper())
    assert noted() == (["2024-05", "2024-07"], True)


@pytest.mark.parametrize("made", ["city", "merchant"])
def test_a_branch_that_moves_changes_the_months_of_its_coupons(made: str) -> None:
    branch = make_transaction(claimed_on=JUNE).branch
    change(branch, **{made: {"city": make_city, "merchant": make_merchant}[made]()})
    assert noted() == (["2024-06"], False)


def test_names_of_places_change_no_month() -> None:
    for row in (make_transaction().branch, make_city(), make_merchant()):
        change(row, name="Corniche")
    assert {change.months == [] for change in FactsChange.objects.all()} == {True}


def test_places_come_and_go_without_a_month() -> None:
    for model, make in ((Branch, make_branch), (City, make_city), (Merchant, make_merchant)):
        with changing_records(model, by="A test") as rows:
            rows.append(make())
        delete(*rows)
    assert not any(change.months for change in FactsChange.objects.all())


def test_of_very_many_rows_the_months_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MOST_VALUES", 1)
    delete(make_transaction(), make_transaction())
    assert noted() == (None, False)


def test_figures_follow_every_kind_of_change() -> None:
    her, nowhere = make_shopper(), make_branch(city=None)
    coupon = make_transaction(customer=her, branch=nowhere, claimed_on=JUNE)
    refresh_facts()
    for step in (
        lambda: change(her, city=make_city()),
        lambda: change(nowhere, city=make_city(), merchant=make_merchant()),
        lambda: change(coupon, amount=12, claimed_on=date(2023, 12, 31)),
        lambda: delete(coupon),
        lambda: delete(her),
    ):
        step()
        assert held(refresh_facts()) == stored()


def test_months_are_those_of_the_rows() -> None:
    make_shopper()
    assert months_of(Transaction.objects.all()) == {"2024-05", "2024-07"}
    assert months_of(Transaction.objects.with_places().filter(claimed_on=MAY)) == {"2024-05"}
    assert months_of(Transaction.objects.none()) == set()
    assert month_of(date(2024, 2, 29)) == "2024-02"


@pytest.mark.parametrize(
    ("months", "ranges"),
    [
        ([], []),
        (["2024-02"], [("2024-02-01", "2024-02-29")]),
        (["2024-01", "2023-12", "2024-01"], [("2023-12-01", "2024-01-31")]),
        (["2023-11", "2024-01"], [("2023-11-01", "2023-11-30"), ("2024-01-01", "2024-01-31")]),
        (["9999-12"], [("9999-12-01", "9999-12-31")]),
    ],
)
def test_months_without_a_gap_are_one_range(
    months: list[str], ranges: list[tuple[str, str]]
) -> None:
    found = [(first.isoformat(), last.isoformat()) for first, last in day_ranges(months)]
    assert found == ranges


@pytest.mark.parametrize("month", ["2024-13", "2024-5", "May", "2024-05-01", ""])
def test_a_month_is_written_in_one_way(month: str) -> None:
    with pytest.raises(ValueError, match="written like 2024-05"):
        mark_facts_stale("a slip", months=[month])


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    make_shopper()
    call_command("refresh_facts", "--full")
    said = capsys.readouterr().out
    assert "1 customers, 2 transactions; 2 months written in " in said


def test_the_command_refuses_what_it_does_not_know() -> None:
    with pytest.raises(CommandError, match="unrecognized arguments"):
        call_command("refresh_facts", "--everything")


def test_the_command_says_when_the_database_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *args: ["a migration"])
    with pytest.raises(CommandError, match=r"Run manage.py migrate first\."):
        call_command("refresh_facts")
