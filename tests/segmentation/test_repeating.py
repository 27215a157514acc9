"""The same settings and seed give the same segments, today and after a restart."""

from pathlib import Path

from tests.apart.programs import report_of

PROGRAM = "tests.segmentation.repeating"


def test_another_process_and_another_database_find_the_same(
    tmp_path: Path, own_database: str
) -> None:
    here = report_of(PROGRAM, tmp_path / "here", own_database)
    sqlite = f"sqlite:///{tmp_path / 'there.sqlite3'}"
    there = report_of(PROGRAM, tmp_path / "there", sqlite, hash_seed=1)
    assert len(here["members"]) == 150
    assert len(here["models"]) > 60
    assert here == there
