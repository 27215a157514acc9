"""Whatever is given, its parts are found; what can't be read gets a sentence."""

import gzip
import os
import random
import shutil
import tarfile
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from pytest_django import Settings

from customers.importing.sources import find_parts
from customers.importing.unreadable import UnreadableSource
from tests.customers.importing.files import run_import, write_workbook, write_zip
from tests.customers.importing.parts import parts_of, rows_of, write_parquet

CITIES = "city_id,city_name\n1,Cairo\n"
CELLS = [["city_id", "city_name"], [1, "Cairo"]]
NOISE = bytes(range(256)) * 40


def names_of(source: Path) -> list[str]:
    return [part.name for part in parts_of(source)]


def cities_in(folder: Path) -> dict[str, bytes]:
    """The same city in every kind of file."""
    made = folder / "made"
    made.mkdir()
    write_workbook(made / "book.xlsx", {"cities": CELLS})
    write_parquet(made / "c.parquet", "SELECT 1 AS city_id, 'Cairo' AS city_name")
    found = {
        "a.csv": CITIES.encode(),
        "b.csv.gz": gzip.compress(CITIES.encode()),
        "c.parquet": (made / "c.parquet").read_bytes(),
        "d.tsv": CITIES.replace(",", "\t").encode(),
        "e.txt": CITIES.replace(",", ";").encode("utf-16"),
        "f.xlsx": (made / "book.xlsx").read_bytes(),
    }
    shutil.rmtree(made)
    return found


@pytest.mark.parametrize("name", ["a.csv", "b.csv.gz", "c.parquet", "d.tsv", "e.txt", "f.xlsx"])
@pytest.mark.parametrize("called", [None, "x.csv", "x.xlsx", "x.parquet", "x"])
def test_a_file_is_what_is_in_it(folder: Path, name: str, called: str | None) -> None:
    path = folder / (called or name)
    path.write_bytes(cities_in(folder)[name])
    (part,) = parts_of(path)
    assert rows_of(part) == [(2, "1", "Cairo")]
    assert part.name == "cities" if name == "f.xlsx" else part.name == path.name[0]


@pytest.mark.parametrize("packed", [True, False])
def test_a_zip_and_a_folder_hold_any_mixture(folder: Path, packed: bool) -> None:
    files = cities_in(folder)
    source = folder / "all"
    source.mkdir()
    for name, content in files.items():
        (source / name).write_bytes(content)
    if packed:
        source = write_zip(folder / "all.zip", {f"deep/{n}": c for n, c in files.items()})
    parts = parts_of(source)
    assert [part.name for part in parts] == ["a", "b", "c", "d", "e", "cities"]
    assert all(rows_of(part) == [(2, "1", "Cairo")] for part in parts)


def test_a_folder_may_hold_zips(folder: Path) -> None:
    (folder / "2023.csv").write_text(CITIES)
    write_zip(folder / "old.zip", {"2023.csv": CITIES, "deep/2022.csv": CITIES, "a.png": NOISE})
    book = write_workbook(folder / "book.xlsx", {"cities": CELLS}).read_bytes()
    write_zip(folder / "new.zip", {"book.xlsx": book})
    (folder / "book.xlsx").unlink()
    parts = parts_of(folder)
    assert [part.name for part in parts] == ["2023", "cities", "old.zip/2023", "2022"]
    assert all(rows_of(part) == [(2, "1", "Cairo")] for part in parts)


def test_a_zip_in_a_folder_holds_no_other_zip(folder: Path) -> None:
    inner = write_zip(folder / "inner.zip", {"cities.csv": CITIES}).read_bytes()
    write_zip(folder / "inner.zip", {"cities.zip": inner})
    with pytest.raises(UnreadableSource, match=r"another archive in it: cities\.zip"):
        parts_of(folder)


def test_all_zips_of_a_folder_share_one_limit(folder: Path, settings: Settings) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 1
    for name in ("a.zip", "b.zip"):
        write_zip(folder / name, {"cities.csv": CITIES + " " * (11 << 20)})
    with pytest.raises(UnreadableSource, match="unpacks to more than 20 MB"):
        parts_of(folder)


def test_all_files_in_the_zips_of_a_folder_count(folder: Path) -> None:
    for name in ("a.zip", "b.zip"):
        write_zip(folder / name, {f"{n}.csv": CITIES for n in range(501)})
    with pytest.raises(UnreadableSource, match="more than 1,000 files"):
        parts_of(folder)


def test_a_file_may_have_stars_in_its_name(folder: Path) -> None:
    (folder / "*[a]?.csv").write_text(CITIES)
    (part,) = parts_of(folder / "*[a]?.csv")
    assert (part.name, rows_of(part)) == ("*[a]?", [(2, "1", "Cairo")])


def test_parts_of_one_name_are_told_apart(folder: Path) -> None:
    book = write_workbook(folder / "b.xlsx", {"cities": CELLS}).read_bytes()
    files = {"2023/cities.csv": CITIES, "2024/cities.csv": CITIES, "a.xlsx": book, "b.xlsx": book}
    assert names_of(write_zip(folder / "all.zip", files)) == [
        "2023/cities",
        "2024/cities",
        "a/cities",
        "b/cities",
    ]


def test_parts_that_nothing_tells_apart_are_counted(folder: Path) -> None:
    files: dict[str, bytes | str] = {"cities.csv": CITIES, "cities.txt": CITIES}
    assert names_of(write_zip(folder / "all.zip", files)) == ["cities", "cities (2)"]


def test_what_lies_beside_the_tables_is_passed_over(folder: Path) -> None:
    files: dict[str, bytes | str] = {
        "cities.csv": CITIES,
        "README.md": "# Read me\n\nThis is, as you see; text.\n",
        "truth.json": '{"a": 1}',
        ".DS_Store": NOISE,
        "__MACOSX/._cities.csv": NOISE,
        "Thumbs.db": NOISE,
        "~$cities.xlsx": b"x",
        "logo.png": b"\x89PNG" + NOISE,
        "notes.pdf": b"%PDF-1.7",
        "note.txt": "Dear all\nhere it is",
        "empty/": b"",
    }
    assert names_of(write_zip(folder / "all.zip", files)) == ["cities"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(NOISE, "neither a workbook nor", id="noise"),
        pytest.param(
            random.Random(7).randbytes(9000),
            "neither a workbook nor|can't be read|damaged",
            id="random",
        ),
        pytest.param(b"\xef\xbb\xbf <!DOCTYPE html><html></html>", "web page", id="html"),
        pytest.param("<html></html>".encode("utf-16"), "web page", id="html in UTF-16"),
        pytest.param(b"<?xml version='1.0'?><Workbook/>", "web page or an XML", id="xml"),
        pytest.param(b"\xd0\xcf\x11\xe0" + NOISE, "old .xls", id="xls"),
        pytest.param(b"PK\x03\x04" + NOISE, "damaged", id="broken zip"),
        pytest.param(b"\x1f\x8b\x08" + NOISE, "damaged", id="broken gzip"),
        pytest.param(gzip.compress(CITIES.encode() * 999)[:-40], "damaged", id="gzip cut short"),
        pytest.param(
            gzip.compress(gzip.compress(CITIES.encode())), "another archive", id="gzip in gzip"
        ),
        pytest.param(b"PAR1" + NOISE, "Parquet file can't be read", id="broken parquet"),
        pytest.param(b"%PDF-1.7", "is a PDF", id="pdf"),
        pytest.param(b"\x89PNG" + NOISE, "is an image", id="png"),
        pytest.param(b"7z\xbc\xaf\x27\x1c", ".7z", id="7z"),
        pytest.param(b'[{"city_id": 1}]', "is JSON", id="json"),
    ],
)
def test_what_is_no_table_is_refused(folder: Path, content: bytes, words: str) -> None:
    path = folder / "data.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableSource, match=words):
        parts_of(path)


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("xl/workbook.bin", "xlsb"),
        ("META-INF/manifest.xml", "ods"),
        ("word/document.xml", "Word"),
    ],
)
def test_other_programs_files_are_named(folder: Path, member: str, words: str) -> None:
    with pytest.raises(UnreadableSource, match=words):
        parts_of(write_zip(folder / "data.xlsx", {member: b"x"}))


def test_tar_is_refused(folder: Path) -> None:
    (folder / "cities.csv").write_text(CITIES)
    with tarfile.open(folder / "all.tar", "w") as archive:
        archive.add(folder / "cities.csv", "cities.csv")
    with pytest.raises(UnreadableSource, match="normal method"):
        parts_of(folder / "all.tar")


@pytest.mark.parametrize("content", ["", "almost a table, of one line\n"])
def test_a_tiny_or_broken_image_is_named_by_its_ending(folder: Path, content: str) -> None:
    path = write_zip(folder / "all.zip", {"a.JPG": b"\xff\xd8" + content.encode()})
    with pytest.raises(UnreadableSource, match=r"The file a\.JPG is an image\."):
        names_of(path)


def test_an_old_workbook_beside_tables_is_not_passed_over(folder: Path) -> None:
    path = write_zip(folder / "a.zip", {"a.csv": CITIES, "b.xls": b"\xd0\xcf\x11\xe0" + NOISE})
    with pytest.raises(UnreadableSource, match=r"b\.xls is an old \.xls"):
        parts_of(path)


@pytest.mark.parametrize("inner", ["more.zip", "cities.csv"])
def test_a_zip_in_a_zip_is_refused(folder: Path, inner: str) -> None:
    packed = write_zip(folder / "in.zip", {"cities.csv": CITIES}).read_bytes()
    with pytest.raises(UnreadableSource, match="another archive in it"):
        parts_of(write_zip(folder / "out.zip", {"a.csv": CITIES, inner: packed}))


@pytest.mark.parametrize(
    "name", ["../cities.csv", "/etc/cities.csv", "a/../../cities.csv", "C:\\cities.csv"]
)
def test_an_archive_that_leads_outside_itself_is_refused(folder: Path, name: str) -> None:
    path = write_zip(folder / "all.zip", {name: CITIES})
    with pytest.raises(UnreadableSource, match="outside"):
        parts_of(path)
    assert {p.name for p in folder.iterdir()} == {"all.zip", "work"}


def test_an_archive_with_a_password_is_refused(folder: Path) -> None:
    path = write_zip(folder / "all.zip", {"cities.csv": CITIES})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(UnreadableSource, match="password"):
        parts_of(path)


def test_an_archive_packed_in_another_way_is_refused(folder: Path) -> None:
    with ZipFile(folder / "all.zip", "w", ZIP_BZIP2) as archive:
        archive.writestr("cities.csv", CITIES * 100)
    with pytest.raises(UnreadableSource, match="normal method"):
        parts_of(folder / "all.zip")


def test_an_archive_of_very_many_files_is_refused(folder: Path) -> None:
    path = write_zip(folder / "all.zip", {f"{n}.csv": CITIES for n in range(1001)})
    with pytest.raises(UnreadableSource, match="more than 1,000 files"):
        parts_of(path)


def bomb(path: Path, *sizes: int) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for n, megabytes in enumerate(sizes):
            rows = b"1,x\n" * (megabytes << 18)
            archive.writestr(f"{n}.csv.gz", gzip.compress(CITIES.encode() + rows))
    return path


@pytest.mark.parametrize("sizes", [(21,), (8, 8, 8)])
def test_all_unpacking_together_is_limited(
    folder: Path, settings: Settings, sizes: tuple[int, ...]
) -> None:
    settings.MAX_UPLOAD_MEGABYTES = 1
    with pytest.raises(UnreadableSource, match="more than 20 MB"):
        parts_of(bomb(folder / "all.zip", *sizes))


def test_an_archive_that_lies_about_its_size_is_refused(folder: Path) -> None:
    path = write_zip(folder / "all.zip", {"cities.csv": CITIES * 100})
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(UnreadableSource, match="damaged"):
        parts_of(path)


@pytest.mark.parametrize("name", ["gone.csv", "x" * 5000, "a\0b", "loop", "pipe"])
def test_a_path_that_leads_nowhere_is_refused(folder: Path, name: str) -> None:
    (folder / "loop").symlink_to(folder / "loop")
    os.mkfifo(folder / "pipe")
    with pytest.raises(UnreadableSource, match="no file or folder"):
        parts_of(folder / name)


def test_a_folder_is_one_whatever_its_name(folder: Path) -> None:
    (folder / "x.csv").mkdir()
    with pytest.raises(UnreadableSource, match=r"no table in x\.csv"):
        parts_of(folder / "x.csv")


def test_a_link_that_leads_nowhere_in_a_folder_is_named(folder: Path) -> None:
    (folder / "x").mkdir()
    (folder / "x" / "loop.csv").symlink_to("loop.csv")
    with pytest.raises(UnreadableSource, match=r"loop\.csv"):
        parts_of(folder / "x")


def test_a_name_that_is_no_text_is_shown_as_far_as_it_is_one(folder: Path) -> None:
    path = folder / os.fsdecode(b"caf\xe9\n.csv")
    path.write_text(CITIES)
    assert names_of(path) == ["caf\ufffd\ufffd"]


def test_an_upload_is_known_by_the_name_it_had(folder: Path) -> None:
    (folder / "17").write_text(CITIES)
    (folder / "work").mkdir()
    (part,) = find_parts(folder / "17", folder / "work", {}, called="cities.csv")
    assert (part.name, part.label) == ("cities", "file cities.csv")


@pytest.mark.django_db
def test_what_is_left_out_is_said(folder: Path) -> None:
    (folder / "customers.csv").write_text("customer_id\n1\n")
    (folder / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    (folder / "notes.txt").write_text("Remember the milk\nand the bread\n")
    notes = run_import(folder).preview["notes"]
    assert [note.partition(". ")[0] for note in notes] == [
        "Left out: the file logo.png",
        "Left out: the file notes.txt",
    ]


@pytest.mark.django_db
def test_a_web_page_among_tables_that_bears_the_name_of_one_is_refused(folder: Path) -> None:
    (folder / "customers.csv").write_text("customer_id\n1\n")
    (folder / "transactions.xls").write_text("<html><table><tr><td>1</td></tr></table></html>")
    done = run_import(folder)
    assert (done.status, "transactions.xls" in done.error) == ("rejected", True)
