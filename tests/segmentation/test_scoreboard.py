"""The scoreboard: which models come first, which figures are shown, how the address says so."""

from dataclasses import replace
from datetime import date

import pytest
from django.http import QueryDict

from segmentation.candidate_scores import SCORES
from segmentation.forms import RunForm, filled_in
from segmentation.models import Candidate, SegmentationRun
from segmentation.presets import preset_settings
from segmentation.run_requests import requested_settings
from segmentation.scoreboard import FIRST_ROWS, View, new_run_query, scoreboard

SETTINGS = preset_settings("auto", features=("burn_rate", "trend"))
RUN = SegmentationRun(preset="auto", seed=7, parameters=SETTINGS.to_json())


def candidate(position: int, **values: object) -> Candidate:
    defaults = {"algorithm": "kmeans", "reduction": "none", "components": 7, "clusters": 3}
    return Candidate(position=position, **defaults | values)


def positions(candidates: list[Candidate], query: str = "") -> list[int]:
    board = scoreboard(candidates, View.asked(QueryDict(query)), RUN)
    return [row.candidate.position for row in board.rows]


TRIED = [
    candidate(1, silhouette_common=0.2, davies_bouldin=1.5),
    candidate(2, silhouette_common=None, davies_bouldin=None),
    candidate(3, silhouette_common=0.4, davies_bouldin=0.9, is_runner_up=True),
    candidate(4, silhouette_common=0.3, davies_bouldin=1.1, is_best=True),
    candidate(5, silhouette_common=0.35, davies_bouldin=1.2),
]


def test_at_first_the_recommended_one_and_the_runner_up_lead() -> None:
    assert positions(TRIED) == [4, 3, 5, 1, 2]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=silhouette_common", [3, 5, 4, 1, 2]),
        ("sort=-silhouette_common", [1, 4, 5, 3, 2]),
        ("sort=davies_bouldin", [3, 4, 5, 1, 2]),
        ("sort=-davies_bouldin", [1, 5, 4, 3, 2]),
        ("sort=password", [4, 3, 5, 1, 2]),
    ],
)
def test_a_column_is_sorted_best_first_and_what_has_no_figure_last(
    query: str, expected: list[int]
) -> None:
    assert positions(TRIED, query) == expected


def test_sorting_keeps_the_two_that_were_chosen() -> None:
    many = [candidate(n, silhouette_common=n / 100) for n in range(1, FIRST_ROWS + 5)]
    view = View.asked(QueryDict("a=1&b=9&sort=silhouette_common"))
    board = scoreboard(many, view, RUN)
    assert board.picked == (1, 9)
    assert 1 in [row.candidate.position for row in board.rows]  # else it could not be kept
    assert view.sorted_by("stability").query == "?sort=stability&a=1&b=9"
    assert not board.is_same_twice


def test_models_that_are_gone_are_not_chosen() -> None:
    assert scoreboard(TRIED, View.asked(QueryDict("a=1&b=99")), RUN).picked == (4, 3)


def test_models_are_sorted_by_name_and_number() -> None:
    tried = [
        candidate(1, clusters=5),
        candidate(2, clusters=2),
        candidate(3, algorithm="dbscan", clusters=9),
    ]
    assert positions(tried, "sort=model") == [3, 2, 1]
    assert positions(tried, "sort=-model") == [1, 2, 3]


def test_a_heading_says_how_it_is_sorted_and_turns_it_round() -> None:
    board = scoreboard(TRIED, View.asked(QueryDict("sort=stability&columns=all")), RUN)
    by_label = {heading.label: heading for heading in board.headings}
    assert by_label["Stability"].direction == "descending"
    assert by_label["Stability"].link == "?sort=-stability&columns=all"
    assert by_label["Structure"].direction == "none"
    assert by_label["Structure"].link == "?sort=structure&columns=all"


def test_all_figures_are_one_link_away() -> None:
    few = scoreboard(TRIED, View(), RUN)
    assert len(few.headings) == 8
    assert few.more_columns == "?columns=all"
    every = scoreboard(TRIED, View(all_columns=True), RUN)
    assert len(every.headings) == len(every.rows[0].cells) + 1 == len(SCORES) + 1
    assert every.more_columns == "?"


def test_many_models_are_cut_until_all_are_asked_for() -> None:
    tried = [candidate(n, silhouette_common=0.1) for n in range(1, FIRST_ROWS + 2)]
    board = scoreboard(tried, View(), RUN)
    assert (len(board.rows), board.total, board.is_cut) == (FIRST_ROWS, FIRST_ROWS + 1, True)
    assert board.more_rows == "?rows=all"
    assert len(scoreboard(tried, View(all_rows=True), RUN).rows) == FIRST_ROWS + 1


def test_two_rows_are_picked_that_are_there() -> None:
    assert scoreboard(TRIED, View(), RUN).picked == (4, 3)
    assert scoreboard(TRIED[:1], View(), RUN).picked == (1,)
    assert scoreboard([], View(), RUN).rows == []


def test_figures_are_written_as_people_read_them() -> None:
    one = candidate(
        1,
        silhouette_common=-0.0123,
        silhouette_low=-0.02,
        silhouette_high=0.011,
        noise_share=0.0125,
        smallest_share=0.0996,
        approximation={"agreement": 0.951},
    )
    row = scoreboard([one], View(all_columns=True), RUN).rows[0]
    cells = dict(zip([score.label for score in SCORES], row.cells, strict=True))
    by_label = {label: text for label, (text, _) in cells.items()}
    assert by_label["Silhouette, common"] == "−0.012"
    assert cells["Silhouette, common"][1] == "−0.020 to 0.011"
    assert cells["Silhouette, own"][1] == ""
    assert (by_label["In none"], by_label["Smallest"]) == ("1.2%", "10%")
    assert (by_label["Approximation"], by_label["BIC"]) == ("0.95", "–")


@pytest.mark.parametrize(
    ("values", "asked"),
    [
        ({"clusters": 4}, "algorithm=kmeans&reduction=none&clusters=4"),
        (
            {"algorithm": "dbscan", "reduction": "pca", "components": 2, "clusters": 26},
            "algorithm=dbscan&reduction=pca&components=2",
        ),
    ],
)
def test_a_model_can_be_run_alone(values: dict[str, object], asked: str) -> None:
    prepared = "transform=auto&scaling=standard"
    expected = f"preset=auto&{asked}&features=burn_rate,trend&{prepared}&seed=7"
    assert new_run_query(candidate(1, **values), RUN) == expected


def test_a_model_is_run_again_with_all_it_was_asked_with() -> None:
    settings = requested_settings(
        "natural",
        algorithm="dbscan",
        parameters={"eps": 0.8},
        reduction="tsne",
        perplexity=12,
        features=("burn_rate", "recency_days"),
        transforms={"recency_days": "log"},
        weights={"burn_rate": 2},
        scaling="robust",
        as_of=date(2024, 5, 1),
    )
    run = SegmentationRun(preset="natural", seed=3, parameters=settings.to_json())
    model = candidate(1, algorithm="dbscan", reduction="tsne", components=2)
    form = RunForm(filled_in(QueryDict(new_run_query(model, run))) | {"preset": "natural"})
    assert form.is_valid(), form.errors
    assert form.to_settings() == replace(settings, seed=3)
