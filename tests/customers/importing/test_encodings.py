"""Texts in whatever encoding programs write them."""

import codecs
from pathlib import Path

import pytest

from customers.importing.unreadable import UnreadableSource
from tests.customers.importing.parts import broken_of, part_of_text, rows_of, rows_of_text

CITIES = "city_id,city_name\n"
ARABIC = f"{CITIES}1,القاهرة\n2,مدينة نصر\n"
FRENCH = f"{CITIES}1,Évreux\n2,Besançon\n3,Orléans à l’été\n"
ARABIC_NAMES = "القاهرة الإسكندرية بنها طنطا أحمد فاطمة مفتوح مستخدم عرض في من"
WESTERN_NAMES = "Noël Besançon où déjà Évreux Köln Größe Öl Málaga niño Ávila på Malmö"
NAMES = {"windows-1256": ARABIC_NAMES.split(), "windows-1252": WESTERN_NAMES.split()}


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (ARABIC, "utf-8", "utf-8"),
        (ARABIC, "utf-8-sig", "utf-8"),
        (ARABIC, "utf-16", "utf-16"),
        (ARABIC, "utf-16-le", "utf-16"),
        (ARABIC, "utf-16-be", "utf-16"),
        (ARABIC, "windows-1256", "windows-1256"),
        (FRENCH, "windows-1252", "windows-1252"),
        (FRENCH, "utf-16-le", "utf-16"),
        (CITIES + "1,Cairo\n", "ascii", "utf-8"),
    ],
)
def test_an_encoding_is_found_by_itself(folder: Path, text: str, encoding: str, found: str) -> None:
    part = part_of_text(folder, text.encode(encoding))
    assert part.format.encoding == found
    assert part.headings == ("city_id", "city_name")
    assert [name for _, _, name in rows_of(part)] == [
        line.split(",")[1] for line in text.splitlines()[1:]
    ]


@pytest.mark.parametrize(
    ("encoding", "name"), [(e, n) for e, names in NAMES.items() for n in names]
)
def test_one_name_is_enough_to_tell_arabic_from_western(
    folder: Path, encoding: str, name: str
) -> None:
    assert part_of_text(folder, f"{CITIES}1,{name}\n".encode(encoding)).format.encoding == encoding


def test_byte_order_mark_of_utf_16_big_endian_counts(folder: Path) -> None:
    text = codecs.BOM_UTF16_BE + ARABIC.encode("utf-16-be")
    assert rows_of_text(folder, text)[0] == (2, "1", "القاهرة")


def test_a_few_bad_bytes_in_a_utf_8_file_cost_their_rows(folder: Path) -> None:
    part = part_of_text(folder, f"{CITIES}1,القاهرة\n".encode() + b"2,Caf\xe9\n3,Giza\n")
    assert part.format.encoding == "utf-8"
    assert [(line, kind) for line, kind, _ in broken_of(part)] == [(3, "INVALID ENCODING")]


def test_what_a_person_says_about_the_encoding_counts(folder: Path) -> None:
    text = f"{CITIES}1,ÉÀ\n".encode("windows-1252")
    assert rows_of_text(folder, text, encoding="windows-1252") == [(2, "1", "ÉÀ")]


def test_an_encoding_that_is_not_known_is_refused(folder: Path) -> None:
    with pytest.raises(UnreadableSource, match="Use one of utf-8"):
        part_of_text(folder, ARABIC, encoding="klingon")


def test_letters_far_down_a_plain_file_are_found(folder: Path) -> None:
    text = CITIES + "1,Cairo\n" * 300_000 + "2,بنها\n"
    rows = rows_of_text(folder, text.encode("windows-1256"))
    assert rows[-1] == (300_002, "2", "بنها")


def test_bytes_that_mean_nothing_in_windows_1252_become_control_characters(folder: Path) -> None:
    rows = rows_of_text(folder, b"city_id,city_name\n1,Orl\xe9ans \x81\n2,\xc9vreux\n")
    assert rows[0][2] == "Orléans \x81"


def test_half_a_character_at_the_end_of_utf_16_costs_its_row(folder: Path) -> None:
    part = part_of_text(folder, (ARABIC + "3,Giza").encode("utf-16") + b"\x41")
    assert [line for line, _, _ in broken_of(part)] == [4]
