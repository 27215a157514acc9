"""The pages of one run: while it works, stopped, completed, on paper."""

import json
import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from segmentation.engine.recommendation import RULES
from segmentation.models import Candidate, SegmentationRun
from segmentation.operations.adopting import adopt_run
from segmentation.presets import preset_settings
from tests.ecommerce.test_pages import faults_of
from tests.factories import make_candidate, make_customer, make_run, make_segment, make_user
from tests.segmentation.running import do

pytestmark = pytest.mark.django_db
Status = SegmentationRun.Status
HTMX = {"HX-Request": "true"}
DRIVER = {"feature": "burn_rate", "mean": 0.8, "base": 0.5, "effect": 1.2, "low": 1.1, "high": 1.3}
STATISTICS = (
    *("silhouette", "rand index", "standard deviation", "(sd)", "skewness", "centroid"),
    *("principal component", "stability index", "inertia", "bootstrap", "adjusted"),
)
RULE = {
    "conditions": [{"feature": "burn_rate", "kind": "above", "low": 0.7, "high": None}],
    "covers": 0.9,
    "purity": 0.75,
}


@pytest.fixture
def marketer(client: Client) -> Client:
    client.force_login(make_user("Marketer"))
    return client


def text(response: Any) -> str:
    return response.content.decode().replace("&#x27;", "'")


def page_of(client: Client, run: SegmentationRun) -> str:
    return text(client.get(run.get_absolute_url()))


# While it is at work -------------------------------------------------------------------------


def test_while_it_is_at_work_only_its_progress_is_sent(marketer: Client) -> None:
    run = make_run(status=Status.RUNNING, stage="Grouping customers", progress=0.2)
    response = marketer.get(run.get_absolute_url(), headers=HTMX)
    assert "HX-Refresh" not in response
    assert "<html" not in text(response)
    assert "Grouping customers" in text(response)
    assert "20%" in text(response)


def test_the_models_that_are_finished_are_shown_already(marketer: Client) -> None:
    run = make_run(status=Status.RUNNING)
    make_candidate(run=run, stability=0.91)
    page = page_of(marketer, run)
    assert "Tried so far: 1 model<" in page
    assert page.index("For analysts") < page.index("Tried so far")
    assert '<td class="num">0.91</td>' in page
    assert "Compare A and B" not in page  # who is where is kept at the end


def test_the_models_are_sent_again_only_when_there_are_more(marketer: Client) -> None:
    run = make_run(status=Status.RUNNING)
    make_candidate(run=run)
    address = run.get_absolute_url()
    assert 'hx-swap-oob="true"' in text(marketer.get(f"{address}?seen=0", headers=HTMX))
    assert "hx-swap-oob" not in text(marketer.get(f"{address}?seen=1", headers=HTMX))


def test_what_is_asked_again_is_sorted_as_it_was(marketer: Client) -> None:
    run = make_run(status=Status.RUNNING)
    page = text(marketer.get(f"{run.get_absolute_url()}?sort=-stability"))
    assert f'hx-get="{run.get_absolute_url()}?sort=-stability&amp;seen=0"' in page


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED, Status.CANCELLED])
def test_when_it_has_ended_the_whole_page_is_asked_for(marketer: Client, status: str) -> None:
    response = marketer.get(make_run(status=status).get_absolute_url(), headers=HTMX)
    assert response["HX-Refresh"] == "true"
    assert "hx-get" not in text(response)


# Without a result ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"status": Status.FAILED, "error": "Too few customers."}, "Too few customers."),
        ({"status": Status.CANCELLED}, "stopped before a model was finished. Nothing was kept."),
    ],
)
def test_a_run_without_result_says_why(
    marketer: Client, values: dict[str, str], sentence: str
) -> None:
    page = page_of(marketer, make_run(**values))
    assert sentence in page
    assert "Start another run" in page
    assert "Adopt these segments" not in page


def test_a_stopped_run_offers_each_finished_model(marketer: Client) -> None:
    run = make_run(status=Status.CANCELLED, preset="auto", seed=3)
    make_candidate(run=run, clusters=4)
    page = page_of(marketer, run)
    assert "The models that were finished by then are below. Their scores are kept" in page
    assert page.index("For analysts") < page.index("What was tried")
    asked = "preset=auto&amp;algorithm=kmeans&amp;reduction=pca&amp;clusters=4&amp;components=2"
    assert f"{reverse('new-run')}?{asked}&amp;features=recency_days," in page
    assert "&amp;seed=3" in page


def test_a_run_is_cancelled(marketer: Client) -> None:
    run = make_run(status=Status.QUEUED)
    address = reverse("cancel-run", args=[run.pk])
    assert "The run was stopped" in text(marketer.post(address, follow=True))
    assert "The run had already ended." in text(marketer.post(address, follow=True))


# What it found -------------------------------------------------------------------------------


@pytest.mark.usefixtures("history")
def test_a_real_run_shows_everything(marketer: Client) -> None:
    run = do("natural")
    page = page_of(marketer, run)
    assert run.verdict_sentence in page
    for told in (*run.reasons["verdict"], *run.reasons["recommendation"], *RULES):
        assert told.replace("'", "'") in page
    assert run.reasons["assignment"]["rule"] in page
    assert run.guard["sentence"] in page
    assert f"<dd>{run.seed}</dd>" in page
    assert f"scikit-learn {run.versions['scikit-learn']}" in page
    kinds = ("curve", "silhouette", "parallel", "scatter", "hbar")
    assert [kind for kind in kinds if f'data-chart="{kind}"' not in page] == []
    assert "It needs DBSCAN." in page
    assert page.count(f'"note": "{run}, as of ') >= len(kinds)


@pytest.mark.usefixtures("history")
def test_automatic_mode_draws_every_chart(marketer: Client) -> None:
    run = do("auto", clusters=(2, 3, 4))
    page = page_of(marketer, run)
    for chart in ("silhouettes", "elbow", "likelihoods", "k-distances", "dendrogram"):
        assert f'data-source="{chart}"' in page
    assert "Charts that do not apply" not in page
    assert "runner-up</span>" in page


@pytest.mark.usefixtures("history")
def test_marketers_come_first_and_analysts_after_them(marketer: Client) -> None:
    run = do("natural", clusters=(3, 4))
    before, after = page_of(marketer, run).split('id="analysis"')
    assert statistics_in(before) == []
    assert run.reasons["assignment"]["rule"] not in before
    assert run.reasons["assignment"]["rule"] in after
    assert {"silhouette", "rand index", "standard deviation"} <= set(statistics_in(after))


@pytest.mark.usefixtures("history")
def test_the_segments_page_needs_no_statistics_word(marketer: Client) -> None:
    adopt_run(run=do("natural", clusters=(3, 4)), adopted_by=None)
    adopt_run(run=do("reference", clusters=(3,)), adopted_by=None)
    assert statistics_in(text(marketer.get("/segments/"))) == []


def statistics_in(page: str) -> list[str]:
    """The words of statistics that a reader meets before unfolding anything."""
    shown = re.sub(r"(?s)<details.*?</details>", " ", page)
    # Data of a chart is no text, but for what is written beside its axes.
    shown = re.sub(r'(?s)<script id="[^"]*" type="application/json">.*?</script>', words_of, shown)
    shown = re.sub(r"(?s)<script.*?</script>|<[^>]*>", " ", shown).casefold()
    return [word for word in STATISTICS if word in shown]


def words_of(data: re.Match[str]) -> str:
    drawn = json.loads(data.group().partition(">")[2].removesuffix("</script>"))
    return " ".join(
        str(drawn.get(name, "")) for name in ("title", "summary", "unit", "axis", "note")
    )


def test_rules_are_told_with_how_far_they_hold(marketer: Client) -> None:
    run = make_run(rules={"fidelity": 0.84, "customers": 100})
    make_segment(run=run, rule=RULE)
    page = page_of(marketer, run)
    assert "<td>Burn rate more than 70%</td>" in page
    assert "One tree of such rules for all segments at once puts 84% of the customers" in page
    assert 'data-label="Covers">90%</td>' in page
    assert 'data-label="Is right">75%</td>' in page


def test_what_was_done_to_each_feature_is_told(marketer: Client) -> None:
    done = {"transform": "log", "skew": 2.15, "weight": 2.0}
    missing = {"customers": 12, "value": 7.0}
    run = make_run(preparation={"days_to_burn": done | {"missing": missing}})
    page = page_of(marketer, run)
    assert "Logarithm: the large values move together" in page
    assert "+2.15" in page
    assert "12 customers had no value and counted as 7 days, the median of the others." in page


def test_how_the_recommended_model_was_made_is_told_in_full(marketer: Client) -> None:
    run = make_run(as_of=date(2024, 7, 4))
    make_candidate(
        run=run, is_best=True, algorithm="hierarchical", parameters={"linkage": "complete"}
    )
    page = page_of(marketer, run)
    assert "<dd>Complete: the distance between their farthest customers</dd>" in page
    assert "<dd>4 July 2024, the last day with activity</dd>" in page
    assert "Hierarchical on 2 principal components, complete linkage" in page  # the scoreboard


def test_what_was_used_is_told_where_more_was_asked_for(marketer: Client) -> None:
    run = make_run(parameters=preset_settings("reference", components=9).to_json())
    make_candidate(run=run, is_best=True, components=7)
    used = "K-means on 7 principal components, 5 segments; 9 components were asked for"
    assert used in page_of(marketer, run)


def test_an_approximation_is_told_with_its_size_and_agreement(marketer: Client) -> None:
    run = make_run()
    what = "Fitted on 10,000 of 19,200 customers drawn by the seed."
    told = {"what": what, "fitted_on": 10_000, "agreement": 0.951, "measured_on": 5_000}
    make_candidate(run=run, is_best=True, approximation=told)
    page = page_of(marketer, run)
    assert what in page
    assert "Measured on 5,000 customers, that agrees with the exact result by 0.95" in page


@pytest.mark.usefixtures("history")
def test_segments_that_nobody_can_work_with_are_said_to_be(marketer: Client) -> None:
    lonely = {"eps": 0.05, "min_samples": 2}
    run = do("natural", algorithm="dbscan", reduction="none", clusters=(), parameters=lonely)
    assert run.verdict in ("none", "weak")
    assert "These segments are hard to work with, because" in page_of(marketer, run)


@pytest.mark.parametrize(("agreement", "tone"), [(0.9, "info-circle"), (0.3, "exclamation")])
def test_what_gender_does_is_said(marketer: Client, agreement: float, tone: str) -> None:
    guard = {"agreement": agreement, "sentence": "About gender.", "segments": []}
    page = page_of(marketer, make_run(guard=guard))
    assert "<p>About gender.</p>" in page
    assert ("notice-warn" in page) == (tone == "exclamation")


def test_the_cards_of_many_segments_are_folded(marketer: Client) -> None:
    run = make_run()
    for _ in range(23):
        make_segment(run=run)
    shown, folded = page_of(marketer, run).split("3 more segments, the smaller ones")
    assert shown.count('class="segment-card') == 20
    assert folded.count('class="segment-card') == 3


def test_the_burn_rate_is_explained_where_it_is_shown(marketer: Client) -> None:
    said = "The burn rate here is the average of the customers' own rates"
    assert said in page_of(marketer, make_segment(drivers=[DRIVER]).run)
    other = make_segment(drivers=[DRIVER | {"feature": "recency_days"}])
    assert said not in page_of(marketer, other.run)


def test_one_segment_is_no_segments(marketer: Client) -> None:
    run = make_run()
    make_candidate(run=run, algorithm="dbscan", clusters=1, is_best=True)
    page = page_of(marketer, run)
    assert "DBSCAN on 2 principal components, 1 segment<" in page
    assert "1 segments" not in page


def test_customers_in_no_segment_are_counted(marketer: Client) -> None:
    run = make_run(customers=110)
    make_segment(run=run, size=100)
    assert "10 are too unlike the others to be in one" in page_of(marketer, run)


def test_what_was_left_out_is_said(marketer: Client) -> None:
    run = make_run(left_out_features={"city_frequency": "Every customer has the same value (1)."})
    make_segment(run=run)
    said = "<b>Cities</b> was left out. Every customer has the same value (1)."
    assert said in page_of(marketer, run)


def test_a_run_of_an_earlier_version_is_shown(marketer: Client) -> None:
    run = make_run(parameters={}, customers=None, as_of=None)
    make_segment(run=run, drivers=[{k: DRIVER[k] for k in ("feature", "mean", "base", "effect")}])
    make_candidate(run=run)
    assert "How it was made" in page_of(marketer, run)
    assert marketer.get(reverse("report-run", args=[run.pk])).status_code == 200


def test_many_candidates_need_no_more_queries_than_one(marketer: Client) -> None:
    run = make_run()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert marketer.get(run.get_absolute_url()).status_code == 200
        return len(captured)

    make_segment(run=run)
    make_candidate(run=run)
    one = queries()
    for _ in range(9):
        make_segment(run=run)
        make_candidate(run=run)
    assert queries() == one


# Adopting and deleting -----------------------------------------------------------------------


def test_adopting_asks_before_it_replaces_a_run(marketer: Client) -> None:
    make_run(is_current=True)
    page = page_of(marketer, make_segment().run)
    assert 'data-confirm="The segments of this run replace the current ones for everybody.' in page


def test_a_run_that_failed_is_not_adopted(marketer: Client) -> None:
    run = make_run(status=Status.FAILED)
    response = marketer.post(reverse("adopt-run", args=[run.pk]), follow=True)
    assert "Only a completed run can be adopted." in text(response)
    assert SegmentationRun.objects.current() is None


def test_a_viewer_sees_a_run_and_changes_nothing(client: Client) -> None:
    client.force_login(make_user("Viewer"))
    run = make_segment().run
    make_candidate(run=run)
    page = page_of(client, run)
    for offered in ("Adopt these segments", "Run this", ">Delete<"):
        assert offered not in page
    assert ">Stop<" not in page_of(client, make_run(status=Status.RUNNING))


def test_a_run_that_was_never_adopted_is_deleted(marketer: Client) -> None:
    run = make_segment(customers=[make_customer()]).run
    make_candidate(run=run)
    assert 'data-confirm="Run ' in page_of(marketer, run)
    response = marketer.post(reverse("delete-run", args=[run.pk]), follow=True)
    assert f"Run {run.pk} is deleted." in text(response)
    assert not SegmentationRun.objects.exists()
    assert not Candidate.objects.exists()


def test_an_adopted_run_is_not_deleted(marketer: Client) -> None:
    run = make_run(is_current=True)
    assert ">Delete<" not in page_of(marketer, run)
    response = marketer.post(reverse("delete-run", args=[run.pk]), follow=True)
    assert "can't be deleted: its segments are or were the adopted ones" in text(response)
    assert SegmentationRun.objects.get() == run


# On paper ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("history")
def test_the_report_has_tables_and_a_drawing_in_place_of_charts(marketer: Client) -> None:
    run = do("natural")
    page = text(marketer.get(reverse("report-run", args=[run.pk])))
    assert "<canvas" not in page
    assert page.count('<path class="trial-') == run.segments.count()  # the map
    assert faults_of(page) == []
    for segment in run.segments.all():
        assert segment.strategy in page
    assert page.count("K-means") >= run.candidates.count()
    assert "<details" in page
    assert '<details class="mt-3" open>' in page


def test_only_a_completed_run_has_a_report(marketer: Client) -> None:
    run = make_run(status=Status.FAILED)
    response = marketer.get(reverse("report-run", args=[run.pk]), follow=True)
    assert "Only a completed run has a report." in text(response)
