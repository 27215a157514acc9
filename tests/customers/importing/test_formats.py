"""How cells are set apart, and where the headings are."""

import random
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


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("headings", [("city_id", "city_name"), ("foo", "bar")])
def test_delimiters_are_found(folder: Path, delimiter: str, headings: tuple[str, str]) -> None:
    text = "".join(delimiter.join(row) + "\n" for row in (headings, ("1", "a"), ("2", "b")))
    part = part_of_text(folder, text)
    assert (part.format.delimiter, part.headings) == (delimiter, headings)


def test_commas_in_numbers_are_no_delimiters(folder: Path) -> None:
    rows = rows_of_text(folder, "foo;bar\n1,5;2,5\n3,5;4,5\n")
    assert rows == [(2, "1,5", "2,5"), (3, "3,5", "4,5")]


@pytest.mark.parametrize(
    "text",
    [
        "customer_id\n1\n2\n",
        "remark\nHello, you\nBye, me\n",
        "coupon_name\nSave 5%, today; only\nBuy one, get one\nA, b, c\n",
        "coupon_name\n5 | 10\n7;8\n3,4\n",
        "Notes, all of them\nfirst\nsecond\n",
    ],
)
def test_one_column_stays_one_column(folder: Path, text: str) -> None:
    lines = text.splitlines()
    part = part_of_text(folder, text)
    assert part.headings == (lines[0],)
    assert [cell for _, cell in rows_of(part)] == lines[1:]


def test_text_full_of_commas_does_not_hide_semicolons(folder: Path) -> None:
    text = 'city_id;city_name\n1;"Giza, Egypt"\n2;Cairo, the, great\n3;a, b\n'
    assert rows_of_text(folder, text)[1] == (3, "2", "Cairo, the, great")


def test_a_short_row_does_not_hide_the_delimiter(folder: Path) -> None:
    part = part_of_text(folder, "foo,bar\n1,2\n3\n4,5\n")
    assert part.format.delimiter == ","
    assert broken_of(part) == [(3, "MISSING COLUMNS", "3")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_random_tables_come_back_as_they_were_written(folder: Path, delimiter: str) -> None:
    lots = random.Random(7)
    pieces = ["a", "1,5", "x;y", 'say "hi"', "b|c", "عربي", "l'été", "two\nlines", "3.5", "d e"]
    rows = [[lots.choice(pieces) for _ in range(4)] for _ in range(60)]
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in rows]
    text = "\n".join(delimiter.join(row) for row in [["foo", "bar", "baz", "qux"], *quoted])
    assert [list(row[1:]) for row in rows_of_text(folder, text)] == rows


def test_the_line_in_which_excel_names_the_delimiter_counts(folder: Path) -> None:
    part = part_of_text(folder, "sep=;\ncity_id;city_name\n1;Cairo, Egypt\n")
    assert part.format.heading_line == 2
    assert rows_of(part) == [(3, "1", "Cairo, Egypt")]


def test_what_a_person_says_about_the_delimiter_counts(folder: Path) -> None:
    assert part_of_text(folder, "a,b;c,d\n1,2;3,4\n", delimiter=";").headings == ("a,b", "c,d")


@pytest.mark.parametrize("delimiter", ["ab", "x", '"', "\n"])
def test_a_delimiter_that_can_be_none_is_refused(folder: Path, delimiter: str) -> None:
    with pytest.raises(UnreadableSource, match="one character"):
        part_of_text(folder, CITIES, delimiter=delimiter)


def test_single_quotation_marks_are_found(folder: Path) -> None:
    text = "'city_id','city_name'\n'1','Giza, Egypt'\n'2','l''été'\n"
    part = part_of_text(folder, text)
    assert part.headings == ("city_id", "city_name")
    assert rows_of(part) == [(2, "1", "Giza, Egypt"), (3, "2", "l'été")]


def test_apostrophes_are_no_quotation_marks(folder: Path) -> None:
    text = CITIES + "1,l'été\n2,'s-Hertogenbosch\n3,'=1+1\n"
    assert rows_of_text(folder, text)[2] == (4, "3", "'=1+1")


def test_quotation_marks_before_a_name_may_be_letters_between_tabs(folder: Path) -> None:
    text = 'city_id\tcity_name\n1\t"Best" pizza\n2\t5" screen\n3\t"Grand\n'
    assert rows_of_text(folder, text)[0] == (2, "1", '"Best" pizza')


def test_backslashes_may_escape_quotation_marks(folder: Path) -> None:
    text = CITIES + '1,"Al \\"Arish\\", Egypt"\n2,Giza\n'
    assert rows_of_text(folder, text)[0] == (2, "1", 'Al "Arish", Egypt')


def test_a_backslash_at_the_end_of_a_cell_is_a_letter(folder: Path) -> None:
    text = CITIES + '"C:\\","Giza ""x"""\n"D:\\",Cairo\n'
    assert rows_of_text(folder, text)[0] == (2, "C:\\", 'Giza "x"')


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("\n\n", 3),
        ("Coupon report\n", 2),
        ('"Coupon report, May 2024"\n', 2),
        ("Coupon report, May 2024\n\n", 3),
        ("Coterie\nFilters\nCity,Cairo\n\n", 5),
        ("customers,\n", 2),
        ('"two\nlines"\n', 2),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_headings_are_found_beneath_titles(folder: Path, above: str, line: int, ends: str) -> None:
    table = "city_id,city_name,latitude\n1,Cairo,30\n\n2,Giza,\n3\n"
    part = part_of_text(folder, (above + table).replace("\n", ends))
    assert part.headings == ("city_id", "city_name", "latitude")
    assert part.format.heading_line == line
    with read(part) as db:
        assert all_rows(db, "records_0") == [
            (line + 1, "1", "Cairo", "30"),
            (line + 3, "2", "Giza", None),
        ]
        assert all_rows(db, "broken_0") == [(line + 4, "MISSING COLUMNS", "3")]


def test_unknown_headings_beneath_a_title_are_found(folder: Path) -> None:
    assert part_of_text(folder, "Report\n\nfoo;bar\n1;2\n").headings == ("foo", "bar")
    (folder / "list.csv").unlink()


def test_data_that_sounds_like_headings_is_data(folder: Path) -> None:
    part = part_of_text(folder, "foo,bar,baz\nname,city,3\n")
    assert part.headings == ("foo", "bar", "baz")


def test_what_a_person_says_about_the_headings_counts(folder: Path) -> None:
    part = part_of_text(folder, "city_id,city_name\nx,y\n1,2\n", heading_line=2)
    assert part.headings == ("x", "y")
    assert rows_of(part) == [(3, "1", "2")]


@pytest.mark.parametrize("line", [2, 900])
def test_headings_where_none_can_be_are_refused(folder: Path, line: int) -> None:
    with pytest.raises(UnreadableSource, match=f"Line {line} of the file list.csv"):
        part_of_text(folder, "a,b\n\n1,2\n", heading_line=line)


def test_headings_are_told_apart(folder: Path) -> None:
    part = part_of_text(folder, "date, date ,,date (2),\u00a0date\n1,2,3,4,5\n")
    assert part.headings == ("date", "date (3)", "column 3", "date (2)", "date (4)")


def test_a_column_without_a_heading_is_a_column(folder: Path) -> None:
    part = part_of_text(folder, "city_id,city_name\n1,Cairo,x\n2,Giza,\n")
    assert part.headings == ("city_id", "city_name", "column 3")


def test_the_sample_shows_five_rows_in_part(folder: Path) -> None:
    part = part_of_text(folder, CITIES + "\n".join(f"{n},{'x' * 500}" for n in range(9)))
    assert [row[0] for row in part.sample] == ["0", "1", "2", "3", "4"]
    assert len(part.sample[0][1]) == 100


@pytest.mark.parametrize("text", [b"\x00\x01a,b\n1,2\n", "a\x07b,c\n1,2\n", "a\ufffd,b\n1,2\n"])
def test_headings_that_nobody_can_read_are_refused(folder: Path, text: str | bytes) -> None:
    with pytest.raises(UnreadableSource, match=r"headings of the file list\.csv"):
        part_of_text(folder, text)


def test_a_file_of_blank_lines_is_empty(folder: Path) -> None:
    with pytest.raises(UnreadableSource, match="is empty"):
        part_of_text(folder, "\n\n ,\n\n")


def test_headings_alone_are_a_table_without_rows(folder: Path) -> None:
    assert rows_of_text(folder, "city_id,city_name") == []


def test_headings_alone_are_one_whatever_ends_them(folder: Path) -> None:
    assert rows_of_text(folder, "city_id,city_name\r\r") == []


def test_a_title_that_is_written_wrong_costs_nothing(folder: Path) -> None:
    rows = rows_of_text(folder, f'"Best" report\n\n{CITIES}1,Cairo\n')
    assert rows == [(4, "1", "Cairo")]
