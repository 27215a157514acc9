"""The customers of a segment as a file."""

import csv
import io

import pytest
from django.test import Client

from tests.factories import make_customer, make_run, make_segment, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(make_user("Viewer"))
    return client


def test_the_customers_of_a_segment_are_downloaded(viewer: Client) -> None:
    customers = [make_customer(external_id="a"), make_customer(external_id="b", gender="Male")]
    segment = make_segment(run=make_run(), name="=Loyal", customers=customers)
    make_customer(external_id="elsewhere")
    response = viewer.get(f"/segments/{segment.pk}/customers/?file=csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert found[0] == ["Customers of =Loyal"]
    assert found[3] == ["Segment: =Loyal"]
    assert found[4] == [f"Found by: Run {segment.run_id}, as of 31 December 2024"]
    assert found[6:] == [
        ["customer_id", "join_date", "city_id", "gender", "accepts_marketing"],
        ["a", "2024-01-01", "", "Female", "yes"],
        ["b", "2024-01-01", "", "Male", "yes"],
    ]


def test_the_page_of_a_segment_leads_to_its_files(viewer: Client) -> None:
    segment = make_segment(run=make_run(is_current=True))
    page = viewer.get(f"/segments/{segment.pk}/").content.decode()
    for file in ("csv", "xlsx"):
        assert f'href="/segments/{segment.pk}/customers/?file={file}"' in page


def test_the_customers_of_a_segment_are_not_for_strangers(client: Client) -> None:
    segment = make_segment()
    client.force_login(make_user())
    assert client.get(f"/segments/{segment.pk}/customers/").status_code == 403
