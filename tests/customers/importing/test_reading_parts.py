"""No row is lost, and each has the line that a spreadsheet shows."""

from pathlib import Path

import pytest

from customers.importing.unreadable import UnreadableSource
from tests.customers.importing.parts import (
    all_rows,
    broken_of,
    part_of_text,
    read,
    rows_of,
    rows_of_text,
)

CITIES = "city_id,city_name\n"


def test_all_columns_are_there_and_empty_cells_are_null(folder: Path) -> None:
    rows = rows_of_text(folder, 'city_id,foo,city_name\n1,,"Cairo"\n2,"",NULL\n')
    assert rows == [(2, "1", None, "Cairo"), (3, "2", None, "NULL")]


def test_blank_rows_are_left_out_and_count_as_lines(folder: Path) -> None:
    rows = rows_of_text(folder, CITIES + '\n1,Cairo\n\r\n,\n"",\n2,"a\n\nb"\n\n\n3,Giza\n\n\n')
    assert rows == [(3, "1", "Cairo"), (7, "2", "a\n\nb"), (10, "3", "Giza")]


def test_blank_rows_of_one_column_count_too(folder: Path) -> None:
    assert rows_of_text(folder, "city_id\n1\n\n\n2\n\n\n") == [(2, "1"), (5, "2")]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "\n", "\n\n\n"])
def test_lines_are_right_whatever_ends_them(folder: Path, ends: str, last: str) -> None:
    text = f'{CITIES}1,"Al\nArish"\n2,Giza{last}'.replace("\n", ends)
    lines = [row[0] for row in rows_of_text(folder, text)]
    assert lines == [2, 3]


def test_line_ends_may_be_mixed(folder: Path) -> None:
    text = 'city_id,city_name\r\n1,"Cairo"\n2,Giza\r\n\n3,Luxor\r4,Aswan'
    assert [row[0] for row in rows_of_text(folder, text)] == [2, 3, 5, 6]


def test_excel_ends_lines_in_cells_differently(folder: Path) -> None:
    rows = rows_of_text(folder, 'city_id,city_name\r\n1,"Al\nArish"\r\n2,Giza\r\n')
    assert rows == [(2, "1", "Al\nArish"), (3, "2", "Giza")]


def test_broken_rows_keep_their_lines_among_blank_ones(folder: Path) -> None:
    text = CITIES + '\n1\n2,Giza\n\n3,a,b\n"4" x,y\n5,Cairo\n\n6\n'
    with read(part_of_text(folder, text)) as db:
        assert [(row[0], row[1]) for row in all_rows(db, "broken_0")] == [
            (3, "MISSING COLUMNS"),
            (6, "TOO MANY COLUMNS"),
            (7, "UNQUOTED VALUE"),
            (10, "MISSING COLUMNS"),
        ]
        assert [row[0] for row in all_rows(db, "records_0")] == [4, 8]


def test_lines_stay_right_after_many_broken_rows(folder: Path) -> None:
    rows = [f"{n},Town" if n % 3 else str(n) for n in range(2, 90_000)]
    with read(part_of_text(folder, CITIES + "\n".join(rows))) as db:
        assert all(row[0] == int(row[1]) for row in all_rows(db, "records_0"))
        assert [row[0] for row in all_rows(db, "broken_0")] == list(range(3, 90_000, 3))


def test_lines_stay_right_in_a_large_file(folder: Path) -> None:
    long = "x" * 60
    rows = [
        f'{n},"{long}\n{long}"' if n % 7 else "" if n % 2 else f"{n},{long}"
        for n in range(2, 100_000)
    ]
    with read(part_of_text(folder, CITIES + "\n".join(rows))) as db:
        wrong = db.execute("SELECT count(*) FROM records_0 WHERE line <> c0::BIGINT").fetchone()
        assert wrong == (0,)


def test_an_inch_mark_in_a_cell_does_not_hide_blank_lines(folder: Path) -> None:
    rows = rows_of_text(folder, CITIES + '1,5" pipe\n\n2,Giza\n')
    assert rows == [(2, "1", '5" pipe'), (4, "2", "Giza")]


@pytest.mark.parametrize("after", ["2,Giza\n" * 3000, "2,Giza\n" * 5_500_000, '2,"Giza"\n' * 30])
def test_rows_behind_an_unclosed_quotation_mark_are_never_lost(folder: Path, after: str) -> None:
    part = part_of_text(folder, f'{CITIES}1,"Cairo\n{after}')
    with pytest.raises(UnreadableSource, match=r"line 2 of the file list\.csv"), read(part):
        pass


def test_a_line_that_is_too_long_costs_its_row(folder: Path) -> None:
    part = part_of_text(folder, f"{CITIES}1,Cairo\n2,{'x' * (17 << 20)}\n3,Giza\n")
    assert [row[:2] for row in broken_of(part)] == [(3, "LINE SIZE OVER MAXIMUM")]


@pytest.mark.parametrize("megabytes", [33, 70])
def test_a_line_that_is_far_too_long_is_named(folder: Path, megabytes: int) -> None:
    part = part_of_text(folder, f"{CITIES}1,Cairo\n2,{'x' * (megabytes << 20)}\n3,Giza\n")
    with pytest.raises(UnreadableSource, match=r"Line 3 of the file list\.csv is far"), read(part):
        pass


def test_zeros_among_the_bytes_cost_at_most_their_rows(folder: Path) -> None:
    text = f"{CITIES}1,Ca\x00iro\n\x00\x002,Giza\n\x00\n3,Luxor\n"
    with read(part_of_text(folder, text)) as db:
        assert [row[0] for row in all_rows(db, "records_0")] == [2, 3, 5]
        assert [row[0] for row in all_rows(db, "broken_0")] == [4]


def test_no_line_is_rejected_twice(folder: Path) -> None:
    part = part_of_text(folder, CITIES + '""\n\n""\r\r\n,,"ax')
    lines = [row[0] for row in broken_of(part)]
    assert lines == [2, 4, 6]


def test_blank_lines_between_cells_that_are_never_quoted_count(folder: Path) -> None:
    rows = rows_of_text(folder, 'city_id\tcity_name\n1\t"Best" pizza\n\n2\tx\n')
    assert rows == [(2, "1", '"Best" pizza'), (4, "2", "x")]


def test_the_file_that_was_given_is_left_as_it_is(folder: Path) -> None:
    text = f"{CITIES}\r\n1,Cairo\n"
    rows_of(part_of_text(folder, text))
    assert (folder / "list.csv").read_bytes() == text.encode()
    assert {path.name for path in folder.iterdir()} == {"list.csv", "work"}
