"""A run is asked for, done once and kept whole or not at all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django_q.models import OrmQ

from customers.facts.query import NoFacts
from customers.models import Customer
from customers.operations.facts import mark_facts_stale, refresh_facts
from segmentation.engine.settings import BadSettings
from segmentation.models import Candidate, Membership, Segment, SegmentationRun
from segmentation.operations import runs
from segmentation.operations.runs import (
    STAGES,
    NotAdoptable,
    adopt_run,
    execute_run,
    recover_lost_runs,
    request_run,
)
from segmentation.presets import preset_settings
from tests.factories import (
    make_city,
    make_customer,
    make_history,
    make_run,
    make_transaction,
    make_user,
)

pytestmark = pytest.mark.django_db
Status = SegmentationRun.Status


@pytest.fixture
def history() -> None:
    make_history(customers=200, transactions=900, never_active=7)
    refresh_facts()


def ask(preset: str = "reference", **changes: Any) -> SegmentationRun:
    settings = preset_settings(preset, **changes)
    return request_run(settings=settings, requested_by=None, queue=False)


def do(preset: str = "reference", **changes: Any) -> SegmentationRun:
    """A run that was asked for and done, read anew."""
    run = ask(preset, **changes)
    execute_run(run.pk)
    return SegmentationRun.objects.get(pk=run.pk)


def before_saving(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen while a run is at work, just before it stores what it found."""

    def happen_and_map(*args: Any, **kwargs: Any) -> dict[str, Any]:
        happens()
        return customer_map(*args, **kwargs)

    customer_map = runs.customer_map
    monkeypatch.setattr(runs, "customer_map", happen_and_map)


def take_over(run: SegmentationRun) -> None:
    """Another worker claims the run meanwhile."""
    SegmentationRun.objects.filter(pk=run.pk).update(attempts=F("attempts") + 1)


def found(run: SegmentationRun) -> list[tuple]:
    """What a run found, without what differs between two runs of the same settings."""
    members = Membership.objects.filter(run=run).order_by("customer")
    return [
        *run.segments.values_list("key", "name", "size", "share", "drivers", "strategy"),
        *run.candidates.values_list("clusters", "inertia", "silhouette", "silhouette_common"),
        *members.values_list("customer", "segment__key"),
    ]


# Asking --------------------------------------------------------------------------------------


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
@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite in memory has one connection and no race"
)
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


# Doing ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("history")
def test_a_run_stores_all_it_found() -> None:
    run = do()
    assert (run.status, run.progress, run.error) == (Status.COMPLETED, 1.0, "")
    assert (run.customers, run.never_active) == (200, 7)
    assert run.as_of == run.facts.last_day
    assert run.verdict in ("strong", "moderate", "weak", "none")
    assert run.verdict_sentence
    assert set(run.versions) == {"duckdb", "numpy", "pandas", "scikit-learn", "scipy", "python"}
    assert set(run.seconds) == set(STAGES)
    assert run.finished_at >= run.started_at


@pytest.mark.usefixtures("history")
def test_every_active_customer_is_in_one_segment() -> None:
    run = do()
    assert run.segments.count() == 5
    members = Membership.objects.filter(run=run)
    active = Customer.objects.exclude(transactions=None)
    assert sorted(members.values_list("customer", flat=True)) == sorted(
        active.values_list("pk", flat=True)
    )
    for segment in run.segments.all():
        assert segment.memberships.count() == segment.size
        assert segment.share == pytest.approx(segment.size / 200)


@pytest.mark.usefixtures("history")
def test_segments_are_numbered_from_the_largest() -> None:
    segments = do().segments.all()
    assert [segment.key for segment in segments] == ["S1", "S2", "S3", "S4", "S5"]
    assert [segment.position for segment in segments] == [1, 2, 3, 4, 5]
    sizes = [segment.size for segment in segments]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.usefixtures("history")
def test_the_base_of_every_driver_is_everybody() -> None:
    run = do()
    for feature in run.features:
        drivers = [
            (segment.size, driver)
            for segment in run.segments.all()
            for driver in segment.drivers
            if driver["feature"] == feature
        ]
        overall = sum(size * driver["mean"] for size, driver in drivers) / 200
        assert [driver["base"] for _, driver in drivers] == pytest.approx([overall] * 5)


@pytest.mark.usefixtures("history")
def test_the_map_shows_every_customer_in_its_segment() -> None:
    run = do()
    stored = run.customer_map
    assert stored["shown"] == len(stored["x"]) == len(stored["y"]) == 200
    sizes = {position: stored["segment"].count(position) for position in range(1, 6)}
    assert sizes == dict(run.segments.values_list("position", "size"))


@pytest.mark.usefixtures("history")
def test_the_natural_preset_keeps_the_best_of_two_to_ten() -> None:
    run = do("natural")
    candidates = list(run.candidates.all())
    assert [candidate.clusters for candidate in candidates] == list(range(2, 11))
    best = max(candidates, key=lambda candidate: candidate.silhouette_common)
    assert run.best == best
    assert run.segments.count() == best.clusters
    assert {candidate.silhouette_sample for candidate in candidates} == {None}


@pytest.mark.usefixtures("history")
def test_the_best_candidate_need_not_be_the_first() -> None:
    run = do(clusters=(20, 2))
    assert [candidate.is_best for candidate in run.candidates.all()] == [False, True]
    assert run.segments.count() == 2


@pytest.mark.usefixtures("history")
def test_only_what_had_happened_by_then_counts() -> None:
    as_of = date(2024, 2, 1)
    run = do(as_of=as_of)
    active = Customer.objects.filter(transactions__claimed_on__lte=as_of).distinct().count()
    joined = Customer.objects.filter(joined_on__lte=as_of, transactions=None).count()
    later = Customer.objects.filter(joined_on__lte=as_of, transactions__isnull=False).exclude(
        transactions__claimed_on__lte=as_of
    )
    inactive = joined + later.distinct().count()
    assert (run.as_of, run.customers, run.never_active) == (as_of, active, inactive)


@pytest.mark.usefixtures("history")
def test_only_the_chosen_features_are_used() -> None:
    run = do(features=("recency_days", "burn_rate"))
    assert run.features == ["recency_days", "burn_rate"]
    assert {len(segment.drivers) for segment in run.segments.all()} == {2}


@pytest.mark.usefixtures("history")
def test_a_single_feature_is_drawn_on_a_line() -> None:
    run = do(features=("recency_days",), reduction="none", clusters=(2,))
    assert run.status == Status.COMPLETED
    assert set(run.customer_map["y"]) == {0.0}


@pytest.mark.usefixtures("history")
def test_the_same_seed_finds_the_same_segments() -> None:
    assert found(do(seed=5)) == found(do(seed=5))


@pytest.mark.usefixtures("history")
def test_new_records_are_looked_for_first() -> None:
    run = ask()
    make_transaction(claimed_on=date(2024, 12, 24))
    mark_facts_stale("a new coupon")
    execute_run(run.pk)
    run.refresh_from_db()
    assert (run.as_of, run.customers) == (date(2024, 12, 24), 201)


def test_a_feature_that_is_the_same_for_everybody_is_left_out_and_said() -> None:
    make_history(customers=100)
    Customer.objects.update(gender=Customer.Gender.FEMALE)
    refresh_facts()
    run = do()
    assert run.left_out_features == {
        "gender_name_Female": "Every customer has the same value (1).",
        "gender_name_Male": "Every customer has the same value (0).",
    }
    assert "gender_name_Male" not in run.features


def test_too_few_customers_fail_with_a_sentence() -> None:
    make_history(customers=3, transactions=30, never_active=0)
    refresh_facts()
    run = do()
    assert run.status == Status.FAILED
    assert "customers" in run.error
    assert not Candidate.objects.exists()


def test_customers_who_are_all_alike_fail_with_a_sentence() -> None:
    city = make_city()
    for _ in range(10):
        make_transaction(customer=make_customer(city=city))
    refresh_facts()
    run = do()
    assert run.status == Status.FAILED
    assert "No feature tells the customers apart" in run.error


@pytest.mark.usefixtures("history")
def test_there_are_no_more_components_than_features() -> None:
    run = do(features=("recency_days", "burn_rate"), components=3)
    assert run.best.components == 2
    assert run.best.explained_variance == pytest.approx(1)


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    "status", [Status.RUNNING, Status.COMPLETED, Status.FAILED, Status.CANCELLED]
)
def test_a_run_that_does_not_wait_is_left_alone(status: str) -> None:
    run = ask()
    SegmentationRun.objects.filter(pk=run.pk).update(status=status)
    execute_run(run.pk)
    assert SegmentationRun.objects.get(pk=run.pk).status == status
    assert not Segment.objects.exists()


@pytest.mark.usefixtures("history")
def test_doing_a_run_again_changes_nothing() -> None:
    run = do()
    before = found(run)
    execute_run(run.pk)
    again = SegmentationRun.objects.get(pk=run.pk)
    assert (again.attempts, again.finished_at) == (1, run.finished_at)
    assert found(again) == before


@pytest.mark.usefixtures("history")
def test_a_run_that_is_cancelled_at_work_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    run = ask()
    fit = runs.fit_candidates

    def cancel_and_fit(*args: Any, **kwargs: Any) -> Any:
        run.cancel()
        return fit(*args, **kwargs)

    monkeypatch.setattr(runs, "fit_candidates", cancel_and_fit)
    execute_run(run.pk)
    run.refresh_from_db()
    assert run.status == Status.CANCELLED
    assert not Candidate.objects.exists()


@pytest.mark.usefixtures("history")
def test_what_a_worker_stores_after_it_lost_the_run_is_rolled_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = ask()
    before_saving(monkeypatch, lambda: take_over(run))
    execute_run(run.pk)
    run.refresh_from_db()
    assert (run.status, run.attempts) == (Status.RUNNING, 2)
    for model in (Candidate, Segment, Membership):
        assert not model.objects.exists()


@pytest.mark.usefixtures("history")
def test_an_error_while_storing_rolls_everything_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise OSError("the cable came loose")

    monkeypatch.setattr("segmentation.operations.results._save_memberships", fail)
    run = do()
    assert run.status == Status.FAILED
    assert "log of the worker" in run.error
    assert not Segment.objects.exists()


@pytest.mark.usefixtures("history")
def test_a_run_that_is_stopped_while_it_stores_keeps_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = ask()
    before_saving(monkeypatch, run.cancel)
    execute_run(run.pk)
    run.refresh_from_db()
    assert (run.status, run.customers, run.as_of) == (Status.CANCELLED, None, None)
    for model in (Candidate, Segment, Membership):
        assert not model.objects.exists()


@pytest.mark.usefixtures("history")
def test_customers_who_are_deleted_meanwhile_are_in_no_segment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = [row.pk for row in Customer.objects.exclude(transactions=None).distinct()[:50]]
    before_saving(monkeypatch, lambda: Customer.objects.filter(pk__in=gone).delete())
    run = do()
    assert (run.status, run.customers) == (Status.COMPLETED, 150)
    assert Membership.objects.filter(run=run).count() == 150
    for segment in run.segments.all():
        assert segment.memberships.count() == segment.size
        assert segment.share == pytest.approx(segment.size / 150)


@pytest.mark.usefixtures("history")
def test_a_segment_whose_customers_are_all_deleted_meanwhile_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = do()
    gone = first.segments.first().memberships.values_list("customer", flat=True)
    before_saving(monkeypatch, lambda: Customer.objects.filter(pk__in=list(gone)).delete())
    run = do()
    sizes = dict(run.segments.values_list("position", "size"))
    assert (
        sum(sizes.values())
        == run.customers
        == Customer.objects.exclude(transactions=None).distinct().count()
    )
    drawn = {position: run.customer_map["segment"].count(position) for position in sizes}
    assert drawn == sizes


def test_a_run_whose_worker_was_killed_is_queued_again() -> None:
    make_run(status=Status.RUNNING, attempts=1, heartbeat_at="2024-01-01T00:00Z")
    recover_lost_runs()
    assert OrmQ.objects.count() == 1


# Settings ------------------------------------------------------------------------------------


def test_settings_come_back_as_they_were_stored() -> None:
    settings = preset_settings("natural", as_of=date(2024, 2, 29), clusters=(3, 4), seed=1)
    stored = settings.to_json()
    assert type(settings).from_json(stored, preset="natural", seed=1) == settings


def test_changes_reach_the_clustering_and_the_rest() -> None:
    settings = preset_settings("reference", components=3, seed=9)
    assert (settings.clustering.components, settings.seed) == (3, 9)
    assert replace(settings, seed=7).clustering.clusters == (5,)


# Adopting ------------------------------------------------------------------------------------


def test_adopting_a_run_replaces_the_current_one() -> None:
    mona = make_user()
    old, new = make_run(is_current=True), make_run()
    adopt_run(run=new, adopted_by=mona)
    assert SegmentationRun.objects.filter(is_current=True).get() == new
    new.refresh_from_db()
    assert new.adopted_by == mona
    assert new.adopted_at is not None
    old.refresh_from_db()
    assert not old.is_current


def test_adopting_the_current_run_again_keeps_it() -> None:
    run = make_run(is_current=True)
    adopt_run(run=run, adopted_by=None)
    assert SegmentationRun.objects.current() == run


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite in memory has one connection and no race"
)
def test_two_people_who_adopt_at_once_leave_one_current_run() -> None:
    rivals, start = [make_run(), make_run()], Barrier(2)

    def adopt(run: SegmentationRun) -> bool:
        try:
            start.wait(timeout=10)
            adopt_run(run=run, adopted_by=None)
        except NotAdoptable:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as people:
        assert any(people.map(adopt, rivals))
    assert SegmentationRun.objects.filter(is_current=True).count() == 1


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.FAILED, Status.CANCELLED])
def test_only_a_completed_run_is_adopted(status: str) -> None:
    current, other = make_run(is_current=True), make_run(status=status)
    with pytest.raises(NotAdoptable, match="Only a completed run"):
        adopt_run(run=other, adopted_by=None)
    assert SegmentationRun.objects.current() == current
