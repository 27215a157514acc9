"""Taking CSV files out of a zip that a stranger may have made."""

import struct
import zlib
from collections.abc import Collection, Iterator
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.conf import settings

from customers.importing.unreadable import UnreadableSource

UNPACKED_PER_UPLOAD = 20  # what may be unpacked, as a multiple of the largest upload
MOST_MEMBERS = 1000
BLOCK_BYTES = 1 << 20
ENCRYPTED = 0x1
ARCHIVES = {".zip", ".xlsx", ".xlsm", ".ods", ".gz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".tgz"}
DAMAGED = "The {0} is damaged or was not uploaded whole. Save it again and upload it once more."
BROKEN = (
    BadZipFile,
    EOFError,
    LZMAError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)


def most_unpacked() -> int:
    """How many bytes one upload may become on the disk."""
    return UNPACKED_PER_UPLOAD * settings.MAX_UPLOAD_MEGABYTES << 20


def is_workbook(path: Path) -> bool:
    """Whether a zip is an Excel workbook. Raises UnreadableSource for a damaged one."""
    return any(member.filename == "xl/workbook.xml" for member in _members(path, "file"))


def check_workbook(path: Path) -> None:
    """Raises UnreadableSource for a workbook that is damaged or would unpack to too much."""
    members = _members(path, "workbook")
    _check_size(members, "workbook")
    try:
        with ZipFile(path) as archive:
            damaged = archive.testzip()
    except BROKEN as error:
        raise UnreadableSource(DAMAGED.format("workbook")) from error
    if damaged:
        raise UnreadableSource(DAMAGED.format("workbook"))


def unpack_csv(path: Path, folder: Path, names: Collection[str]) -> dict[str, Path]:
    """Unpack the CSV files whose names are known into a folder: {name: file}.

    Raises UnreadableSource for an archive that is damaged, encrypted, nested, too large, leads
    outside itself or has two files of one name.
    """
    members = _members(path, "archive")
    _check_size(members, "archive")
    for member in members:
        _check_member(member)
    wanted = _wanted(members, names)
    # The file's own name is never used as a path.
    unpacked = {name: folder / f"{name}.csv" for name in wanted}
    for name, member in wanted.items():
        _unpack(path, member, unpacked[name])
    return unpacked


def _members(path: Path, noun: str) -> list[ZipInfo]:
    try:
        with ZipFile(path) as archive:
            return archive.infolist()
    except BROKEN as error:
        raise UnreadableSource(DAMAGED.format(noun)) from error


def _check_size(members: list[ZipInfo], noun: str) -> None:
    if sum(member.file_size for member in members) > most_unpacked():
        raise UnreadableSource(
            f"The {noun} unpacks to more than {most_unpacked() >> 20:,} MB. Split it."
        )
    if len(members) > MOST_MEMBERS:
        raise UnreadableSource(
            f"The {noun} has more than {MOST_MEMBERS:,} files. Put only the tables into it."
        )


def _check_member(member: ZipInfo) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
        raise UnreadableSource(
            "The archive has a file that leads outside of it, so it was not opened."
            " Zip the CSV files again."
        )
    if path.suffix.casefold() in ARCHIVES:
        raise UnreadableSource(
            f"The archive has another archive or workbook in it: {path.name}."
            " Put the CSV files straight into one zip, or upload the workbook by itself."
        )
    if member.flag_bits & ENCRYPTED:
        raise UnreadableSource("The archive has a password. Zip the files again without one.")


def _wanted(members: list[ZipInfo], names: Collection[str]) -> dict[str, ZipInfo]:
    wanted: dict[str, ZipInfo] = {}
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        name = path.stem.casefold()
        if member.is_dir() or name not in names or path.suffix.casefold() not in ("", ".csv"):
            continue
        if name in wanted:
            raise UnreadableSource(f"The archive has two files named {name}. Keep one of them.")
        wanted[name] = member
    return wanted


def _unpack(archive: Path, member: ZipInfo, path: Path) -> None:
    with path.open("wb") as file:
        for block in _blocks(archive, member):
            file.write(block)


def _blocks(archive: Path, member: ZipInfo) -> Iterator[bytes]:
    try:
        # ZipFile never gives more than the size that was checked, and then checks the sum.
        with ZipFile(archive) as opened, opened.open(member) as packed:
            while block := packed.read(BLOCK_BYTES):
                yield block
    except BROKEN as error:
        raise UnreadableSource(DAMAGED.format("archive")) from error
