"""What is said of segments that may no longer be right, or that follow gender."""

from datetime import date
from typing import Any

import pytest

from segmentation.models import SegmentationRun
from segmentation.notices import drift_of, guard_notice, newcomers
from tests.factories import make_run, make_segment


def make_drifted(*, moved: float | None = 0.05, **levels: str) -> SegmentationRun:
    index = {"stable": 0.02, "shifting": 0.2, "shifted": 0.4}
    drift = {
        "facts": 2,
        "as_of": "2024-07-31",
        "features": {n: {"index": index[level], "level": level} for n, level in levels.items()},
        "moved": moved,
        "added": 3,
    }
    return SegmentationRun(as_of=date(2024, 6, 30), customers=1000, drift=drift)


def test_what_has_shifted_is_named_with_what_to_do() -> None:
    run = make_drifted(recency_days="shifted", burn_rate="shifted", trend="stable", moved=0.24)
    assert drift_of(run).notice == (
        "Last active and burn rate have shifted since 30 June 2024. 24% of the customers, about"
        " 240, would be in another segment today. Start a new run, and adopt it if its segments fit"
        " better."
    )


def test_one_shifted_feature_is_enough() -> None:
    said = drift_of(make_drifted(recency_days="shifted", moved=None)).notice
    assert said.startswith("Last active has shifted since 30 June 2024. Start a new run")


def test_many_who_would_move_are_enough() -> None:
    said = drift_of(make_drifted(recency_days="shifting", moved=0.2)).notice
    assert said.startswith("20% of the customers, about 200, would be in another segment today.")


def test_little_change_is_no_notice() -> None:
    drift = drift_of(make_drifted(recency_days="shifting", moved=0.19))
    assert drift.notice == ""
    assert [(f.label, f.in_words) for f in drift.features] == [("Last active", "is shifting")]


@pytest.mark.parametrize("change", [{"customers": 199}, {"drift": {}}])
def test_of_few_customers_or_an_unlooked_at_run_nothing_is_said(change: dict[str, Any]) -> None:
    run = make_drifted(recency_days="shifted")
    for name, value in change.items():
        setattr(run, name, value)
    assert drift_of(run) is None


def test_newcomers_are_counted() -> None:
    assert newcomers(make_drifted()) == 3
    assert newcomers(SegmentationRun()) == 0


GENDERED = {
    "agreement": 0.9,
    "sentence": "“Burners” is 90% women, all customers 50%. “Lapsed” is 80% men.",
    "segments": [{"label": 0, "gender": "women", "share": 0.9, "base": 0.5, "effect": 0.8}],
    "names": {"1": "Burners", "2": "Lapsed"},
}


@pytest.mark.django_db
def test_a_gendered_segment_is_told_by_the_name_it_has_now() -> None:
    run = make_run(guard=GENDERED)
    make_segment(run=run, name="Lapsed")
    make_segment(run=run, name="Stars")
    said = guard_notice(run)
    assert said == "“Lapsed” is 90% women, all customers 50%. “Stars” is 80% men."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("guard", "is_told"),
    [
        ({}, False),
        ({"agreement": None, "sentence": "Not used.", "segments": []}, False),
        ({"agreement": 0.9, "sentence": "Much the same.", "segments": []}, False),
        ({"agreement": 0.3, "sentence": "Other ones.", "segments": []}, True),
    ],
)
def test_segments_that_do_not_follow_gender_need_no_notice(
    guard: dict[str, Any], is_told: bool
) -> None:
    assert bool(guard_notice(make_run(guard=guard))) == is_told
