"""Runs, their segments and members over the API."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ
from rest_framework.test import APIClient

from customers.operations.facts import refresh_facts
from ecommerce.api_schema import ProblemSchemaGenerator
from segmentation.models import Membership, RunSchedule, SegmentationRun
from segmentation.operations.schedules import settings_of
from segmentation.operations.summaries import run_summary
from segmentation.presets import preset_settings
from tests.factories import (
    make_api_client,
    make_candidate,
    make_city,
    make_customer,
    make_facts,
    make_history,
    make_identity,
    make_run,
    make_schedule,
    make_segment,
)
from tests.segmentation.running import do

pytestmark = pytest.mark.django_db
Status = SegmentationRun.Status


@pytest.fixture
def api() -> APIClient:
    return make_api_client("Marketer")


def records() -> None:
    make_history(customers=30, transactions=200)
    refresh_facts()


def ids(api: APIClient, address: str) -> list[int]:
    response = api.get(f"/api/v1/{address}")
    assert response.status_code == 200, response.json()
    return [row["id"] for row in response.json()["results"]]


def test_a_marketer_starts_a_run(api: APIClient) -> None:
    records()
    response = api.post("/api/v1/runs/", {"preset": "reference"})
    run = SegmentationRun.objects.get()
    assert response.status_code == 202
    assert response["Location"] == f"http://testserver/api/v1/runs/{run.pk}/"
    assert response.json()["status"] == "queued"
    assert run.requested_by_id == int(api.session["_auth_user_id"])
    assert OrmQ.objects.count() == 1


def test_a_run_is_started_with_settings_of_ones_own(api: APIClient) -> None:
    records()
    wanted = {
        "preset": "reference",
        "clusters": [3, 4],
        "reduction": "none",
        "features": ["burn_rate", "recency_days"],
        "as_of": "2024-06-20",
        "seed": 1,
    }
    assert api.post("/api/v1/runs/", wanted).status_code == 202
    run = SegmentationRun.objects.get()
    assert run.seed == 1
    assert run.parameters["clustering"]["clusters"] == [3, 4]
    assert run.parameters["clustering"]["reduction"] == "none"
    assert run.parameters["features"] == ["recency_days", "burn_rate"]
    assert run.parameters["as_of"] == "2024-06-20"


def test_every_setting_of_a_run_can_be_asked_for(api: APIClient) -> None:
    records()
    wanted = {
        "preset": "natural",
        "algorithm": "gaussian_mixture",
        "parameters": {"covariance": "tied", "starts": "2"},
        "clusters": "auto",
        "reduction": "pca",
        "explained": 0.9,
        "features": ["burn_rate", "recency_days", "gender_name_Male"],
        "without_gender": True,
        "transform": "none",
        "transforms": {"recency_days": "log"},
        "scaling": "robust",
        "weights": {"burn_rate": 2},
    }
    assert api.post("/api/v1/runs/", wanted).status_code == 202
    asked = SegmentationRun.objects.get().parameters
    assert asked["features"] == ["recency_days", "burn_rate"]
    assert asked["clustering"] | {"components": 2, "perplexity": 30.0} == {
        "algorithm": "gaussian_mixture",
        "clusters": list(range(2, 11)),
        "parameters": {"covariance": "tied", "starts": "2"},
        "reduction": "pca",
        "components": 2,
        "explained": 0.9,
        "perplexity": 30.0,
        "preparation": {
            "transform": "none",
            "transforms": {"recency_days": "log"},
            "scaling": "robust",
            "weights": {"burn_rate": 2.0},
        },
    }


@pytest.mark.parametrize(
    ("field", "request_body"),
    [
        ("preset", {"preset": "best"}),
        ("algorithm", {"algorithm": "magic"}),
        ("parameters", {"algorithm": "dbscan", "parameters": {"eps": 0}}),
        ("parameters", {"algorithm": "dbscan", "parameters": {"radius": 1}}),
        ("parameters", {"algorithm": "dbscan", "parameters": [1]}),
        ("clusters", {"clusters": "few"}),
        ("clusters", {"clusters": ["auto"]}),
        ("reduction", {"algorithm": "kmeans", "reduction": "auto"}),
        ("explained", {"reduction": "pca", "explained": 1}),
        ("explained", {"reduction": "pca", "components": 2, "explained": 0.9}),
        ("perplexity", {"reduction": "pca", "perplexity": 30}),
        ("components", {"reduction": "none", "components": 2}),
        ("features", {"features": ["gender_name_Male"], "without_gender": True}),
        ("transforms", {"transforms": {"burn_rate": "bend"}}),
        ("transforms", {"transforms": {"gender_name_Male": "log"}}),
        ("scaling", {"scaling": "imperial"}),
        ("weights", {"weights": {"burn_rate": 11}}),
        ("non_field_errors", {"weights": {"burn_rate": 0}}),
        ("non_field_errors", {"weights": {"trend": 2}}),
        ("non_field_errors", {"parameters": {"eps": 1}}),
        ("clusters", {"clusters": [1]}),
        ("clusters", {"clusters": []}),
        ("clusters", {"clusters": 5}),
        ("reduction", {"reduction": "magic"}),
        ("components", {"components": 0}),
        ("features", {"features": ["shoe_size"]}),
        ("features", {"features": []}),
        ("as_of", {"as_of": "yesterday"}),
        ("seed", {"seed": -1}),
        ("non_field_errors", {"as_of": "2031-01-01"}),
        ("non_field_errors", {"clusters": [3, 3]}),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    api: APIClient, field: str, request_body: Any
) -> None:
    make_facts()
    response = api.post("/api/v1/runs/", request_body)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]
    assert not SegmentationRun.objects.exists()


def test_customers_who_are_too_few_are_said_at_once(api: APIClient) -> None:
    make_history(customers=3, transactions=30)
    refresh_facts()
    response = api.post("/api/v1/runs/", {"preset": "reference"})
    assert response.status_code == 400
    (sentence,) = response.json()["errors"]["non_field_errors"]
    assert sentence.startswith("5 segments need at least 5 customers who differ")


def test_nothing_can_be_segmented_before_an_import(api: APIClient) -> None:
    response = api.post("/api/v1/runs/", {})
    assert response.status_code == 409
    assert response.json()["detail"].startswith("There are no figures yet.")


@pytest.mark.parametrize("role", ["Viewer", "Integration"])
def test_others_start_no_run(role: str) -> None:
    assert make_api_client(role).post("/api/v1/runs/", {}).status_code == 403


def test_a_run_is_shown_with_what_it_found(api: APIClient) -> None:
    run = make_run(verdict="good", verdict_sentence="The groups are clear.")
    make_candidate(run=run, is_best=True, stability=0.9, structure=12.5, noise_share=0.1)
    make_segment(run=run)
    body = api.get(f"/api/v1/runs/{run.pk}/").json()
    assert body | run_summary(run) == body
    assert (body["id"], body["progress"], body["stage"]) == (run.pk, 1.0, "")
    assert body["verdict_sentence"] == "The groups are clear."
    assert len(body["candidates"]) == len(body["segments"]) == 1
    assert body["best"] == body["candidates"][0]
    assert body["best"]["stability"] == 0.9
    assert body["best"]["structure"] == 12.5
    assert body["best"]["approximation"] is None


def test_the_schema_names_each_field_of_a_run(api: APIClient) -> None:
    body = api.get(f"/api/v1/runs/{make_run().pk}/").json()
    described = ProblemSchemaGenerator().get_schema(public=True)["components"]["schemas"]
    assert sorted(body) == sorted(described["RunDetail"]["properties"])


def test_the_schema_names_each_part_of_a_real_run(api: APIClient) -> None:
    make_history(customers=100, transactions=400)
    refresh_facts()
    run = do("reference", parameters={"starts": 1})
    body = api.get(f"/api/v1/runs/{run.pk}/").json()
    described = ProblemSchemaGenerator().get_schema(public=True)["components"]["schemas"]

    def named(part: str, value: dict[str, Any]) -> bool:
        return sorted(value) == sorted(described[part]["properties"])

    assert named("Candidate", body["best"])
    assert named("FoundSegment", body["segments"][0])
    assert named("Driver", body["segments"][0]["drivers"][0])
    assert named("Rule", body["segments"][0]["rule"])
    conditions = [c for segment in body["segments"] for c in segment["rule"]["conditions"]]
    assert all(named("Condition", condition) for condition in conditions)
    assert named("PreparedFeature", body["preparation"]["burn_rate"])
    assert named("Reasons", body["reasons"])
    assert named("Structure", body["reasons"]["beyond_correlation"])
    assert named("Assignment", body["reasons"]["assignment"])
    assert named("Rules", body["rules"])
    assert named("Guard", body["guard"])


def test_the_newest_run_comes_first(api: APIClient) -> None:
    first, second = make_run(), make_run(status=Status.FAILED)
    assert ids(api, "runs/") == [second.pk, first.pk]
    assert ids(api, "runs/?status=failed") == [second.pk]
    page = api.get("/api/v1/runs/?page_size=1").json()
    assert [run["id"] for run in api.get(page["next"]).json()["results"]] == [first.pk]


def test_a_waiting_run_is_cancelled(api: APIClient) -> None:
    run = make_run(status=Status.QUEUED)
    response = api.post(f"/api/v1/runs/{run.pk}/cancel/")
    assert response.status_code == 200
    assert response.json()["status"] == "cancelled"


def test_a_run_that_has_ended_is_not_cancelled(api: APIClient) -> None:
    response = api.post(f"/api/v1/runs/{make_run().pk}/cancel/")
    assert response.status_code == 409
    assert response.json()["detail"] == "It has already ended."


def test_a_run_is_adopted(api: APIClient) -> None:
    before, run = make_run(is_current=True), make_segment(run=make_run()).run
    response = api.post(f"/api/v1/runs/{run.pk}/adopt/")
    assert response.status_code == 200
    assert response.json()["is_current"] is True
    before.refresh_from_db()
    assert not before.is_current


def test_a_run_without_segments_is_not_adopted(api: APIClient) -> None:
    run = make_run(status=Status.FAILED)
    response = api.post(f"/api/v1/runs/{run.pk}/adopt/")
    assert response.status_code == 409
    assert response.json()["detail"].startswith("Only a completed run can be adopted.")


def test_segments_are_those_of_the_adopted_run(api: APIClient) -> None:
    current = make_segment(run=make_run(is_current=True))
    old = make_segment()
    assert ids(api, "segments/") == [current.pk]
    assert ids(api, f"segments/?run={old.run_id}") == [old.pk]
    assert api.get(f"/api/v1/segments/{old.pk}/").json()["name"] == old.name


def test_there_are_no_segments_before_a_run_is_adopted(api: APIClient) -> None:
    make_segment()
    assert ids(api, "segments/") == []


def test_a_segment_is_shown_with_its_drivers(api: APIClient) -> None:
    segment = make_segment(run=make_run(is_current=True))
    assert api.get(f"/api/v1/segments/{segment.pk}/").json() == {
        "id": segment.pk,
        "run": segment.run_id,
        "identity": None,
        "is_archived": False,
        "key": "S1",
        "name": segment.name,
        "size": 100,
        "share": 0.2,
        "drivers": [{"feature": "burn_rate", "mean": 0.8, "base": 0.5, "effect": 1.2}],
        "rule": {},
        "strategy": segment.strategy,
    }


def test_a_segment_is_renamed_for_good(api: APIClient) -> None:
    segment = make_segment(run=make_run(is_current=True))
    identity = make_identity(segment)
    response = api.post(f"/api/v1/segments/{segment.pk}/rename/", {"name": "Our  regulars"})
    assert response.status_code == 200
    assert (response.json()["name"], response.json()["identity"]) == ("Our regulars", identity.key)
    identity.refresh_from_db()
    assert (identity.name, identity.is_named) == ("Our regulars", True)


def test_a_name_that_is_taken_or_empty_is_refused(api: APIClient) -> None:
    run = make_run(is_current=True)
    make_segment(run=run, name="Regulars")
    segment = make_segment(run=run)
    make_identity(segment)
    address = f"/api/v1/segments/{segment.pk}/rename/"
    assert api.post(address, {"name": " "}).json()["errors"]["name"]
    taken = api.post(address, {"name": "Regulars"})
    assert (taken.status_code, taken.json()["code"]) == (409, "conflict")
    assert taken.json()["detail"].startswith("Another segment is called “Regulars”.")


@pytest.mark.parametrize("step", ["rename", "archive", "restore"])
def test_only_adopted_segments_have_a_name_that_stays(api: APIClient, step: str) -> None:
    segment = make_segment()
    response = api.post(f"/api/v1/segments/{segment.pk}/{step}/", {"name": "Regulars"})
    assert response.status_code == 409
    assert response.json()["detail"].startswith("Adopt the run first")


def test_a_segment_is_archived_and_taken_back(api: APIClient) -> None:
    segment = make_segment(run=make_run(is_current=True))
    make_identity(segment)
    address = f"/api/v1/segments/{segment.pk}"
    assert api.post(f"{address}/archive/").json()["is_archived"] is True
    assert api.get(f"{address}/").json()["is_archived"] is True
    assert api.post(f"{address}/restore/").json()["is_archived"] is False


@pytest.mark.parametrize("step", ["rename", "archive", "restore"])
def test_a_viewer_changes_no_segment(step: str) -> None:
    segment = make_segment(run=make_run(is_current=True))
    make_identity(segment)
    viewer = make_api_client("Viewer")
    assert viewer.post(f"/api/v1/segments/{segment.pk}/{step}/", {}).status_code == 403


def test_the_segments_of_a_customer_over_time(api: APIClient) -> None:
    customer = make_customer(external_id="C-7")
    first = make_run(adopted_at=datetime(2024, 1, 1, tzinfo=UTC))
    second = make_run(adopted_at=datetime(2024, 2, 1, tzinfo=UTC), is_current=True)
    segments = [make_segment(run=run, customers=[customer]) for run in (first, second, make_run())]
    for name in (customer.pk, "C-7"):
        response = api.get(f"/api/v1/customers/{name}/memberships/")
        assert response.status_code == 200
        assert [row["segment"]["id"] for row in response.json()] == [
            segments[1].pk,
            segments[0].pk,
        ]
        assert response.json()[0] == {
            "customer": "C-7",
            "run": second.pk,
            "as_of": "2024-12-31",
            "adopted_at": "2024-02-01T00:00:00Z",
            "is_current": True,
            "segment": {"id": segments[1].pk, "key": "S1", "name": segments[1].name},
            "assigned_at": None,
        }


@pytest.mark.parametrize("name", ["0", "nobody", "9" * 30, "٣"])
def test_a_customer_who_is_not_there_has_no_history(api: APIClient, name: str) -> None:
    assert api.get(f"/api/v1/customers/{name}/memberships/").status_code == 404


def test_who_may_not_see_memberships_sees_no_history() -> None:
    customer = make_customer()
    nobody = make_api_client()
    assert nobody.get(f"/api/v1/customers/{customer.pk}/memberships/").status_code == 403


def test_a_long_history_takes_no_more_queries(api: APIClient) -> None:
    customer = make_customer()
    make_segment(run=make_run(adopted_at=datetime(2024, 1, 1, tzinfo=UTC)), customers=[customer])
    address = f"/api/v1/customers/{customer.pk}/memberships/"
    few = count_queries(api, address)
    for day in range(2, 11):
        run = make_run(adopted_at=datetime(2024, 1, day, tzinfo=UTC))
        make_segment(run=run, customers=[customer])
    assert count_queries(api, address) == few == 6
    assert Membership.objects.count() == len(api.get(address).json()) == 10


# Runs that are repeated ------------------------------------------------------------------------

WHEN = {"every": "week", "next_on": "2030-05-01"}


def test_a_run_is_repeated(api: APIClient) -> None:
    wanted = WHEN | {"preset": "reference", "clusters": [4], "adopts": True}
    response = api.post("/api/v1/schedules/", wanted)
    schedule = RunSchedule.objects.get()
    assert response.status_code == 201
    assert response["Location"] == f"http://testserver/api/v1/schedules/{schedule.pk}/"
    assert settings_of(schedule) == preset_settings("reference", clusters=(4,))
    assert schedule.created_by_id == int(api.session["_auth_user_id"])
    body = api.get(response["Location"]).json()
    assert body == response.json()
    assert (body["every"], body["next_on"], body["adopts"]) == ("week", "2030-05-01", True)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("next_on", {"next_on": "2020-01-01"}),
        ("next_on", {"next_on": "soon"}),
        ("every", {"every": "minute"}),
        ("algorithm", {"algorithm": "magic"}),
        ("parameters", {"algorithm": "dbscan", "parameters": {"eps": 0}}),
    ],
)
def test_what_cannot_be_repeated_is_refused(
    api: APIClient, field: str, changes: dict[str, Any]
) -> None:
    response = api.post("/api/v1/schedules/", WHEN | changes)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]
    assert not RunSchedule.objects.exists()


def test_a_schedule_is_changed_and_deleted(api: APIClient) -> None:
    schedule = make_schedule()
    address = f"/api/v1/schedules/{schedule.pk}/"
    assert api.patch(address, {"every": "quarter", "seed": 99}).json()["every"] == "quarter"
    assert api.patch(address, {"next_on": "2020-01-01"}).json()["errors"]["next_on"]
    schedule.refresh_from_db()
    assert (schedule.every, schedule.next_on, schedule.seed) == ("quarter", date(2030, 5, 1), 7)
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_a_viewer_looks_at_schedules_only() -> None:
    schedule, viewer = make_schedule(), make_api_client("Viewer")
    address = f"/api/v1/schedules/{schedule.pk}/"
    assert ids(viewer, "schedules/") == [schedule.pk]
    assert viewer.post("/api/v1/schedules/", WHEN).status_code == 403
    assert viewer.patch(address, {"every": "week"}).status_code == 403
    assert viewer.delete(address).status_code == 403


def test_the_members_of_a_segment_come_page_by_page(api: APIClient) -> None:
    members = [make_customer(city=make_city()) for _ in range(3)]
    segment = make_segment(customers=members)
    make_segment(run=segment.run, customers=[make_customer()])
    address = f"/api/v1/segments/{segment.pk}/members/?page_size=2"
    page = api.get(address).json()
    rest = api.get(page["next"]).json()
    shown = [row["external_id"] for row in page["results"] + rest["results"]]
    assert shown == [customer.external_id for customer in members]
    assert rest["next"] is None


def test_members_who_accept_marketing_can_be_picked(api: APIClient) -> None:
    yes, no = make_customer(), make_customer(accepts_marketing=False)
    segment = make_segment(customers=[yes, no])
    assert ids(api, f"segments/{segment.pk}/members/?accepts_marketing=true") == [yes.pk]
    assert ids(api, f"segments/{segment.pk}/members/?accepts_marketing=false") == [no.pk]


@pytest.mark.parametrize("name", ["0", "abc", "9" * 30])
def test_a_segment_that_is_not_there_has_no_members(api: APIClient, name: str) -> None:
    assert api.get(f"/api/v1/segments/{name}/members/").status_code == 404


def count_queries(api: APIClient, address: str) -> int:
    api.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert api.get(address).status_code == 200
    return len(queries)


def test_more_runs_take_no_more_queries(api: APIClient) -> None:
    make_run(as_of=date(2024, 1, 1))
    few = count_queries(api, "/api/v1/runs/")
    for _ in range(9):
        make_segment(run=make_run())
    assert count_queries(api, "/api/v1/runs/") == few == 5


def test_a_run_with_many_segments_takes_no_more_queries(api: APIClient) -> None:
    run = make_run()
    few = count_queries(api, f"/api/v1/runs/{run.pk}/")
    for _ in range(9):
        make_segment(run=run)
        make_candidate(run=run)
    assert count_queries(api, f"/api/v1/runs/{run.pk}/") == few == 8


def test_more_segments_and_members_take_no_more_queries(api: APIClient) -> None:
    run = make_run(is_current=True)
    segment = make_segment(run=run, customers=[make_customer(city=make_city()) for _ in range(9)])
    for _ in range(9):
        make_segment(run=run)
    assert count_queries(api, "/api/v1/segments/") == 5
    assert count_queries(api, f"/api/v1/segments/{segment.pk}/members/") == 6


def without(client: APIClient, permission: str) -> APIClient:
    """The same client, whose role has lost that permission."""
    Group.objects.get(name="Marketer").permissions.remove(
        Permission.objects.get(codename=permission)
    )
    return client


@pytest.mark.parametrize("step", ["rename", "archive", "restore"])
def test_who_may_not_change_what_stays_of_segments_may_not_over_the_api(
    api: APIClient, step: str
) -> None:
    segment = make_identity(make_segment()).segments.get()
    address = f"/api/v1/segments/{segment.pk}/{step}/"
    assert without(api, "change_segmentidentity").post(address, {"name": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("address", "permission"),
    [
        ("segments/{segment}/members/", "view_customer"),
        ("customers/{customer}/memberships/", "view_customer"),
        ("customers/?segment={segment}", "view_membership"),
    ],
)
def test_members_need_the_right_to_see_customers_and_who_is_where(
    api: APIClient, address: str, permission: str
) -> None:
    customer = make_customer()
    segment = make_segment(run=make_run(is_current=True), customers=[customer])
    url = f"/api/v1/{address.format(segment=segment.pk, customer=customer.pk)}"
    assert api.get(url).status_code == 200
    assert without(api, permission).get(url).status_code == 403
