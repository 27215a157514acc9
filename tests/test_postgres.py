"""The tests on PostgreSQL run on PostgreSQL."""

import pytest

from tests.postgres import postgres


def test_another_database_from_outside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///tests.sqlite3")
    with pytest.raises(SystemExit, match="is not PostgreSQL's"), postgres():
        pass


def test_a_server_from_outside_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://someone@example/tests")
    with postgres() as url:
        assert url == "postgres://someone@example/tests"
