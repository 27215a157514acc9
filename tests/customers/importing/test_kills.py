"""An import that is killed at any moment leaves everything whole, and a second try works."""

from pathlib import Path
from typing import Any

from tests.apart.programs import report_of

KILLS = 20
SEED = 7


def test_a_killed_import_leaves_the_records_the_figures_and_the_disk_whole(
    tmp_path: Path, own_database: str
) -> None:
    report = report_of(
        "tests.customers.importing.killing",
        tmp_path / "data",
        own_database,
        str(KILLS),
        str(SEED),
    )
    kills = report["kills"]
    assert sum(kill["was_killed"] for kill in kills) == KILLS
    for kill in kills:
        assert kill["is_whole"], kill
        assert (kill["of_one_moment"], kill["said"], kill["fresh"]) == (True, True, True), kill
        assert (kill["left"], kill["left_again"]) == ([], []), kill
        assert (kill["status"], "try again" in kill["error"]) in outcomes(kill), kill
        if kill["status"] == "queued" or (kill["is_uploaded"] and kill["status"] == "interrupted"):
            assert kill["again"] == ("undone" if kill["undoing"] else "completed"), kill
    assert {kill["is_uploaded"] for kill in kills} == {True, False}
    assert {kill["happened"] for kill in kills} == {True, False}, "No kill before, or none after"
    assert (report["last"], report["whole"]) == ("completed", True)


def outcomes(kill: dict[str, Any]) -> list[tuple[str, bool]]:
    """What the row of the import may say after a kill."""
    done = "undone" if kill["undoing"] else "completed"
    if kill["happened"]:
        return [(done, False)]
    if kill["undoing"]:
        return [("completed", True), ("completed", False), ("queued", False)]
    # One that was killed before its row was there left no trace; the one before it was undone. One
    # that was killed before it was claimed is handed to the queue again.
    return [("interrupted", True), ("undone", False), ("queued", False)]
