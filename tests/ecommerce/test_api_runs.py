"""Runs, their segments and members over the API."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ
from rest_framework.test import APIClient

from ecommerce.api_schema import ProblemSchemaGenerator
from segmentation.models import SegmentationRun
from segmentation.operations.results import run_summary
from tests.factories import (
    make_api_client,
    make_candidate,
    make_city,
    make_customer,
    make_facts,
    make_run,
    make_segment,
)

pytestmark = pytest.mark.django_db
Status = SegmentationRun.Status


@pytest.fixture
def api() -> APIClient:
    return make_api_client("Marketer")


def ids(api: APIClient, address: str) -> list[int]:
    response = api.get(f"/api/v1/{address}")
    assert response.status_code == 200, response.json()
    return [row["id"] for row in response.json()["results"]]


def test_a_marketer_starts_a_run(api: APIClient) -> None:
    make_facts()
    response = api.post("/api/v1/runs/", {"preset": "reference"})
    run = SegmentationRun.objects.get()
    assert response.status_code == 202
    assert response["Location"] == f"http://testserver/api/v1/runs/{run.pk}/"
    assert response.json()["status"] == "queued"
    assert run.requested_by_id == int(api.session["_auth_user_id"])
    assert OrmQ.objects.count() == 1


def test_a_run_is_started_with_settings_of_ones_own(api: APIClient) -> None:
    make_facts()
    wanted = {
        "preset": "reference",
        "clusters": [3, 4],
        "reduction": "none",
        "features": ["burn_rate", "recency_days"],
        "as_of": "2024-06-30",
        "seed": 1,
    }
    assert api.post("/api/v1/runs/", wanted).status_code == 202
    run = SegmentationRun.objects.get()
    assert run.seed == 1
    assert run.parameters["clustering"]["clusters"] == [3, 4]
    assert run.parameters["clustering"]["reduction"] == "none"
    assert run.parameters["features"] == ["recency_days", "burn_rate"]
    assert run.parameters["as_of"] == "2024-06-30"


@pytest.mark.parametrize(
    ("field", "request_body"),
    [
        ("preset", {"preset": "best"}),
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


def test_nothing_can_be_segmented_before_an_import(api: APIClient) -> None:
    response = api.post("/api/v1/runs/", {})
    assert response.status_code == 409
    assert response.json()["detail"].startswith("There are no figures yet.")


@pytest.mark.parametrize("role", ["Viewer", "Integration"])
def test_others_start_no_run(role: str) -> None:
    assert make_api_client(role).post("/api/v1/runs/", {}).status_code == 403


def test_a_run_is_shown_with_what_it_found(api: APIClient) -> None:
    run = make_run(verdict="good", verdict_sentence="The groups are clear.")
    make_candidate(run=run, is_best=True)
    make_segment(run=run)
    body = api.get(f"/api/v1/runs/{run.pk}/").json()
    assert body | run_summary(run) == body
    assert (body["id"], body["progress"], body["stage"]) == (run.pk, 1.0, "")
    assert body["verdict_sentence"] == "The groups are clear."
    assert len(body["candidates"]) == len(body["segments"]) == 1
    assert body["best"] == body["candidates"][0]


def test_the_schema_names_each_field_of_a_run(api: APIClient) -> None:
    body = api.get(f"/api/v1/runs/{make_run().pk}/").json()
    described = ProblemSchemaGenerator().get_schema(public=True)["components"]["schemas"]
    assert sorted(body) == sorted(described["RunDetail"]["properties"])


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
    before, run = make_run(is_current=True), make_run()
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
        "key": "S1",
        "name": segment.name,
        "size": 100,
        "share": 0.2,
        "drivers": [{"feature": "burn_rate", "mean": 0.8, "base": 0.5, "effect": 1.2}],
        "strategy": segment.strategy,
    }


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
