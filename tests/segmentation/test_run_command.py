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
from segmentation.engine.algorithms import ALGORITHMS, TooFewCustomers
from segmentation.models import SegmentationRun
from segmentation.operations import fitting
from tests.factories import make_history

WORKBOOK = Path(__file__).parents[3] / "shared" / "data" / "E-commerce_data.xlsx"
# What integrations rely on; more may be there.
KEYS = {
    "run",
    "status",
    "error",
    "is_current",
    "as_of",
    "facts",
    "customers",
    "never_active",
    "features",
    "left_out_features",
    "preparation",
    "verdict",
    "reasons",
    "rules",
    "guard",
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
    "silhouette_own_low",
    "silhouette_own_high",
    "silhouette_common",
    "silhouette_sample",
    "inertia",
    "explained_variance",
    "stability",
    "structure",
    "noise_share",
    "smallest_share",
    "approximation",
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
    assert set(said["best"]) >= CANDIDATE_KEYS
    assert said["candidates"] == [said["best"]]
    segment = said["segments"][0]
    assert set(segment) == {"key", "name", "size", "share", "drivers", "rule", "strategy"}
    assert set(segment["drivers"][0]) == {"feature", "mean", "base", "effect", "low", "high"}
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
def test_every_option_reaches_the_run() -> None:
    said = as_json(
        "--preset=natural",
        "--algorithm=gaussian_mixture",
        "--parameter=covariance=tied",
        "--parameter=starts=1",
        "--reduction=pca",
        "--components=2",
        "--clusters=3,4",
        "--features=burn_rate,recency_days,gender_name_Male",
        "--without-gender",
        "--as-of=2024-06-01",
        "--seed=3",
    )
    assert [(c["algorithm"], c["reduction"], c["clusters"]) for c in said["candidates"]] == [
        ("gaussian_mixture", "pca", 3),
        ("gaussian_mixture", "pca", 4),
    ]
    assert said["best"]["parameters"] == {"covariance": "tied", "starts": 1}
    assert said["features"] == ["recency_days", "burn_rate"]
    assert said["as_of"] == "2024-06-01"
    assert SegmentationRun.objects.get().seed == 3


@pytest.mark.usefixtures("history")
def test_the_number_of_segments_may_be_found() -> None:
    said = as_json("--preset=reference", "--clusters=auto", "--parameter=starts=1")
    assert [c["clusters"] for c in said["candidates"]] == list(range(2, 11))


@pytest.mark.usefixtures("history")
def test_automatic_mode_scores_every_candidate() -> None:
    said = as_json("--preset=auto", "--clusters=3", "--reduction=none")
    assert [c["algorithm"] for c in said["candidates"]] == list(ALGORITHMS)
    for candidate in said["candidates"]:
        assert 0 <= candidate["noise_share"] <= 1
        assert candidate["approximation"] is None
    assert said["best"]["structure"] is not None
    assert 0 <= said["best"]["stability"] <= 1


@pytest.mark.usefixtures("history")
def test_what_it_finds_is_adopted() -> None:
    said = as_json("--preset=reference", "--adopt")
    assert said["is_current"] is True
    assert SegmentationRun.objects.current().pk == said["run"]


@pytest.mark.usefixtures("history")
def test_to_adopt_one_has_to_wait() -> None:
    with pytest.raises(CommandError, match="give --wait as well as --adopt"):
        command("--adopt")
    assert not SegmentationRun.objects.exists()


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("--algorithm=magic", "There is no algorithm “magic”."),
        ("--reduction=magic", "There is no reduction “magic”."),
        ("--reduction=auto", "Several spaces are compared only"),
        ("--parameter=eps=0", "There is no setting “eps”."),
        ("--parameter=starts", "Give a parameter with its value, as eps=0.5, not “starts”."),
        ("--seed=-3", "The seed is a whole number from 0 to 2,147,483,647."),
        ("--reduction=tsne --components=4", "at most 3 components"),
        ("--components=9", "There are only 7 features, so at most 7 components can be kept."),
        ("--clusters=1", "At least 2 segments are needed, not 1."),
        ("--clusters=few", "Give the number of segments as 5 or 3,4,5, or auto, not “few”."),
        ("--features=shoe_size", "There is no feature 'shoe_size'."),
        ("--features=", "Choose at least one feature."),
        ("--as-of=soon", "Give the day as 2024-06-30, not “soon”."),
        ("--as-of=2030-01-01", "lies after the last activity"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(option: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        command("--preset=reference", *option.split())
    assert not SegmentationRun.objects.exists()


@pytest.mark.usefixtures("history")
def test_without_waiting_a_worker_does_it() -> None:
    assert "waits for a worker" in command()
    assert SegmentationRun.objects.get().status == "queued"
    assert OrmQ.objects.count() == 1


@pytest.mark.usefixtures("history")
def test_while_waiting_nothing_is_queued() -> None:
    as_json("--preset=reference")
    assert not OrmQ.objects.exists()


@pytest.mark.usefixtures("history")
def test_an_unknown_preset_is_one_sentence() -> None:
    with pytest.raises(CommandError, match="There is no preset 'best'"):
        command("--preset", "best")


def test_without_figures_it_is_one_sentence() -> None:
    with pytest.raises(CommandError, match="Import your customers"):
        command("--wait")


@pytest.mark.usefixtures("history")
def test_a_run_that_fails_is_printed_and_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **options: Any) -> Any:
        raise TooFewCustomers("Only 3 customers differ.")

    monkeypatch.setattr(fitting, "fit_candidates", fail)
    out = StringIO()
    with pytest.raises(CommandError, match="Only 3 customers differ"):
        call_command("run_segmentation", "--preset=reference", "--wait", "--json", stdout=out)
    assert json.loads(out.getvalue())["status"] == "failed"


@pytest.mark.usefixtures("history")
def test_a_run_that_is_stopped_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    fit = fitting.fit_candidates

    def cancel_and_fit(*args: Any, **options: Any) -> Any:
        SegmentationRun.objects.get().cancel()
        return fit(*args, **options)

    monkeypatch.setattr(fitting, "fit_candidates", cancel_and_fit)
    with pytest.raises(CommandError, match=r"Run \d+ is cancelled\."):
        command("--preset=reference", "--wait")


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
    assert (said["as_of"], said["verdict"]) == ("2024-10-08", "weak")
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


@pytest.mark.usefixtures("workbook")
def test_automatic_mode_finds_no_more_in_the_reference_workbook_than_there_is() -> None:
    said = as_json("--preset", "auto")
    assert said["verdict"] == "weak"
    assert len(said["segments"]) >= 2
