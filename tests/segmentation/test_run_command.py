"""`manage.py run_segmentation`, and the reference workbook from import to segments."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django_q.models import OrmQ

from customers.models import FactsVersion
from customers.operations.facts import refresh_facts
from customers.operations.imports import execute_import, request_import
from segmentation.models import SegmentationRun
from segmentation.operations import runs
from tests.factories import make_history

WORKBOOK = Path(__file__).parents[3] / "shared" / "data" / "E-commerce_data.xlsx"
KEYS = {
    "run",
    "status",
    "error",
    "as_of",
    "facts",
    "customers",
    "never_active",
    "features",
    "left_out_features",
    "verdict",
    "best",
    "candidates",
    "segments",
    "seconds",
}
CANDIDATE_KEYS = {
    "algorithm",
    "reduction",
    "components",
    "clusters",
    "silhouette",
    "silhouette_common",
    "silhouette_sample",
    "inertia",
    "explained_variance",
}

pytestmark = pytest.mark.django_db


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("run_segmentation", *arguments, stdout=out)
    return out.getvalue()


def as_json(*arguments: str) -> dict[str, Any]:
    return json.loads(command("--wait", "--json", *arguments).splitlines()[-1])


@pytest.fixture
def history() -> None:
    make_history(customers=100, transactions=400)
    refresh_facts()


@pytest.mark.usefixtures("history")
def test_the_json_has_the_documented_keys() -> None:
    said = as_json("--preset", "reference")
    assert set(said) == KEYS
    assert set(said["best"]) == CANDIDATE_KEYS
    assert said["candidates"] == [said["best"]]
    segment = said["segments"][0]
    assert set(segment) == {"key", "name", "size", "share", "drivers", "strategy"}
    assert set(segment["drivers"][0]) == {"feature", "mean", "base", "effect"}
    assert (said["status"], said["error"]) == ("completed", None)
    assert said["as_of"] == FactsVersion.objects.current().last_day.isoformat()


@pytest.mark.usefixtures("history")
def test_without_json_it_is_told_in_words() -> None:
    lines = command("--preset", "reference", "--wait").splitlines()
    assert lines[0] == f"Run {SegmentationRun.objects.get().pk}: completed."
    assert lines[1].startswith("100 customers as of")
    assert lines[2].startswith("  S1 ")
    assert len(lines) == 2 + 5


@pytest.mark.usefixtures("history")
def test_without_waiting_a_worker_does_it() -> None:
    assert "waits for a worker" in command()
    assert SegmentationRun.objects.get().status == "queued"
    assert OrmQ.objects.count() == 1


@pytest.mark.usefixtures("history")
def test_while_waiting_nothing_is_queued() -> None:
    as_json()
    assert not OrmQ.objects.exists()


@pytest.mark.usefixtures("history")
def test_an_unknown_preset_is_one_sentence() -> None:
    with pytest.raises(CommandError, match="There is no preset 'best'"):
        command("--preset", "best")


def test_without_figures_it_is_one_sentence() -> None:
    with pytest.raises(CommandError, match="Import your customers"):
        command("--wait")


def test_a_run_that_fails_is_printed_and_is_an_error() -> None:
    make_history(customers=3, transactions=30)
    refresh_facts()
    out = StringIO()
    with pytest.raises(CommandError, match="customers"):
        call_command("run_segmentation", "--preset=reference", "--wait", "--json", stdout=out)
    assert json.loads(out.getvalue())["status"] == "failed"


@pytest.mark.usefixtures("history")
def test_a_run_that_is_stopped_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    fit = runs.fit_candidates

    def cancel_and_fit(*args: Any, **options: Any) -> Any:
        SegmentationRun.objects.get().cancel()
        return fit(*args, **options)

    monkeypatch.setattr(runs, "fit_candidates", cancel_and_fit)
    with pytest.raises(CommandError, match=r"Run \d+ is cancelled\."):
        command("--wait")


@pytest.fixture
def workbook() -> None:
    if not WORKBOOK.exists():
        pytest.skip("the reference workbook is not beside the project")
    requested = request_import(
        source=WORKBOOK, source_name=WORKBOOK.name, dry_run=False, requested_by=None
    )
    assert execute_import(requested.pk).rejected == 0


@pytest.mark.usefixtures("workbook")
def test_the_reference_workbook_has_five_segments() -> None:
    said = as_json("--preset", "reference")
    assert (said["customers"], said["never_active"]) == (989, 11)
    assert said["left_out_features"] == {"city_frequency": "Every customer has the same value (1)."}
    assert "city_frequency" not in said["features"]
    assert (said["as_of"], said["verdict"]) == ("2024-10-08", "none")
    assert said["best"]["silhouette"] == pytest.approx(0.3519, abs=1e-4)
    assert said["best"]["inertia"] == pytest.approx(765.26, abs=0.01)
    # The same on every database and every machine.
    assert {segment["name"]: segment["size"] for segment in said["segments"]} == {
        "Burn-shy customers": 287,
        "Recent burners": 253,
        "Recent regulars": 201,
        "Occasional keen burners": 159,
        "Lapsed burn-shy customers": 89,
    }


@pytest.mark.usefixtures("workbook")
def test_the_reference_workbook_gives_the_same_twice() -> None:
    first, second = as_json("--preset", "reference"), as_json("--preset", "reference")
    for said in (first, second):
        del said["run"], said["seconds"]
    assert first == second
