"""A run whose worker is killed at any moment is done once more, and never twice."""

from pathlib import Path

from tests.apart.programs import report_of

KILLS = 12
SEED = 5


def test_a_run_whose_worker_is_killed_is_done_again_to_the_same_end(
    tmp_path: Path, own_database: str
) -> None:
    report = report_of(
        "tests.segmentation.killing", tmp_path / "data", own_database, str(KILLS), str(SEED)
    )
    assert len(report["whole"]["members"]) == 400
    statuses = {kill["killed"]["status"] for kill in report["kills"]}
    assert "running" in statuses, "No worker was killed at work"
    for kill in report["kills"]:
        is_done = kill["killed"]["status"] == "completed"
        # What was not finished left no members, and is handed out again once.
        assert kill["killed"]["members"] == (400 if is_done else 0), kill["killed"]
        assert kill["queued"] == (0 if is_done else 1), kill["killed"]
        assert kill["again"] == ["completed", "completed"]
        assert kill["found"] == report["whole"]
        assert kill["left"] == []
    # One that kills every worker ends with a reason.
    assert report["hopeless"]["queued"] == [1, 1, 0]
    state = report["hopeless"]["state"]
    assert (state["status"], state["members"]) == ("failed", 0)
    assert "3 times" in state["error"]
