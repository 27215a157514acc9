import json
from pathlib import Path

import pytest
from django.core.management import call_command

from customers.models import City
from tests.customers.importing.files import CITY, REFERENCE, write_folder

pytestmark = pytest.mark.django_db
Captured = pytest.CaptureFixture[str]


def test_the_command_prints_a_table(capsys: Captured) -> None:
    call_command("import_data", REFERENCE)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["rows", "created", "updated", "unchanged", "rejected"]
    assert lines[-1].split() == ["transactions", "5,000", "5,000", "0", "0", "0"]


def test_the_last_line_is_one_json_object(capsys: Captured, folder: Path) -> None:
    (folder / "cities.csv").write_text("city_id,city_name\n1,Cairo\n2,\n")
    call_command("import_data", folder, "--json")
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (summary["status"], summary["tables"]["cities"]["rejected"]) == ("completed", 1)
    assert Path(summary["rejects_file"]).is_file()


def test_a_dry_run_says_that_nothing_was_loaded(capsys: Captured, folder: Path) -> None:
    call_command("import_data", write_folder(folder, {"cities": [CITY]}), "--dry-run")
    assert "nothing was loaded" in capsys.readouterr().out
    assert not City.objects.exists()


def test_what_cannot_be_loaded_exits_with_1_and_one_sentence(
    capsys: Captured, folder: Path
) -> None:
    with pytest.raises(SystemExit) as exit_:
        call_command("import_data", folder, "--json")
    captured = capsys.readouterr()
    assert exit_.value.code == 1
    assert captured.err.count("\n") == 1
    assert json.loads(captured.out.splitlines()[-1])["status"] == "rejected"
