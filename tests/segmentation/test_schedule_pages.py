"""The pages of runs that are repeated, from the form for a new run on."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from segmentation.models import RunSchedule, SegmentationRun
from segmentation.operations.schedules import settings_of
from segmentation.presets import preset_settings
from tests.factories import make_facts, make_run, make_schedule, make_user

pytestmark = pytest.mark.django_db
FILLED_IN = {"preset": "reference", "features": ["recency_days", "burn_rate"], "clusters": "4"}
WHEN = {"every": "week", "next_on": "2030-05-01"}


@pytest.fixture
def marketer(client: Client) -> Client:
    client.force_login(make_user("Marketer", username="mona"))
    return client


def text(response: Any) -> str:
    return response.content.decode().replace("&#x27;", "'")


def address_to_repeat(client: Client, **values: Any) -> str:
    """Where "Repeat this run…" leads to from the filled-in form."""
    make_facts()
    return client.post(reverse("new-run"), FILLED_IN | values | {"repeat": "yes"}).url


def test_a_run_is_repeated_with_the_settings_of_the_form(marketer: Client) -> None:
    address = address_to_repeat(marketer, seed="3")
    page = text(marketer.get(address))
    assert "K-means on 2 principal components, 4 segments" in page
    assert "Last active, Burn rate" in page
    assert marketer.post(address, WHEN | {"adopts": "on"}).url == reverse("run-schedules")
    schedule = RunSchedule.objects.get()
    assert settings_of(schedule) == preset_settings(
        "reference", features=("recency_days", "burn_rate"), clusters=(4,), seed=3
    )
    assert (schedule.every, schedule.next_on) == ("week", date(2030, 5, 1))
    assert (schedule.adopts, schedule.created_by.username) == (True, "mona")
    assert not SegmentationRun.objects.exists()


def test_a_run_as_of_a_fixed_day_is_not_repeated(marketer: Client) -> None:
    make_facts()
    values = FILLED_IN | {"as_of": "2024-03-01", "repeat": "yes"}
    response = marketer.post(reverse("new-run"), values)
    assert response.status_code == 422
    assert "Leave the as-of date empty." in text(response)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"next_on": "2020-01-01"}, "The day can't be in the past."),
        ({"next_on": ""}, "This field is required."),
        ({"every": "minute"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_repeated_comes_back_with_a_sentence(
    marketer: Client, values: dict[str, str], sentence: str
) -> None:
    response = marketer.post(reverse("new-run-schedule"), WHEN | values)
    assert response.status_code == 422
    assert sentence in text(response)
    assert not RunSchedule.objects.exists()


def test_settings_of_somebody_else_s_making_are_refused(marketer: Client) -> None:
    address = address_to_repeat(marketer)
    response = marketer.post(address + "x", WHEN, follow=True)
    assert "These settings were chosen too long ago." in text(response)
    assert not RunSchedule.objects.exists()


def test_settings_that_were_chosen_too_long_ago_are_refused(
    marketer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = address_to_repeat(marketer)
    monkeypatch.setattr("segmentation.schedule_forms.SIGNED_FOR", -1)
    assert marketer.get(address).url == reverse("new-run")


def test_without_settings_the_first_preset_is_repeated(marketer: Client) -> None:
    marketer.post(reverse("new-run-schedule"), WHEN)
    assert settings_of(RunSchedule.objects.get()) == preset_settings("auto")


def test_repeated_runs_are_listed_in_words(marketer: Client) -> None:
    make_schedule(outcome="Run 3 is done and adopted.", adopts=True)
    make_schedule(parameters=preset_settings("reference", clusters=(3,)).to_json())
    page = text(marketer.get(reverse("run-schedules")))
    assert ">Five groups</span>" in page
    assert ">Five groups, changed</span>" in page
    assert "K-means on 2 principal components, 3 segments" in page
    assert "1 May 2030" in page
    assert "Run 3 is done and adopted." in page
    assert "adopted by itself" in page
    assert "waits to be looked at" in page


def test_a_schedule_is_changed(marketer: Client) -> None:
    schedule = make_schedule(adopts=True)
    page = reverse("run-schedule", args=[schedule.pk])
    assert 'value="2030-05-01"' in text(marketer.get(page))
    marketer.post(page, {"every": "quarter", "next_on": "2030-06-01"})
    schedule.refresh_from_db()
    assert (schedule.every, schedule.adopts) == ("quarter", False)
    assert schedule.next_on == date(2030, 6, 1)


def test_a_schedule_is_not_moved_into_the_past(marketer: Client) -> None:
    schedule = make_schedule()
    yesterday = timezone.localdate() - timedelta(days=1)
    values = {"every": "month", "next_on": yesterday.isoformat()}
    response = marketer.post(reverse("run-schedule", args=[schedule.pk]), values)
    assert response.status_code == 422
    assert "The day can't be in the past." in text(response)
    schedule.refresh_from_db()
    assert schedule.next_on == date(2030, 5, 1)


def test_a_schedule_is_deleted_and_its_runs_stay(marketer: Client) -> None:
    schedule = make_schedule()
    run = make_run(schedule=schedule)
    response = marketer.post(reverse("delete-run-schedule", args=[schedule.pk]), follow=True)
    assert "The run is repeated no more. What it found stays." in text(response)
    run.refresh_from_db()
    assert run.schedule is None


def test_a_viewer_sees_what_is_repeated_and_changes_nothing(client: Client) -> None:
    client.force_login(make_user("Viewer"))
    schedule = make_schedule()
    page = text(client.get(reverse("run-schedules")))
    assert "Five groups" in page
    assert reverse("run-schedule", args=[schedule.pk]) not in page
    assert client.post(reverse("delete-run-schedule", args=[schedule.pk])).status_code == 403


def test_nothing_is_repeated_yet(marketer: Client, client: Client) -> None:
    assert "press “Repeat this run…”" in text(marketer.get(reverse("run-schedules")))
    client.force_login(make_user("Viewer"))
    assert "A marketer can have a run repeated" in text(client.get(reverse("run-schedules")))


def test_more_schedules_take_no_more_queries(marketer: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert marketer.get(reverse("run-schedules")).status_code == 200
        return len(captured)

    make_schedule(created_by=make_user())
    one = queries()
    for _ in range(9):
        make_schedule(created_by=make_user())
    assert queries() == one
