"""The demonstration goes on where it was and repeats nothing; the clock's work is set once."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import Schedule

from campaigns.models import Campaign, Offer
from customers.models import Customer, DataImport, FactsVersion, Transaction
from ecommerce import demo
from ecommerce.demo import DemoFailed, make_login, steps
from ecommerce.schedules import SCHEDULES, ensure_schedules
from segmentation.models import Segment, SegmentationRun
from tests.factories import make_segment

pytestmark = pytest.mark.django_db
COUNTED = (
    Customer,
    Transaction,
    DataImport,
    FactsVersion,
    SegmentationRun,
    Segment,
    Offer,
    Campaign,
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "CUSTOMERS", 300)
    monkeypatch.setattr(demo, "TRANSACTIONS", 3000)


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in COUNTED}


def test_a_demonstration_holds_everything_and_is_not_repeated() -> None:
    first = [do() for _, do in steps()]
    held = counts()
    assert held | {"Segment": 0} == {
        "Customer": 300,
        "Transaction": 3000,
        "DataImport": 1,
        "FactsVersion": 1,
        "SegmentationRun": 1,
        "Segment": 0,
        "Offer": 1,
        "Campaign": 1,
    }
    assert held["Segment"] > 1
    assert SegmentationRun.objects.current() is not None
    again = [do() for _, do in steps()]
    assert counts() == held
    assert first[2].endswith("rows imported")
    assert again[2:] == [
        "300 customers are here already",
        "up to date",
        "adopted already",
        "drafted already",
    ]


def test_the_data_end_yesterday() -> None:
    demo.import_demo_data()
    demo.make_figures()
    yesterday = timezone.localdate() - timedelta(days=1)
    last_day = FactsVersion.objects.current().last_day
    assert yesterday - timedelta(days=7) < last_day <= yesterday


def test_a_run_that_was_done_before_the_demonstration_was_stopped_is_adopted() -> None:
    run = make_segment().run
    assert demo.find_segments() == "1 found and adopted"
    assert SegmentationRun.objects.get() == run == SegmentationRun.objects.current()


def test_a_campaign_is_drafted_for_those_who_were_away_longest() -> None:
    for _, do in steps():
        do()
    campaign = Campaign.objects.get()
    means = {
        segment: next(d["mean"] for d in segment.drivers if d["feature"] == "recency_days")
        for segment in Segment.objects.current()
    }
    assert campaign.status == Campaign.Status.DRAFT
    assert campaign.segments.get() == max(means, key=means.get)


def test_a_step_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "write_demo_data", lambda folder, **sizes: folder.mkdir())
    with pytest.raises(DemoFailed, match="There is no table in Demo data"):
        demo.import_demo_data()
    assert not Customer.objects.exists()


def test_the_password_is_shown_the_first_time_only() -> None:
    password = make_login(reset=False)
    user = User.objects.get(username="demo")
    assert user.check_password(password)
    assert set(user.groups.values_list("name", flat=True)) == {"Admin", "Marketer"}
    assert make_login(reset=False) is None


def test_a_reset_makes_another_password() -> None:
    first = make_login(reset=False)
    second = make_login(reset=True)
    assert second != first
    assert User.objects.get().check_password(second)


def test_schedules_are_there_after_migrate() -> None:
    wanted = {function for function, _ in SCHEDULES}
    assert set(Schedule.objects.values_list("func", flat=True)) == wanted
    Schedule.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert set(Schedule.objects.values_list("func", flat=True)) == wanted


def test_schedules_are_made_once_and_stay_as_an_admin_left_them() -> None:
    ensure_schedules()
    Schedule.objects.filter(func="campaigns.tasks.advance").update(minutes=60)
    ensure_schedules()
    assert Schedule.objects.count() == len(SCHEDULES)
    assert Schedule.objects.get(func="campaigns.tasks.advance").minutes == 60


@pytest.mark.parametrize("function", [function for function, _ in SCHEDULES])
def test_what_is_scheduled_can_be_called(function: str) -> None:
    import_string(function)()
