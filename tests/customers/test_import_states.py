"""What the page of an import says in each state, and who may go on from there."""

import pytest
from django.test import Client
from django_q.models import OrmQ

from customers.models import DataImport
from customers.operations.facts import mark_facts_stale, refresh_facts
from tests.customers.import_states import (
    COUNTS,
    NOTHING,
    REASON,
    UNSURE,
    WITH_REASONS,
    Status,
    Task,
    described,
    keep_upload,
    load,
    make_loaded,
    make_previewed,
    page_of,
    step,
    text,
)
from tests.factories import make_import

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
MODES = DataImport.Mode.values


# Progress ------------------------------------------------------------------------------------


def test_while_it_is_at_work_only_the_changing_part_is_sent(marketer: Client) -> None:
    data_import = make_import(status=Status.RUNNING, stage="Checking every row", progress=0.4)
    part = text(marketer.get(data_import.get_absolute_url(), headers=HTMX))
    assert "<html" not in part
    assert "Checking every row" in part
    assert "40%" in part
    assert f'hx-get="{data_import.get_absolute_url()}"' in part


def test_while_it_loads_it_says_how_many_rows(marketer: Client) -> None:
    data_import = make_import(status=Status.RUNNING, stage="Loading", progress=0.5)
    told = {"table": "transactions", "table_done": 3_200_000, "table_rows": 10_000_000}
    said = {"stage": "Loading transactions", "progress": 0.61, "rows_per_second": 180_000}
    data_import.tell_live(told | said)
    page = page_of(marketer, data_import)
    assert "Loading transactions" in page
    assert "3,200,000 of 10,000,000 rows, 180,000 rows a second" in page
    assert "61%" in page


def test_until_the_figures_follow_the_page_says_so_and_asks_again(marketer: Client) -> None:
    data_import = make_loaded()
    mark_facts_stale(f"Import {data_import.pk}")
    part = text(marketer.get(data_import.get_absolute_url(), headers=HTMX))
    assert "The records are loaded; the figures follow within five minutes." in part
    assert 'hx-trigger="every 2s"' in part
    refresh_facts()
    part = text(marketer.get(data_import.get_absolute_url(), headers=HTMX))
    assert "The records are loaded and the figures are up to date with them." in part
    assert "hx-get" not in part


def test_what_others_change_later_says_nothing_of_the_records_of_an_import(
    marketer: Client,
) -> None:
    data_import = make_loaded()
    mark_facts_stale("Admin: customers")
    assert "The records are loaded and the figures are up to date with them." in page_of(
        marketer, data_import
    )


@pytest.mark.parametrize("status", sorted(set(Status.values) - {"queued", "running"}))
def test_when_it_has_ended_nothing_is_asked_any_more(marketer: Client, status: str) -> None:
    data_import = make_import(status=status)
    assert "hx-get" not in text(marketer.get(data_import.get_absolute_url(), headers=HTMX))


def test_an_import_is_cancelled(marketer: Client) -> None:
    data_import = make_import()
    page = text(step(marketer, "cancel-import", data_import))
    assert "The import was stopped. Nothing was loaded." in page
    page = text(step(marketer, "cancel-import", data_import))
    assert "The import had already ended." in page
    assert DataImport.objects.get().status == Status.CANCELLED


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        (Task.CHECK, "nothing is loaded before you say so"),
        (Task.LOAD, "then nothing of it is kept"),
        (Task.UNDO, "then everything stays loaded"),
    ],
)
def test_stopping_says_what_it_means(marketer: Client, task: str, sentence: str) -> None:
    data_import = make_import(status=Status.RUNNING, task=task)
    page = page_of(marketer, data_import)
    assert ">Stop<" in page
    assert sentence in page
    page = text(step(marketer, "cancel-import", data_import))
    assert "Stopping" in page
    assert "It stops at its next step." in page
    assert ">Stop<" not in page


# The preview ---------------------------------------------------------------------------------


def test_the_preview_says_what_loading_would_do(marketer: Client) -> None:
    page = page_of(marketer, make_previewed())
    assert "change the figures of 4 customers" in page
    assert "CSV in UTF-8, comma between the cells" in page.split("<summary>Details</summary>")[1]
    assert "2 columns, 1 left out" in page
    assert "What will happen, by table" in page
    assert "Cities" not in page


def test_a_preview_that_concerns_no_customer_counts_none(marketer: Client) -> None:
    page = page_of(marketer, make_previewed(preview=WITH_REASONS | {"customers": 0}))
    assert "Nothing is loaded yet." in page
    assert "0 customers" not in page


def test_the_preview_shows_what_changes_from_what_to_what(marketer: Client) -> None:
    page = page_of(marketer, make_previewed())
    row = page[page.index("<bdi>C1<") :].split("</tr>")[0]
    assert row.index("City") < row.index("city_id") < row.index("empty") < row.index("Giza")


def test_with_rejected_rows_all_or_nothing_is_explained_and_closed(marketer: Client) -> None:
    page = page_of(marketer, make_previewed())
    assert "Would load nothing, because 1 row is rejected." in page
    assert 'aria-describedby="all-or-nothing-means" disabled' in page
    assert "the 1 rejected row is left out" in page
    assert "Load the 4 good rows" in page


def test_without_rejected_rows_both_ways_to_load_are_offered(marketer: Client) -> None:
    counts = COUNTS | {"created": 6_049, "unchanged": 2, "rejected": 0}
    page = page_of(marketer, make_previewed(tables={"customers": counts}))
    assert "Every row of the file is good." in page
    assert "Load 6,050 rows" in page
    assert page.count('name="mode"') == 2
    assert "if a row no longer fits by then, nothing is loaded at all" in page
    assert "disabled" not in page[page.index("Load it?") :].split("</section>")[0]


@pytest.mark.parametrize(
    ("rejected", "sentence"),
    [(0, "all that this file says is here already"), (3, "the good rows are here already")],
)
def test_where_nothing_would_change_there_is_nothing_to_load(
    marketer: Client, rejected: int, sentence: str
) -> None:
    counts = NOTHING | {"rows": 5, "unchanged": 5 - rejected, "rejected": rejected}
    page = page_of(marketer, make_previewed(tables={"customers": counts}))
    assert sentence in page
    assert 'name="mode"' not in page
    assert "Discard" in page


def test_headings_without_rows_are_not_said_to_be_here_already(marketer: Client) -> None:
    page = page_of(marketer, make_previewed(tables={"customers": NOTHING}))
    assert "This file has headings but no rows." in page
    assert "here already" not in page.split('<dl class="tiles">')[0]


def test_where_every_row_is_rejected_the_preview_says_so(marketer: Client) -> None:
    counts = NOTHING | {"rows": 5, "rejected": 5}
    page = page_of(marketer, make_previewed(tables={"customers": counts}))
    assert "every row is rejected" in page
    assert 'name="mode"' not in page


def test_where_every_row_is_rejected_the_reasons_come_first(marketer: Client) -> None:
    counts = NOTHING | {"rows": 5, "rejected": 5}
    page = page_of(marketer, make_previewed(tables={"customers": counts}, preview=WITH_REASONS))
    assert page.index("Why 5 rows are rejected") < page.index("Mend the rows as the reasons say")
    assert page.count("Why 5 rows") == 1


def test_the_preview_says_why_rows_are_rejected(marketer: Client) -> None:
    page = page_of(marketer, make_previewed(preview=WITH_REASONS))
    panel = page[page.index("Why 1 row is rejected") :].split("</section>")[0]
    for said in ("Sex", "Use Female, Male or Unknown.", "line 4", "robot", "line 9", "empty"):
        assert said in panel
    assert page.index("Load the 4 good rows") > page.index("Why 1 row is rejected")


def test_a_row_with_two_reasons_is_not_taken_for_two_rows(marketer: Client) -> None:
    said = "A row with several reasons is counted at each of them."
    assert said not in page_of(marketer, make_previewed(preview=WITH_REASONS))
    twice = WITH_REASONS | {"reasons": [REASON, REASON | {"column": "Joined"}]}
    assert said in page_of(marketer, make_previewed(preview=twice))


def test_an_older_preview_has_no_reasons_and_its_file_of_rejected_rows(marketer: Client) -> None:
    assert "Why 1 row" not in page_of(marketer, make_previewed())


def test_the_first_new_rows_stand_there_with_days_in_words(marketer: Client) -> None:
    rows = {
        "cities": [[["city_id", "C1"], ["city_name", "Giza"]]],
        "customers": [[["customer_id", "007"], ["join_date", "2026-03-06"], ["gender", None]]],
    }
    counts = {"cities": NOTHING | {"rows": 1, "created": 1}, "customers": COUNTS}
    page = page_of(marketer, make_previewed(tables=counts, preview=WITH_REASONS | {"rows": rows}))
    panel = page[page.index("The first new rows") :].split("</section>")[0]
    assert '<details class="first-rows"><summary>Cities' in panel
    assert '<details class="first-rows" open><summary>Customers' in panel
    assert "Joined on" in panel
    assert "6 March 2026" in panel
    assert panel.index("customer_id") < panel.index("join_date") < panel.index(">gender<")


def test_numbers_of_the_first_new_rows_stand_under_each_other(marketer: Client) -> None:
    rows = {"transactions": [[["transaction_id", "T1"], ["amount", "12.50"]]]}
    counts = {"transactions": NOTHING | {"rows": 1, "created": 1}}
    page = page_of(marketer, make_previewed(tables=counts, preview=WITH_REASONS | {"rows": rows}))
    panel = page[page.index("The first new rows") :].split("</section>")[0]
    assert '<th scope="col" class="num">Amount' in panel
    assert '<td class="num" data-label="Amount"><bdi>12.50' in panel


def test_the_first_new_rows_of_an_older_preview_are_still_shown(marketer: Client) -> None:
    rows = {"customers": [{"customer_id": "007", "gender": None}]}
    page = page_of(marketer, make_previewed(preview=WITH_REASONS | {"rows": rows}))
    assert "007" in page[page.index("The first new rows") :]


def test_dates_that_could_be_read_two_ways_are_the_first_thing_said(marketer: Client) -> None:
    data_import = make_previewed()
    main = page_of(marketer, data_import).split("<main")[1]
    assert main.index(UNSURE) < main.index("Nothing is loaded yet.")
    assert main.count(UNSURE) == 1
    assert f"/data/imports/{data_import.pk}/columns/#part0-dates-choice" in main


def test_columns_that_are_not_used_are_told_with_the_way_to_name_them(marketer: Client) -> None:
    main = page_of(marketer, make_previewed()).split("<main")[1]
    assert "1 of 3 columns is not used: <bdi>Note</bdi>\n" in main
    assert main.index("Name them") < main.index("To be created")


def test_many_columns_that_are_not_used_end_with_their_number(marketer: Client) -> None:
    headings = [f"Extra {n}" for n in range(9)]
    part = described(headings=["Client", *headings], columns=["customer_id", *[None] * 9])
    page = page_of(marketer, make_previewed(parts=[part]))
    assert "<bdi>Extra 5</bdi> and 3 more" in page


def test_the_sheet_that_explains_our_template_is_left_out_without_a_word(marketer: Client) -> None:
    explained = described(name="Read me", label="sheet Read me", table=None)
    named = described(label="sheet customers", headings=["Client"], columns=["customer_id"])
    page = page_of(marketer, make_previewed(parts=[explained, named]))
    assert "nothing of it is read" not in page


def test_files_that_are_read_alike_are_told_once(marketer: Client) -> None:
    parts = [described(name=f"p{n}", label=f"file people-{n}.csv") for n in range(12)]
    page = page_of(marketer, make_previewed(parts=parts))
    assert "<b>12 files</b> read as <b>customers</b>, all alike" in page
    assert "File people-7.csv" in page
    assert page.count("<summary>Details</summary>") == 1


def test_while_it_is_undone_the_page_says_so(marketer: Client) -> None:
    assert "Undoing" in page_of(marketer, make_import(status=Status.QUEUED, task=Task.UNDO))
    assert "Undoing" in page_of(marketer, make_import(status=Status.RUNNING, task=Task.UNDO))


@pytest.mark.parametrize("mode", MODES)
def test_loading_is_asked_for_once(marketer: Client, mode: str) -> None:
    data_import = make_previewed()
    load(marketer, data_import, mode)
    page = text(load(marketer, data_import, mode))
    assert "A worker is about to go on with this import." in page
    assert OrmQ.objects.count() == 1
    assert DataImport.objects.get().mode == mode


def test_what_was_checked_again_meanwhile_is_not_loaded(marketer: Client) -> None:
    data_import = make_previewed()
    DataImport.objects.update(attempts=2)
    page = text(load(marketer, data_import))
    assert "This import was checked again since you opened this page." in page
    assert DataImport.objects.get().status == Status.PREVIEWED


def test_a_discarded_import_forgets_its_upload(marketer: Client) -> None:
    data_import = make_previewed()
    kept = keep_upload(data_import)
    page = text(step(marketer, "cancel-import", data_import))
    assert "Discarded. Nothing was loaded." in page
    assert "was stopped" not in page
    assert not kept.exists()


def test_a_check_that_was_stopped_at_work_was_not_discarded(marketer: Client) -> None:
    values = {"status": Status.CANCELLED, "cancel_requested": True}
    assert "The import was stopped." in page_of(marketer, make_previewed(**values))


def test_odd_content_is_shown_as_text(marketer: Client) -> None:
    heading = "<script>alert(1)</script>"
    part = described(headings=[heading], columns=["customer_id"], label=heading)
    example = {"id": heading, "changes": [{"column": "gender", "old": heading, "new": "Female"}]}
    preview = {"customers": 1, "examples": {"customers": [example]}, "notes": [heading]}
    page = page_of(marketer, make_previewed(parts=[part], preview=preview))
    assert heading not in page
    assert "&lt;script&gt;alert(1)" in page
