"""A run is asked for, once, with settings that can be done."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django_q.models import OrmQ

from customers.facts.query import NoFacts
from customers.operations.facts import refresh_facts
from segmentation.engine.settings import BadSettings
from segmentation.models import SegmentationRun
from segmentation.operations import fitting
from segmentation.operations.runs import request_run
from segmentation.presets import preset_settings
from tests.factories import make_branch, make_city, make_customer, make_transaction, make_user
from tests.marks import needs_two_connections
from tests.segmentation.running import ask

pytestmark = pytest.mark.django_db
Status = SegmentationRun.Status


@pytest.mark.usefixtures("history")
def test_a_request_is_noted_and_queued() -> None:
    mona = make_user()
    run = request_run(settings=preset_settings("reference", seed=3), requested_by=mona)
    assert (run.status, run.preset, run.seed, run.requested_by) == (
        Status.QUEUED,
        "reference",
        3,
        mona,
    )
    queued = OrmQ.objects.get()
    assert queued.task["func"] == "segmentation.tasks.execute_run"
    assert queued.task["args"] == (run.pk,)


@pytest.mark.usefixtures("history")
def test_a_second_click_starts_nothing() -> None:
    mona, settings = make_user(), preset_settings("reference")
    first = request_run(settings=settings, requested_by=mona)
    assert request_run(settings=settings, requested_by=mona) == first
    assert OrmQ.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@needs_two_connections
@pytest.mark.usefixtures("history")
def test_two_clicks_at_the_same_moment_start_one_run() -> None:
    mona, settings, start = make_user(), preset_settings("reference"), Barrier(2)

    def click(_: int) -> int:
        try:
            start.wait(timeout=10)
            return request_run(settings=settings, requested_by=mona).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as clicks:
        assert len(set(clicks.map(click, range(2)))) == 1
    assert (SegmentationRun.objects.count(), OrmQ.objects.count()) == (1, 1)


@pytest.mark.usefixtures("history")
def test_other_settings_other_people_and_later_clicks_start_a_run() -> None:
    mona, settings = make_user(), preset_settings("reference")
    first = request_run(settings=settings, requested_by=mona)
    request_run(settings=replace(settings, seed=8), requested_by=mona)
    request_run(settings=settings, requested_by=make_user())
    first.cancel()
    request_run(settings=settings, requested_by=mona)
    assert SegmentationRun.objects.count() == 4


@pytest.mark.usefixtures("history")
def test_a_run_that_is_being_stopped_is_not_what_a_new_click_asks_for() -> None:
    mona, settings = make_user(), preset_settings("reference")
    first = request_run(settings=settings, requested_by=mona)
    SegmentationRun.objects.claim(first.pk)
    first.cancel()
    assert request_run(settings=settings, requested_by=mona) != first


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"clusters": (1,)}, "At least 2 segments are needed, not 1."),
        ({"clusters": ()}, "Give at least one number of segments to try."),
        ({"clusters": (3, 3)}, "only once"),
        ({"reduction": "magic"}, "There is no reduction “magic”."),
        ({"components": 0}, "At least 1 component is needed"),
        ({"features": ()}, "Choose at least one feature."),
        ({"features": ("shoe_size",)}, "There is no feature 'shoe_size'."),
        ({"features": ("burn_rate", "burn_rate")}, "Choose each feature only once."),
        ({"as_of": date(2030, 1, 1)}, "lies after the last activity"),
        ({"as_of": date(2023, 12, 31)}, "lies before the first claim"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(
    changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadSettings, match=sentence):
        ask(**changes)
    assert not SegmentationRun.objects.exists()


@pytest.mark.parametrize(
    ("customers", "preset", "changes", "sentence"),
    [
        (3, "reference", {}, "5 segments need at least 5 customers who differ"),
        (1, "natural", {}, "No feature tells the customers apart"),
        (1, "auto", {}, "No feature tells the customers apart"),
        (1, "auto", {"algorithm": "dbscan"}, "No feature tells the customers apart"),
        (30, "natural", {"features": ("city_frequency",)}, "No feature tells the customers apart"),
        (30, "natural", {"features": ("amount_total",)}, "No customer has a value"),
    ],
)
def test_customers_who_are_too_few_or_alike_are_said_before_the_run(
    customers: int, preset: str, changes: dict[str, Any], sentence: str
) -> None:
    branch = make_branch(city=make_city())
    for n in range(customers):
        customer = make_customer()
        for day in range(n % 3 + 1):
            make_transaction(customer=customer, branch=branch, claimed_on=date(2024, 5, day + 1))
    refresh_facts()
    with pytest.raises(BadSettings, match=sentence):
        ask(preset, **changes)
    assert not SegmentationRun.objects.exists()


@pytest.mark.usefixtures("history")
def test_customers_after_the_first_are_looked_at_where_these_are_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fitting, "GLANCE", 3)
    assert ask().pk


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(BadSettings, match="There is no preset 'best'"):
        preset_settings("best")


def test_without_figures_no_run_is_asked_for() -> None:
    with pytest.raises(NoFacts, match="Import your customers"):
        ask()


def test_without_coupons_no_run_is_asked_for() -> None:
    make_customer()
    refresh_facts()
    with pytest.raises(NoFacts, match="no coupon transactions"):
        ask()


def test_settings_come_back_as_they_were_stored() -> None:
    settings = preset_settings("natural", as_of=date(2024, 2, 29), clusters=(3, 4), seed=1)
    stored = settings.to_json()
    assert type(settings).from_json(stored, preset="natural", seed=1) == settings


def test_changes_reach_the_clustering_and_the_rest() -> None:
    settings = preset_settings("reference", components=3, seed=9)
    assert (settings.clustering.components, settings.seed) == (3, 9)
    assert replace(settings, seed=7).clustering.clusters == (5,)
