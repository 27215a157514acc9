"""The page of the adopted segments, and what can be done with one of them."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.models import Customer
from segmentation.models import Segment, SegmentationRun
from segmentation.operations.adopting import adopt_run
from segmentation.operations.lifecycle import archive_segment
from tests.factories import make_customer, make_run, make_segment, make_user

pytestmark = pytest.mark.django_db
DRIFTED = {
    "facts": 2,
    "as_of": "2024-07-31",
    "features": {"recency_days": {"index": 0.4, "level": "shifted"}},
    "moved": 0.24,
    "added": 7,
}


def keeper() -> User:
    """A marketer, who may rename and archive."""
    person = make_user("Marketer")
    person.user_permissions.add(Permission.objects.get(codename="change_segmentidentity"))
    return person


@pytest.fixture
def marketer(client: Client) -> Client:
    client.force_login(keeper())
    return client


def adopted(groups: dict[str, list[Customer]], **values: Any) -> SegmentationRun:
    run = make_run(**{"customers": 1000} | values)
    for color, (name, customers) in enumerate(groups.items(), start=1):
        make_segment(run=run, name=name, customers=customers, color=color)
    adopt_run(run=run, adopted_by=None)
    return SegmentationRun.objects.get(pk=run.pk)


def people(number: int) -> list[Customer]:
    return [make_customer() for _ in range(number)]


def one(name: str = "Burners") -> Segment:
    return adopted({name: people(3), "Others": people(2)}).segments.get(name=name)


def page(client: Client) -> str:
    return client.get(reverse("segments")).content.decode().replace("&#x27;", "'")


def said(client: Client, action: str, segment: Segment, **values: str) -> str:
    address = reverse(f"{action}-segment", args=[segment.pk])
    return client.post(address, values, follow=True).content.decode()


# What is shown -------------------------------------------------------------------------------


def test_a_card_has_key_size_colour_and_rule(marketer: Client) -> None:
    segment = one()
    condition = {"feature": "burn_rate", "kind": "above", "low": 0.625, "high": None}
    segment.rule = {"conditions": [condition], "covers": 0.9, "purity": 0.8}
    segment.color, segment.size = 3, 1234
    segment.save()
    shown = page(marketer)
    assert f'class="segment-card seg-3" id="segment-{segment.pk}"' in shown
    assert f">{segment.key}</span>" in shown
    assert '<b class="num">1,234</b>' in shown
    assert "</b>Mostly customers with: burn rate more than 62.5%. <span" in shown
    assert "That holds for 90% of them." in shown


def test_who_moved_is_a_table_and_sentences(marketer: Client) -> None:
    burners = people(4)
    adopted({"Burners": burners}, as_of=date(2024, 3, 31))
    adopted({"Spenders": burners[:3], "Savers": people(2)}, as_of=date(2024, 6, 30))
    shown = page(marketer)
    assert "“Savers” is new." in shown
    assert "Where customers went" in shown
    assert '>3<small>75%<span class="visually-hidden"> stayed</span></small>' in shown
    assert "sizes-over-time" in shown


def test_the_first_adopted_run_shows_no_movement(marketer: Client) -> None:
    one()
    shown = page(marketer)
    assert "Where customers went" not in shown
    assert "segment-sizes" in shown


def test_what_has_changed_since_is_said_with_what_to_do(marketer: Client) -> None:
    adopted({"Burners": people(2)}, drift=DRIFTED, as_of=date(2024, 6, 30))
    shown = page(marketer)
    assert "Last active has shifted since 30 June 2024." in shown
    assert "7 of them came since and were put into the segment they fit." in shown


def test_of_few_customers_no_change_is_told(marketer: Client) -> None:
    adopted({"Burners": people(2)}, drift=DRIFTED, customers=199)
    assert "has shifted" not in page(marketer)


def test_customers_in_no_segment_are_counted(marketer: Client) -> None:
    adopted({"Burners": people(2)}, customers=5)
    assert "3 fit no segment." in page(marketer)


def test_segments_that_follow_gender_are_warned_about(marketer: Client) -> None:
    guard = {"agreement": 0.3, "sentence": "The segments would be other ones.", "segments": []}
    adopted({"Burners": people(2)}, guard=guard)
    assert "The segments would be other ones." in page(marketer)


def test_archived_segments_stand_apart_and_get_no_offer(marketer: Client) -> None:
    segment = one()
    archive_segment(segment=segment)
    shown = page(marketer)
    cards, archived = shown.split("1 archived segment: ", 1)
    assert f'id="segment-{segment.pk}"' not in cards
    assert f'id="segment-{segment.pk}"' in archived
    assert f"?segment={segment.pk}" not in shown


def test_more_segments_and_runs_need_no_more_queries(marketer: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert marketer.get(reverse("segments")).status_code == 200
        return len(captured)

    adopted({"Burners": people(3)})
    adopted({"Burners": people(3), "Lapsed": people(3)})
    few = queries()
    adopted({f"Group {n}": people(1) for n in range(8)})
    adopted({f"Group {n}": people(1) for n in range(12)})
    assert queries() == few


# What can be done ----------------------------------------------------------------------------


def test_a_segment_is_renamed(marketer: Client) -> None:
    segment = one()
    assert "“Stars” has its new name." in said(marketer, "rename", segment, name="Stars")
    segment.refresh_from_db()
    assert (segment.name, segment.identity.name) == ("Stars", "Stars")


def test_a_name_that_says_no_more_what_sets_it_apart_can_be_replaced(marketer: Client) -> None:
    segment = one()
    Segment.objects.filter(pk=segment.pk).update(proposed_name="Lapsed savers")
    assert "by what sets it apart now it would be “Lapsed savers”" in page(marketer)
    assert "“Lapsed savers” has its new name." in said(
        marketer, "rename", segment, name="Lapsed savers"
    )
    assert "by what sets it apart now" not in page(marketer)


def test_an_archived_segment_that_is_found_again_is_said_at_the_adoption(marketer: Client) -> None:
    customers = [make_customer()]
    first = make_segment(run=make_run(), name="Burners", customers=customers)
    adopt_run(run=first.run, adopted_by=None)
    archive_segment(segment=Segment.objects.get())
    again = make_segment(run=make_run(), name="Savers", customers=customers)
    response = marketer.post(reverse("adopt-run", args=[again.run_id]), follow=True)
    told = response.content.decode()
    assert "“Burners” is archived and was found again with" in told
    assert "1 archived segment: " in told


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Give the segment a name of at most 100 characters."),
        ("x" * 101, "Give the segment a name of at most 100 characters."),
        ("Others", "Another segment is called “Others”. Choose another name."),
    ],
)
def test_a_name_that_does_not_do_is_refused_in_a_sentence(
    marketer: Client, name: str, sentence: str
) -> None:
    segment = one()
    told = said(marketer, "rename", segment, name=name)
    assert sentence in told
    assert '<details class="rename" open>' in told
    assert f'name="name" value="{name}"' in told  # to be mended
    segment.refresh_from_db()
    assert segment.name == "Burners"


def test_a_segment_is_archived_and_restored(marketer: Client) -> None:
    segment = one()
    assert "“Burners” is archived" in said(marketer, "archive", segment)
    assert Segment.objects.get(pk=segment.pk).is_archived
    assert "is offered for new campaigns again" in said(marketer, "restore", segment)
    assert not Segment.objects.get(pk=segment.pk).is_archived


def test_a_segment_that_was_not_adopted_has_no_name_that_stays(marketer: Client) -> None:
    assert "Adopt the run first" in said(marketer, "rename", make_segment(), name="Stars")


def test_renaming_an_older_one_names_the_present_one(marketer: Client) -> None:
    burners = people(3)
    old = adopted({"Burners": burners}).segments.get()
    new = adopted({"Spenders": burners}).segments.get()
    said(marketer, "rename", old, name="Stars", back="segment")
    new.refresh_from_db()
    assert new.name == "Stars"


def test_after_a_change_the_page_is_where_it_was_asked_for(marketer: Client) -> None:
    segment = one()
    address = reverse("archive-segment", args=[segment.pk])
    assert marketer.post(address).url == f"/segments/#segment-{segment.pk}"
    assert marketer.post(address, {"back": "segment"}).url == segment.get_absolute_url()


@pytest.mark.parametrize("action", ["rename", "archive", "restore"])
def test_who_may_not_change_segments_is_refused(client: Client, action: str) -> None:
    segment = one()
    address = reverse(f"{action}-segment", args=[segment.pk])
    assert client.post(address).url.startswith("/login/")
    client.force_login(make_user("Viewer"))
    assert client.post(address).status_code == 403
    assert f"/{segment.pk}/{action}/" not in page(client)
    assert client.get(address).status_code == 405 or client.get(address).status_code == 403
