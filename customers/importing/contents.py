"""What a file is, from what is in it; its name counts only where that could be anything."""

import re
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

from customers.importing.encodings import without_utf_16
from customers.importing.unreadable import UnreadableSource

ZIP, GZIP, PARQUET, WORKBOOK, TEXT = "zip", "gzip", "parquet", "workbook", "text"
START_BYTES = 1 << 13
DAMAGED = (
    "The file {0} is damaged or was not uploaded whole. Save it again and upload it once more."
)
OTHER_OFFICE = {
    "xl/workbook.bin": "a binary workbook (.xlsb)",
    "meta-inf/manifest.xml": "an OpenDocument file (.ods)",
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a presentation",
    "index/document.iwa": "a Numbers file",
}
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
ARCHIVES = {b"7z\xbc\xaf\x27\x1c": ".7z", b"Rar!": ".rar", b"BZh": ".bz2", b"\xfd7zXZ": ".xz"}
ARCHIVES |= {b"\x28\xb5\x2f\xfd": ".zst"}
OTHERS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"RIFF": "an image or a sound",
    b"{\\rtf": "a text document",
    b"SQLite format 3": "a database",
    b"\x7fELF": "a program",
}
# A tiny or a broken one begins like no image, and may be taken for text.
IMAGES = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".ico"}
JSON = re.compile(rb'\{\s*["}]|\[\s*([\{\["\d]|\])')
PAGE = re.compile(rb"<[A-Za-z!?]")
CONTROL = bytes(c for c in range(32) if c not in b"\t\n\r\f\x1a\x1b")


class NoTable(UnreadableSource):
    """A file that was never meant to be imported; beside others it is passed over."""


def kind_of(path: Path, name: str) -> str:
    """ZIP, GZIP, PARQUET, WORKBOOK or TEXT. Raises UnreadableSource for all else."""
    start = start_of(path, name)
    if start.startswith(b"PK"):
        return _kind_of_zip(path, name)
    if start.startswith(b"\x1f\x8b"):
        return GZIP
    if start.startswith((b"PAR1", b"PARE")):
        return PARQUET
    _check_is_text(start, name)
    return TEXT


def start_of(path: Path, name: str) -> bytes:
    """The first bytes of a file. Raises UnreadableSource if it is empty or can't be read."""
    try:
        with path.open("rb") as file:
            start = file.read(START_BYTES)
    except (OSError, ValueError) as error:
        raise UnreadableSource(f"There is no file or folder {name} that can be read.") from error
    if not start:
        raise UnreadableSource(f"The file {name} is empty. Its first row must hold the headings.")
    return start


def _kind_of_zip(path: Path, name: str) -> str:
    try:
        with ZipFile(path) as archive:
            members = {member.casefold() for member in archive.namelist()}
    except Exception as error:  # a made-up zip breaks Python's reader in a dozen ways
        raise UnreadableSource(DAMAGED.format(name)) from error
    if "xl/workbook.xml" in members:
        return WORKBOOK
    for member, what in OTHER_OFFICE.items():
        if member in members:
            raise UnreadableSource(f"The file {name} is {what}. Save it as .xlsx or CSV.")
    return ZIP


def _check_is_text(start: bytes, name: str) -> None:
    if start.startswith(OLD_OFFICE):
        raise UnreadableSource(
            f"The file {name} is an old .xls workbook, or one with a password."
            " Save it as .xlsx without a password."
        )
    if archive := _beginning(start, ARCHIVES) or (".tar" if start[257:262] == b"ustar" else ""):
        raise UnreadableSource(
            f"The file {name} is an archive of a kind that can't be read ({archive})."
            " Zip the files with the normal method."
        )
    is_called_image = PurePosixPath(name).suffix.casefold() in IMAGES
    if what := _beginning(start, OTHERS) or ("an image" if is_called_image else ""):
        raise NoTable(f"The file {name} is {what}. Give an Excel workbook or CSV files.")
    _check_is_table(start, name)


def _beginning(start: bytes, known: dict[bytes, str]) -> str:
    return next((what for magic, what in known.items() if start.startswith(magic)), "")


def _check_is_table(start: bytes, name: str) -> None:
    bare = without_utf_16(start)
    text = bare.lstrip(b"\xef\xbb\xbf \t\r\n")
    if PAGE.match(text):
        raise NoTable(
            f"The file {name} is a web page or an XML file, whatever its name says."
            " Open it in Excel and save it as .xlsx."
        )
    if JSON.match(text):
        raise NoTable(f"The file {name} is JSON. Give an Excel workbook or CSV files.")
    # A few stray ones are faults of single rows.
    if len(bare) - len(bare.translate(None, CONTROL)) > max(len(bare) // 50, 8):
        raise NoTable(
            f"The file {name} is neither a workbook nor a table of text."
            " Give an Excel workbook (.xlsx) or CSV files."
        )
