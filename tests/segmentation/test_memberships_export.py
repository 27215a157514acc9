"""Who is in which segment of a run: over the page and `manage.py export_memberships`."""

import csv
import io
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from segmentation.models import Membership, SegmentationRun
from tests.factories import make_candidate, make_customer, make_run, make_segment, make_user
from tests.segmentation.labels import write_labels

pytestmark = pytest.mark.django_db
HEAD = ["customer_id", "segment_key", "segment_name", "assigned_after_run"]


def rows_of(told: str) -> list[list[str]]:
    rows = list(csv.reader(io.StringIO(told.removeprefix("\ufeff"), newline="")))
    return rows[rows.index(HEAD) :]


@pytest.fixture
def run() -> SegmentationRun:
    """Two customers in a segment, one of them later, and one in none."""
    run = make_run()
    a, b, outside = (make_customer(external_id=name) for name in ("a", "=b", "outside"))
    segment = make_segment(run=run, name="Keen burners", customers=[a])
    Membership.objects.create(run=run, segment=segment, customer=b, assigned_at=timezone.now())
    make_candidate(run=run, position=1, is_best=True, noise_share=0.5)
    write_labels(run, [a.pk, outside.pk], [0, -1])
    return run


def printed(*arguments: object) -> str:
    out = StringIO()
    call_command("export_memberships", *map(str, arguments), stdout=out)
    return out.getvalue()


EXPECTED = [
    HEAD,
    ["a", "S1", "Keen burners", "no"],
    ["'=b", "S1", "Keen burners", "yes"],
    ["outside", "", "", "no"],
]


def test_everybody_is_in_the_file_with_their_segment(client: Client, run: SegmentationRun) -> None:
    client.force_login(make_user("Viewer"))
    response = client.get(reverse("export-memberships", args=[run.pk]) + "?file=csv")
    assert rows_of(b"".join(response.streaming_content).decode()) == EXPECTED
    excel = client.get(reverse("export-memberships", args=[run.pk]) + "?file=xlsx")
    sheet = pd.read_excel(
        io.BytesIO(b"".join(excel.streaming_content)), header=None, dtype=str, engine="calamine"
    )
    assert "outside" in sheet[0].tolist()


def test_the_page_of_a_run_leads_to_its_files(client: Client, run: SegmentationRun) -> None:
    client.force_login(make_user("Viewer"))
    page = client.get(run.get_absolute_url()).content.decode()
    for file in ("csv", "xlsx"):
        assert f'href="/segments/runs/{run.pk}/memberships/?file={file}"' in page


def test_the_command_prints_the_same(run: SegmentationRun) -> None:
    assert rows_of(printed(run.pk)) == EXPECTED
    assert rows_of(printed(run.pk, "--format", "csv")) == EXPECTED


@pytest.mark.parametrize("file", ["csv", "xlsx"])
def test_the_command_writes_a_file(run: SegmentationRun, tmp_path: Path, file: str) -> None:
    path = tmp_path / f"memberships.{file}"
    assert printed(run.pk, "--format", file, "--output", path) == ""
    if file == "csv":
        assert rows_of(path.read_text(encoding="utf-8-sig")) == EXPECTED
    else:
        assert (
            "outside" in pd.read_excel(path, header=None, dtype=str, engine="calamine")[0].tolist()
        )


@pytest.mark.parametrize(
    "damage", [Path.unlink, lambda path: path.write_bytes(b"PAR1 cut off")], ids=["gone", "cut"]
)
def test_who_was_left_out_and_is_not_known_any_more_is_said(
    run: SegmentationRun, damage: Callable[[Path], object]
) -> None:
    damage(run.labels_path)
    told = printed(run.pk)
    assert rows_of(told) == EXPECTED[:-1]
    assert "Customers in no segment: left out, because who they are is no longer kept" in told


def test_what_cannot_be_written_is_one_sentence(run: SegmentationRun, tmp_path: Path) -> None:
    waiting = make_run(status=SegmentationRun.Status.QUEUED)
    with pytest.raises(CommandError, match=r"There is no run 999999\."):
        printed(999999)
    with pytest.raises(CommandError, match=f"Run {waiting.pk} is waiting; only a completed run"):
        printed(waiting.pk)
    with pytest.raises(
        CommandError, match=r"An Excel file can't be printed\. Give --output FILE\."
    ):
        printed(run.pk, "--format", "xlsx")
    with pytest.raises(CommandError, match=r"can't be written: No such file or directory\."):
        printed(run.pk, "--output", tmp_path / "nowhere" / "x.csv")


def test_a_run_that_is_not_completed_has_no_file(client: Client) -> None:
    client.force_login(make_user("Viewer"))
    run = make_run(status=SegmentationRun.Status.FAILED)
    response = client.get(reverse("export-memberships", args=[run.pk]), follow=True)
    assert "Only a completed run has customers in segments." in response.content.decode()
