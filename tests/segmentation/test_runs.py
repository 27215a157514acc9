"""A run is done once and kept whole or not at all."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db.models import F, Min
from django_q.models import OrmQ

from customers.models import Customer, Transaction
from customers.operations.facts import mark_facts_stale, refresh_facts
from segmentation.models import Candidate, Membership, Segment, SegmentationRun
from segmentation.operations import fitting
from segmentation.operations.explaining import Explanation, explain
from segmentation.operations.progress import STAGES
from segmentation.operations.runs import execute_run, recover_lost_runs
from tests.factories import (
    make_candidate,
    make_history,
    make_run,
    make_transaction,
)
from tests.segmentation.running import ask, do

pytestmark = pytest.mark.django_db
Status = SegmentationRun.Status


def before_saving(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen while a run is at work, just before it stores what it found."""

    def happen_and_explain(*args: Any) -> Explanation:
        happens()
        return explain(*args)

    monkeypatch.setattr(fitting, "explain", happen_and_explain)


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


@pytest.mark.usefixtures("history")
def test_a_run_stores_all_it_found() -> None:
    run = do()
    assert (run.status, run.progress, run.error) == (Status.COMPLETED, 1.0, "")
    assert (run.customers, run.never_active) == (200, 7)
    assert run.as_of == run.facts.last_day
    assert run.verdict in ("strong", "moderate", "weak", "none")
    assert run.verdict_sentence
    assert {"duckdb", "numpy", "opentsne", "scikit-learn", "python"} <= set(run.versions)
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


@pytest.mark.usefixtures("history")
def test_too_few_customers_are_left_when_the_run_begins() -> None:
    run = ask()
    Transaction.objects.exclude(customer__in=Customer.objects.all()[:3]).delete()
    refresh_facts(full=True)
    done = execute_run(run.pk)
    assert done.status == Status.FAILED
    assert "5 segments need at least 5 customers who differ" in done.error
    assert not Candidate.objects.exists()


@pytest.mark.usefixtures("history")
def test_customers_are_all_alike_when_the_run_begins() -> None:
    run = ask(features=("transaction_frequency", "merchant_frequency"))
    Transaction.objects.exclude(pk__in=first_of_each_customer()).delete()
    refresh_facts(full=True)
    done = execute_run(run.pk)
    assert done.status == Status.FAILED
    assert "No feature tells the customers apart" in done.error


def first_of_each_customer() -> list[int]:
    firsts = Customer.objects.annotate(first=Min("transactions__pk"))
    return list(firsts.exclude(first=None).values_list("first", flat=True))


@pytest.mark.usefixtures("history")
def test_there_are_no_more_components_than_features() -> None:
    run = do(features=("recency_days", "burn_rate"), components=3)
    assert run.best.components == 2
    assert run.best.explained_variance == pytest.approx(1)


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("changes", "components"),
    [
        ({"reduction": "none"}, 7),
        ({"reduction": "pca", "components": 1}, 1),
        ({"reduction": "tsne", "components": 1}, 1),
        ({"reduction": "tsne", "components": 3}, 3),
        ({"reduction": "tsne", "features": ("recency_days",)}, 1),
    ],
)
def test_a_run_in_any_space_is_kept_whole(changes: dict[str, Any], components: int) -> None:
    run = do("reference", clusters=(3,), perplexity=10, **changes)
    assert (run.status, run.best.components) == (Status.COMPLETED, components), run.error
    assert Membership.objects.filter(run=run).count() == run.customers == 200
    assert len(run.customer_map["x"]) == len(run.customer_map["y"]) == 200


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
    fit = fitting.fit_candidates

    def cancel_and_fit(*args: Any, **kwargs: Any) -> Any:
        run.cancel()
        return fit(*args, **kwargs)

    monkeypatch.setattr(fitting, "fit_candidates", cancel_and_fit)
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
    assert not Segment.objects.exists()
    assert not Membership.objects.exists()


@pytest.mark.usefixtures("history")
def test_a_worker_that_lost_the_run_stores_no_candidate(monkeypatch: pytest.MonkeyPatch) -> None:
    run = ask()
    save = fitting.save_candidates

    def lose_and_save(*args: Any) -> None:
        take_over(run)
        save(*args)

    monkeypatch.setattr(fitting, "save_candidates", lose_and_save)
    execute_run(run.pk)
    assert SegmentationRun.objects.get(pk=run.pk).status == Status.RUNNING
    assert not Candidate.objects.exists()


@pytest.mark.usefixtures("history")
def test_a_second_attempt_begins_without_the_candidates_of_the_first() -> None:
    run = ask()
    make_candidate(run=run, position=1)
    execute_run(run.pk)
    assert run.candidates.get().algorithm == "kmeans"
    assert run.candidates.get().is_best


@pytest.mark.usefixtures("history")
def test_a_search_that_is_stopped_keeps_the_candidates_of_finished_algorithms(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = ask("auto", clusters=(2,))
    save = fitting.save_candidates

    def save_and_cancel(*args: Any) -> None:
        save(*args)
        run.cancel()

    monkeypatch.setattr(fitting, "save_candidates", save_and_cancel)
    execute_run(run.pk)
    run.refresh_from_db()
    assert (run.status, run.candidates.count()) == (Status.CANCELLED, 1)
    assert not Segment.objects.exists()


@pytest.mark.usefixtures("history")
def test_an_error_while_storing_rolls_everything_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise OSError("the cable came loose")

    monkeypatch.setattr("segmentation.operations.results.add_memberships", fail)
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
    assert run.candidates.count() == 1
    assert not Segment.objects.exists()
    assert not Membership.objects.exists()


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
def test_a_run_whose_customers_are_all_deleted_meanwhile_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = ask()
    before_saving(monkeypatch, lambda: Customer.objects.all().delete())
    done = execute_run(run.pk)
    assert done.status == Status.FAILED
    assert done.error == "All customers of the run were deleted while it was at work."


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
