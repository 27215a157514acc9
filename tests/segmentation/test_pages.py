"""The pages of segments and runs."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.models import FactsVersion
from customers.operations.facts import mark_facts_stale, refresh_facts
from segmentation.models import SegmentationRun
from segmentation.operations.runs import execute_run
from segmentation.presets import PRESETS, preset_settings
from tests.factories import (
    make_history,
    make_run,
    make_segment,
    make_transaction,
    make_user,
)

pytestmark = pytest.mark.django_db
Status = SegmentationRun.Status
FILLED_IN = {"preset": "reference", "features": ["recency_days", "burn_rate"]}


@pytest.fixture
def marketer(client: Client) -> Client:
    client.force_login(make_user("Marketer"))
    return client


@pytest.fixture
def history() -> None:
    make_history(customers=100, transactions=400)
    refresh_facts()


def text(response: Any) -> str:
    return response.content.decode()


def unquoted(page: str) -> str:
    return page.replace("&#x27;", "'")


# Asking for a run ----------------------------------------------------------------------------


@pytest.mark.usefixtures("history")
def test_a_run_goes_from_the_form_to_adopted_segments(marketer: Client) -> None:
    response = marketer.post(reverse("new-run"), FILLED_IN)
    run = SegmentationRun.objects.get()
    assert response.url == run.get_absolute_url()
    assert "Waiting for its turn" in text(marketer.get(response.url))

    execute_run(run.pk)
    page = text(marketer.get(response.url))
    assert "Adopt these segments" in page
    assert "What was tried" in page

    assert "replace the current ones" not in page
    marketer.post(reverse("adopt-run", args=[run.pk]))
    page = text(marketer.get(reverse("segments")))
    for segment in run.segments.all():
        assert segment.name in page
        assert f"?segment={segment.pk}" in page


@pytest.mark.usefixtures("history")
def test_advanced_settings_reach_the_run(marketer: Client) -> None:
    advanced = {"clusters": "4", "reduction": "pca", "components": "1", "seed": "0"}
    marketer.post(reverse("new-run"), FILLED_IN | advanced | {"as_of": "2024-03-01"})
    run = SegmentationRun.objects.get()
    assert run.seed == 0
    assert run.parameters["as_of"] == "2024-03-01"
    assert run.parameters["features"] == FILLED_IN["features"]
    clustering = run.parameters["clustering"]
    assert (clustering["clusters"], clustering["components"]) == ([4], 1)


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"preset": "best"}, "Select a valid choice."),
        ({"features": []}, "Choose at least one feature."),
        ({"features": ["shoe_size"]}, "Select a valid choice."),
        ({"features": ["burn_rate", "burn_rate"]}, "Choose each feature only once."),
        ({"clusters": "1"}, "Choose 2 to 20 segments."),
        ({"clusters": "21"}, "Choose 2 to 20 segments."),
        ({"reduction": "pca", "components": "0"}, "greater than or equal to 1"),
        ({"seed": "-1"}, "greater than or equal to 0"),
        ({"as_of": "2030-01-01"}, "lies after the last activity"),
        ({"as_of": "soon"}, "Enter a valid date."),
    ],
)
def test_what_cannot_be_done_comes_back_with_a_sentence(
    marketer: Client, values: dict[str, Any], sentence: str
) -> None:
    response = marketer.post(reverse("new-run"), FILLED_IN | values)
    assert response.status_code == 422
    assert sentence in text(response)
    assert not SegmentationRun.objects.exists()


@pytest.mark.parametrize(
    ("customers", "sentence"),
    [(3, "4 segments need at least 4 customers who differ"), (1, "No feature tells the customers")],
)
def test_customers_who_are_too_few_come_back_with_a_sentence(
    marketer: Client, customers: int, sentence: str
) -> None:
    make_history(customers=customers, transactions=9, never_active=0)
    refresh_facts()
    response = marketer.post(reverse("new-run"), FILLED_IN | {"clusters": "4"})
    assert response.status_code == 422
    assert sentence in text(response)
    assert not SegmentationRun.objects.exists()


def test_without_figures_the_form_says_to_import_first(marketer: Client) -> None:
    page = text(marketer.get(reverse("new-run")))
    assert "Segments are found in your customers' coupon records. Import them first." in unquoted(
        page
    )
    assert "Start the run" not in page
    assert marketer.post(reverse("new-run"), FILLED_IN).status_code == 422
    assert not SegmentationRun.objects.exists()


# The segments --------------------------------------------------------------------------------


def test_without_records_the_page_says_to_import_them(marketer: Client) -> None:
    assert "No customers yet" in text(marketer.get(reverse("segments")))


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("role", "sentence"),
    [("Marketer", "When you like what it finds, adopt it"), ("Viewer", "A marketer finds them")],
)
def test_without_an_adopted_run_the_page_says_what_to_do(
    client: Client, role: str, sentence: str
) -> None:
    client.force_login(make_user(role))
    assert sentence in text(client.get(reverse("segments")))


@pytest.mark.usefixtures("history")
def test_segments_that_are_older_than_the_records_say_so(marketer: Client) -> None:
    run = make_run(is_current=True, facts=FactsVersion.objects.current())
    make_segment(run=run)
    said = "Records came in since these segments were found."
    assert said not in text(marketer.get(reverse("segments")))
    refresh_facts()
    assert said not in text(marketer.get(reverse("segments")))
    make_transaction()
    mark_facts_stale("a coupon")
    refresh_facts()
    assert said in text(marketer.get(reverse("segments")))


def test_runs_are_listed_with_what_was_asked_for_and_found(marketer: Client) -> None:
    make_run(verdict="weak")
    make_run(verdict="", status=Status.FAILED)
    page = text(marketer.get(reverse("segments")))
    assert page.count(f">{PRESETS['reference'].label}</span>") == 2
    assert page.count("K-means on 2 main directions, 5 segments") == 2
    assert '<td data-label="Found">Loose groups</td>' in page
    assert '<td data-label="Found">–</td>' in page


def test_a_run_says_what_was_changed(marketer: Client) -> None:
    changed = preset_settings(
        "natural",
        algorithm="hierarchical",
        clusters=(4,),
        parameters={"linkage": "average"},
        features=("burn_rate", "recency_days"),
        as_of=date(2024, 3, 1),
    )
    make_run(preset="natural", parameters=changed.to_json())
    told = text(marketer.get(reverse("runs")))
    assert "As many groups as there are, changed" in told
    assert (
        "Hierarchical, 4 segments, by burn rate, last active, as of 1 March 2024, average linkage"
        in told
    )


def test_the_adopted_run_is_always_among_the_runs(marketer: Client) -> None:
    adopted = make_run(is_current=True)
    for _ in range(12):
        latest = make_run()
    page = text(marketer.get(reverse("segments")))
    assert f">{adopted}</a> <span" in page
    assert page.count('data-label="When"') == 11
    assert f">{latest}</a>" in page


def test_all_runs_are_on_pages_of_their_own(marketer: Client) -> None:
    runs = [make_run() for _ in range(31)]
    assert 'href="/segments/runs/">All runs</a>' in text(marketer.get(reverse("segments")))
    assert "1 to 30 of 31" in text(marketer.get(reverse("runs")))
    assert f">{runs[0]}</a>" in text(marketer.get(reverse("runs") + "?page=2"))


def test_a_run_of_an_earlier_version_is_listed(marketer: Client) -> None:
    run = make_run(parameters={})
    assert f">{run}</a>" in text(marketer.get(reverse("runs")))


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("strong", "Clear groups"),
        ("moderate", "Good groups"),
        ("weak", "Loose groups"),
        ("none", "No clear groups"),
    ],
)
def test_how_far_segments_can_be_relied_on_is_said_in_words(
    marketer: Client, verdict: str, words: str
) -> None:
    make_segment(run=make_run(is_current=True, verdict=verdict))
    assert f">{words}</span>" in text(marketer.get(reverse("segments")))


def test_only_what_is_noticeable_is_a_reason_on_the_page(marketer: Client) -> None:
    strong = {"feature": "recency_days", "mean": 100, "base": 54, "effect": 0.9}
    weak = {"feature": "burn_rate", "mean": 0.52, "base": 0.5, "effect": 0.1}
    run = make_run(is_current=True)
    make_segment(run=run, drivers=[strong, weak])
    typical = make_segment(run=run, drivers=[weak, strong | {"effect": 0.29}])
    page = unquoted(text(marketer.get(reverse("segments"))))
    assert "<b>Last active 100 days ago</b>" in page
    assert "longer ago than everybody's 54 days ago" in page
    assert "<b>Burn rate 52%</b>" not in page
    assert page.count("In nothing noticeably different from everybody.") == 1
    page = text(marketer.get(typical.get_absolute_url()))
    assert 'Burn rate <b>52%</b> <span class="soft">(everybody 50%)</span>' in page


def test_many_runs_and_segments_need_no_more_queries_than_one(marketer: Client) -> None:
    current = make_run(is_current=True)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert marketer.get(reverse("segments")).status_code == 200
        return len(captured)

    make_segment(run=current)
    one = queries()
    for _ in range(9):
        make_segment(run=current)
        make_run()
    assert queries() == one


def test_names_are_shown_as_text(marketer: Client) -> None:
    make_segment(run=make_run(is_current=True), name="<script>alert(1)</script>")
    page = text(marketer.get(reverse("segments")))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
