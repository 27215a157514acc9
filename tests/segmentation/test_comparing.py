"""Two models of a run side by side, on the page and as a file."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from segmentation.compare_display import score_pairs
from segmentation.models import Candidate, SegmentationRun
from segmentation.operations.comparing import compare, who_differs
from segmentation.operations.labels import LabelsGone, customers_in_no_segment
from tests.ecommerce.test_pages import faults_of
from tests.factories import make_candidate, make_customer, make_run, make_segment, make_user
from tests.segmentation.labels import write_labels
from tests.segmentation.running import do

pytestmark = pytest.mark.django_db
ONE = [0, 0, 0, 1, 1, -1]
OTHER = [1, 1, 0, 0, 0, -1]


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(make_user("Viewer"))
    return client


def keep_labels(run: SegmentationRun, *labelings: Sequence[int]) -> list[Candidate]:
    """A run whose models put six customers, a to f, where the labelings say."""
    customers = [make_customer(external_id=name) for name in "abcdef"]
    write_labels(run, [customer.pk for customer in customers], *labelings)
    return [
        make_candidate(run=run, position=n, clusters=2, is_best=n == 1)
        for n in range(1, len(labelings) + 1)
    ]


def address(page: str, run: SegmentationRun, one: int = 1, other: int = 2) -> str:
    return f"{reverse(page, args=[run.pk])}?a={one}&b={other}"


def text(response: Any) -> str:
    return response.content.decode().replace("&#x27;", "'")


def test_segments_are_matched_by_their_customers() -> None:
    run = make_run()
    one, other = keep_labels(run, ONE, OTHER)
    found = compare(run, one, other)
    assert found.counts.tolist() == [[1, 0, 0], [0, 1, 2], [0, 2, 0]]
    assert found.pairs == [(-1, -1), (0, 1), (1, 0)]
    assert (found.customers, found.differ) == (6, 1)
    assert list(who_differs(run, one, other, found)) == [("c", 0, 0)]


def test_the_same_segments_under_other_numbers_do_not_differ() -> None:
    run = make_run()
    one, other = keep_labels(run, [0, 0, 0, 1, 1, 1], [1, 1, 1, 0, 0, 0])
    found = compare(run, one, other)
    assert (found.agreement, found.differ) == (1.0, 0)
    assert list(who_differs(run, one, other, found)) == []


def test_a_segment_that_has_no_partner_differs_as_a_whole() -> None:
    run = make_run()
    one, other = keep_labels(run, [0, 0, 0, 1, 1, 2], [0, 0, 0, 0, 0, 1])
    found = compare(run, one, other)
    assert [who for who, _, _ in who_differs(run, one, other, found)] == ["d", "e"]
    assert [who for who, _, _ in who_differs(run, one, other, found, most=1)] == ["d"]


def test_a_customer_who_was_deleted_since_is_not_listed() -> None:
    run = make_run()
    one, other = keep_labels(run, ONE, OTHER)
    found = compare(run, one, other)
    Customer.objects.filter(external_id="c").delete()
    assert list(who_differs(run, one, other, found)) == []


def test_who_is_in_no_segment_is_known() -> None:
    run = make_run()
    one, _ = keep_labels(run, ONE, OTHER)
    assert list(customers_in_no_segment(run, one)) == ["f"]


def test_without_the_labels_it_says_so() -> None:
    run = make_run()
    with pytest.raises(LabelsGone, match="is not kept for this run"):
        compare(run, make_candidate(run=run), make_candidate(run=run))


def test_the_page_shows_where_the_same_customers_are(viewer: Client) -> None:
    run = make_run()
    keep_labels(run, ONE, OTHER)
    make_segment(run=run, name="Keen burners")
    page = text(viewer.get(address("compare-run", run)))
    assert "1 of 6 customers (16.7%) are in different segments." in page
    assert '<td class="num is-pair is-largest">2<small class="d-block">66.7%</small></td>' in page
    assert '?external_id=c">c</a></th><td>Keen burners</td>' in page
    assert "<td>Segment 1, mostly Segment 2</td>" in page
    assert "In no segment" in page
    assert faults_of(page) == []


def test_scores_stand_side_by_side_and_the_better_one_is_marked(viewer: Client) -> None:
    run = make_run()
    make_candidate(run=run, position=1, davies_bouldin=1.25, stability=0.8)
    make_candidate(run=run, position=2, davies_bouldin=1.5, stability=0.9)
    page = " ".join(text(viewer.get(address("compare-run", run))).split())
    assert 'is-better">1.25<span class="visually-hidden"> (better)</span></td>' in page
    assert 'is-better">0.90<span class="visually-hidden"> (better)</span></td>' in page
    assert "BIC" not in page  # neither has one
    assert "its models can be compared by their scores only" in page


@pytest.mark.parametrize(
    ("first", "second", "better"),
    [
        ({"stability": 0.8}, {"stability": 0.805}, ""),
        ({"stability": 0.8}, {"stability": 0.82}, "B"),
        (
            {"silhouette_common": 0.30, "silhouette_low": 0.28, "silhouette_high": 0.32},
            {"silhouette_common": 0.315, "silhouette_low": 0.30, "silhouette_high": 0.33},
            "",
        ),
        (
            {"silhouette_common": 0.30, "silhouette_low": 0.299, "silhouette_high": 0.301},
            {"silhouette_common": 0.305, "silhouette_low": 0.304, "silhouette_high": 0.306},
            "B",
        ),
    ],
)
def test_a_model_is_better_only_by_more_than_chance_or_rounding(
    first: dict[str, float], second: dict[str, float], better: str
) -> None:
    pairs = score_pairs(Candidate(clusters=3, **first), Candidate(clusters=3, **second))
    assert pairs[-1].better == better


def test_what_was_set_about_each_algorithm_is_told(viewer: Client) -> None:
    run = make_run()
    make_candidate(run=run, position=1, algorithm="hierarchical", parameters={"linkage": "ward"})
    make_candidate(run=run, position=2, parameters={"starts": 25})
    page = text(viewer.get(address("compare-run", run)))
    assert "<dt>Distance between groups</dt><dd>Ward: how much wider" in page
    assert "<dt>Random starts</dt><dd>25</dd>" in page


@pytest.mark.parametrize("query", ["", "?a=1", "?a=1&b=x", "?a=1&b=99", "?a=²&b=1"])
def test_two_different_models_are_needed(viewer: Client, query: str) -> None:
    run = make_run()
    make_candidate(run=run, position=1)
    for page in ("compare-run", "export-difference"):
        response = viewer.get(reverse(page, args=[run.pk]) + query, follow=True)
        assert "Choose two different models to compare." in text(response)


def test_one_model_chosen_twice_is_said_at_the_scoreboard(viewer: Client) -> None:
    run = make_run()
    for position in (1, 2, 3):
        make_candidate(run=run, position=position)
    response = viewer.get(address("compare-run", run, 3, 3) + "&sort=-stability", follow=True)
    page = text(response)
    assert "A and B are the same model." in page[page.index('id="scoreboard"') :]
    assert page.count('value="3" aria-label="A: K-means on 2') == 1
    assert page.count(" checked>") == 2
    assert response.redirect_chain[0][0].endswith("?sort=-stability&a=3&b=3#scoreboard")


def test_all_who_differ_are_in_the_file(viewer: Client) -> None:
    run = make_run()
    keep_labels(run, ONE, OTHER)
    response = viewer.get(address("export-difference", run) + "&file=csv")
    told = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(told, newline="")))
    assert ["A: K-means on 2 principal components, 2 segments"] in rows
    assert rows[-2:] == [
        ["customer_id", "segment_in_a", "segment_in_b"],
        ["c", "Segment 1", "Segment 1"],
    ]


def test_without_the_labels_there_is_no_file(viewer: Client) -> None:
    run = make_run()
    for position in (1, 2):
        make_candidate(run=run, position=position)
    response = viewer.get(address("export-difference", run), follow=True)
    assert "A new run keeps it." in text(response)


@pytest.mark.usefixtures("history")
def test_two_models_of_a_real_run_are_compared(viewer: Client) -> None:
    run = do("natural", clusters=(2, 5))
    page = text(viewer.get(address("compare-run", run)))
    assert f"of {run.customers} customers (" in page
    best = run.best
    other = run.candidates.exclude(pk=best.pk).get()
    found = compare(run, best, other)
    assert found.customers == run.customers
    assert len(list(who_differs(run, best, other, found))) == found.differ
