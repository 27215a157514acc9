"""`manage.py undo_import`."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from customers.models import City, Customer, Transaction
from tests.customers.importing.files import CUSTOMER, good_tables, import_tables
from tests.factories import make_import, make_transaction

pytestmark = pytest.mark.django_db
Captured = pytest.CaptureFixture[str]


def refusal(capsys: Captured, *args: object) -> str:
    """What is said of an import that is not undone."""
    with pytest.raises(SystemExit) as exit_:
        call_command("undo_import", *args)
    assert exit_.value.code == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def summary_of(capsys: Captured) -> dict[str, Any]:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_the_latest_import_is_undone(capsys: Captured, folder: Path) -> None:
    first = import_tables(folder, good_tables())
    second = import_tables(folder, {"customers": [CUSTOMER | {"gender": "Male"}]})
    call_command("undo_import")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"Import {second.pk} of ")
    assert lines[1].split() == ["removed", "restored"]
    assert ["customers", "0", "1"] in [line.split() for line in lines]
    assert Customer.objects.get().gender == "Female"
    first.refresh_from_db()
    assert first.status == "completed"


def test_an_import_is_undone_by_its_number(capsys: Captured, folder: Path) -> None:
    done = import_tables(folder, good_tables())
    call_command("undo_import", done.pk, "--json")
    summary = summary_of(capsys)
    assert (summary["import"], summary["status"], summary["error"]) == (done.pk, "undone", "")
    assert summary["tables"]["transactions"] == {"removed": 2, "restored": 0}
    assert not City.objects.exists()


def test_later_changes_are_a_reason_not_to(capsys: Captured, folder: Path) -> None:
    import_tables(folder, good_tables())
    make_transaction(customer=Customer.objects.get())
    assert "came later belongs to" in refusal(capsys)
    assert Transaction.objects.count() == 3


def test_an_import_before_another_is_not_undone(capsys: Captured, folder: Path) -> None:
    first = import_tables(folder, good_tables())
    import_tables(folder, {"customers": [CUSTOMER | {"gender": "Male"}]})
    assert "came after it. Undo that one first." in refusal(capsys, first.pk)


def test_a_refusal_is_json_too(capsys: Captured) -> None:
    waiting = make_import()
    with pytest.raises(SystemExit):
        call_command("undo_import", waiting.pk, "--json")
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"] == captured.err.strip()
    assert json.loads(captured.out)["status"] == "queued"


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ([], "There is no import that can be undone."),
        ([999], "There is no import 999."),
        ([10**30], "There is no import 1000000000000000000000000000000."),
        ([-1], "There is no import -1."),
    ],
)
def test_without_an_import_there_is_nothing_to_undo(number: list[int], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("undo_import", *number)
