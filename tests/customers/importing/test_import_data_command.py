"""`manage.py import_data`."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from customers.management import watched
from customers.management.migrated import MigratedCommand
from customers.models import City, Customer, DataImport
from customers.operations import import_work
from tests.customers.importing.files import (
    CITY,
    REFERENCE,
    write_folder,
)
from tests.factories import make_import

pytestmark = pytest.mark.django_db
Captured = pytest.CaptureFixture[str]
HALF_GOOD = {"cities": [CITY, CITY | {"city_id": "2", "city_name": ""}]}


def summary_of(capsys: Captured) -> dict[str, Any]:
    """The JSON object that was printed last."""
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def refused(*args: object) -> int:
    """The exit code of a call that loads nothing."""
    with pytest.raises(SystemExit) as exit_:
        call_command("import_data", *args)
    return exit_.value.code


def test_the_command_prints_a_table(capsys: Captured) -> None:
    call_command("import_data", REFERENCE)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["rows", "created", "updated", "unchanged", "rejected"]
    assert lines[6].split() == ["transactions", "5,000", "5,000", "0", "0", "0"]
    assert lines[-1].endswith(" rows/s")


def test_the_last_line_is_one_json_object(capsys: Captured, folder: Path) -> None:
    call_command("import_data", write_folder(folder, HALF_GOOD), "--json")
    summary = summary_of(capsys)
    assert (summary["status"], summary["tables"]["cities"]["rejected"]) == ("completed", 1)
    assert Path(summary["rejects_file"]).is_file()
    assert summary["import"] == DataImport.objects.get().pk
    assert summary["seconds"] > 0
    assert summary["rows_per_second"] > 0


def test_a_dry_run_says_that_nothing_was_loaded(capsys: Captured, folder: Path) -> None:
    call_command("import_data", write_folder(folder, {"cities": [CITY]}), "--dry-run")
    assert "nothing was loaded" in capsys.readouterr().out
    assert not City.objects.exists()


def test_what_cannot_be_loaded_exits_with_1_and_one_sentence(
    capsys: Captured, folder: Path
) -> None:
    assert refused(folder, "--json") == 1
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert json.loads(captured.out.splitlines()[-1])["status"] == "rejected"


def test_a_path_that_is_not_there_is_a_sentence(capsys: Captured, folder: Path) -> None:
    assert refused(folder / "nowhere.xlsx") == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_all_or_nothing_loads_nothing_when_a_row_is_rejected(
    capsys: Captured, folder: Path
) -> None:
    source = write_folder(folder, HALF_GOOD)
    assert refused(source, "--mode", "all-or-nothing", "--json") == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("1 of 2 rows are rejected, so nothing was loaded")
    assert json.loads(captured.out)["mode"] == "all-or-nothing"
    assert not City.objects.exists()


def test_nothing_but_rejected_rows_exits_with_1(capsys: Captured, folder: Path) -> None:
    source = write_folder(folder, {"cities": [CITY | {"city_name": ""}]})
    assert refused(source) == 1
    assert capsys.readouterr().err == "Every row is rejected, so nothing was loaded.\n"


def test_a_mapping_says_which_column_is_which(capsys: Captured, folder: Path) -> None:
    write_folder(folder, {"people": [{"No.": "7", "Sex": "f", "Memo": "x"}]})
    mapping = folder.parent / "mapping.json"
    columns = {"No.": "customer_id", "Memo": None}
    mapping.write_text(json.dumps({"people": {"table": "customers", "columns": columns}}))
    call_command("import_data", folder, "--mapping", mapping, "--json")
    (part,) = summary_of(capsys)["parts"]
    assert part["columns"] == {"No.": "customer_id", "Sex": "gender", "Memo": None}
    assert Customer.objects.get().gender == "Female"


def test_what_was_left_out_is_said(capsys: Captured, folder: Path) -> None:
    tables = {"customers": [{"customer_id": "1", "Memo": "x"}], "notes": [{"a": "1", "b": "2"}]}
    call_command("import_data", write_folder(folder, tables))
    out = capsys.readouterr().out
    assert "Left out of the file customers.csv: Memo." in out
    assert "Left out: the file notes.csv." in out


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "can't be read as a file in UTF-8."),
        (b"\xff\xfe\x00", "can't be read as a file in UTF-8."),
        (b"{", "The mapping is not JSON"),
        (b"[" * 100_000, "The mapping is nested too deeply."),
        (b"[]", "A mapping is a JSON object"),
        (b'{"a": {"colums": {}}}', "colums is none of table"),
        (b'{"a": {"heading_line": NaN}}', "a character or a number that can't be kept"),
        (rb'{"a": {"encoding": "\u0000"}}', "a character or a number that can't be kept"),
        (rb'{"a": {"encoding": "\ud800"}}', "a character or a number that can't be kept"),
    ],
)
def test_a_mapping_that_is_none_is_a_sentence(
    folder: Path, content: bytes | None, sentence: str
) -> None:
    mapping = folder.parent / "mapping.json"
    if content is not None:
        mapping.write_bytes(content)
    with pytest.raises(CommandError, match=sentence):
        call_command("import_data", folder, "--mapping", mapping)
    assert not DataImport.objects.exists()


def test_a_log_is_told_how_far_it_is(
    capsys: Captured, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = {"stage": "Loading customers", "progress": 0.5, "table": "customers"}
    live |= {"table_rows": 2000, "table_done": 1000, "rows_per_second": 5000}
    said = watched._in_words(live)
    assert said == " 50 % Loading customers: 1,000 of 2,000 rows, 5,000 rows/s"
    assert watched._in_words({"stage": "", "progress": 0}) == "  0 % Waiting"


def test_what_a_killed_command_left_open_is_closed_first(folder: Path) -> None:
    lost = make_import(status="running", attempts=1, heartbeat_at="2024-01-01T00:00Z")
    call_command("import_data", write_folder(folder, {"cities": [CITY]}), verbosity=0)
    lost.refresh_from_db()
    assert lost.status == "interrupted"


def test_ctrl_c_ends_with_130_and_nothing_loaded(
    capsys: Captured, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: Any, **kwargs: Any) -> None:
        watched.signal.raise_signal(watched.signal.SIGINT)
        watched.signal.raise_signal(watched.signal.SIGINT)

    monkeypatch.setattr(import_work, "load", interrupted)
    monkeypatch.setattr(watched, "_cancel", lambda pk: None)
    assert refused(write_folder(folder, {"cities": [CITY]})) == 130
    assert "Stopped by Ctrl-C: nothing was loaded." in capsys.readouterr().err
    assert DataImport.objects.get().status == "interrupted"
    assert not City.objects.exists()


def test_ctrl_c_after_the_end_is_too_late(
    capsys: Captured, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*args: Any) -> None:
        watched.signal.raise_signal(watched.signal.SIGINT)

    monkeypatch.setattr(import_work, "refresh_figures", late)
    monkeypatch.setattr(watched, "_cancel", lambda pk: None)
    call_command("import_data", write_folder(folder, {"cities": [CITY]}))
    captured = capsys.readouterr()
    assert "Ctrl-C came too late to stop it." in captured.err
    assert "completed" in captured.out


def test_a_database_without_tables_is_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_ready(self: MigratedCommand) -> None:
        raise CommandError("The database is not ready. Run manage.py migrate first.")

    monkeypatch.setattr(MigratedCommand, "check_migrations", not_ready)
    for command in (["import_data", folder], ["undo_import"]):
        with pytest.raises(CommandError, match=r"Run manage\.py migrate first\."):
            call_command(*command)


def test_a_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "caf\udce9.csv"
    path.write_text("city_id,city_name\n1,Cairo\n")
    with pytest.raises(CommandError, match="is not written in UTF-8"):
        call_command("import_data", path)
    assert not DataImport.objects.exists()
