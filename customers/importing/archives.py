"""Taking files out of a zip or a .gz that a stranger may have made."""

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from gzip import GzipFile
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.conf import settings

from customers.importing.unreadable import UnreadableSource

UNPACKED_PER_UPLOAD = 20  # what may be unpacked, as a multiple of the largest upload
MOST_MEMBERS = 1000
BLOCK_BYTES = 1 << 20
ENCRYPTED = 0x1
DAMAGED = "The {0} is damaged or was not uploaded whole. Save it again and upload it once more."
TOO_MUCH = "The {0} unpacks to more than {1:,} MB. Split it."
TOO_MANY = "The {0} has more than {1:,} files. Put only the tables into it."
BROKEN = (
    BadZipFile,
    EOFError,
    LZMAError,
    LookupError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
Opening = Callable[[], IO[bytes] | GzipFile]


def most_unpacked() -> int:
    """How many bytes one upload may become on the disk."""
    return UNPACKED_PER_UPLOAD * settings.MAX_UPLOAD_MEGABYTES << 20


@dataclass
class Budget:
    """What all the unpacking of one source may still write."""

    left: int

    def spend(self, number_of_bytes: int, noun: str) -> None:
        """Raises UnreadableSource when nothing is left."""
        self.left -= number_of_bytes
        if self.left < 0:
            raise UnreadableSource(TOO_MUCH.format(noun, most_unpacked() >> 20))


def unpack_zip(path: Path, folder: Path, budget: Budget) -> Iterator[tuple[str, Path]]:
    """Unpack the files of a zip into a folder one by one: the name in the archive and the file.

    Files that systems put into an archive by themselves are left in it. Raises UnreadableSource
    for an archive that is damaged, encrypted, too large or leads outside itself.
    """
    members = _members(path, "archive")
    _check_size(members, budget, "archive")
    wanted = [(name_of(member), member) for member in members if not member.is_dir()]
    wanted = [(name, member) for name, member in wanted if not is_hidden(name)]
    for name, member in wanted:
        _check_member(name, member)
    for number, (name, member) in enumerate(wanted):
        # The file's own name is never used as a path.
        target = folder / f"member-{number}"
        _write(target, budget, "archive", partial(_open_member, path, member))
        yield name, target


def unpack_gzip(path: Path, target: Path, budget: Budget, name: str) -> Path:
    """Unpack a .gz. Raises UnreadableSource when it is damaged or too large."""
    _write(target, budget, f"file {name}", partial(GzipFile, path, "rb"))
    return target


def check_workbook(path: Path, noun: str, budget: Budget) -> bool:
    """Whether a workbook has cells with an error such as #REF! in them.

    Raises UnreadableSource for a workbook that is damaged or would unpack to too much.
    """
    members = _members(path, noun)
    _check_size(members, budget, noun)
    # All of them are read, so that a damaged one is found.
    return b't="e"' in [_found(path, member, b't="e"', noun) for member in members]


def with_texts_of_errors(path: Path, target: Path, budget: Budget) -> Path:
    """A copy of a workbook in which an error such as #REF! is a text; calamine gives no error."""
    with ZipFile(path) as archive, ZipFile(target, "w") as copy:
        for member in archive.infolist():
            new_member = copy.open(member.filename, "w", force_zip64=True)
            with archive.open(member) as old, new_member as new:
                for block in _replaced(old, b't="e"', b't="str"'):
                    budget.spend(len(block), "workbook")
                    new.write(block)
    return target


def is_hidden(name: str) -> bool:
    """Whether systems and programs make files of that name for themselves."""
    parts = PurePosixPath(name).parts
    own = {"__macosx", "thumbs.db", "desktop.ini", "ehthumbs.db"}
    return any(
        part.casefold() in own or (part.startswith((".", "~$")) and part not in (".", ".."))
        for part in parts
    )


def name_of(member: ZipInfo) -> str:
    """The name of a file in a zip; old programs don't say that it is UTF-8."""
    name = member.filename.replace("\\", "/")
    try:
        return name if member.flag_bits & 0x800 else name.encode("cp437").decode()
    except UnicodeError:
        return name


def _members(path: Path, noun: str) -> list[ZipInfo]:
    try:
        with ZipFile(path) as archive:
            return archive.infolist()
    except BROKEN as error:
        raise UnreadableSource(DAMAGED.format(noun)) from error


def _check_size(members: list[ZipInfo], budget: Budget, noun: str) -> None:
    if sum(member.file_size for member in members) > budget.left:
        raise UnreadableSource(TOO_MUCH.format(noun, most_unpacked() >> 20))
    if len(members) > MOST_MEMBERS:
        raise UnreadableSource(TOO_MANY.format(noun, MOST_MEMBERS))


def _check_member(name: str, member: ZipInfo) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
        raise UnreadableSource(
            "The archive has a file that leads outside of it, so it was not opened."
            " Zip the files again."
        )
    if member.flag_bits & ENCRYPTED:
        raise UnreadableSource("The archive has a password. Zip the files again without one.")
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise UnreadableSource(
            "The archive is zipped in a way that can't be read."
            " Zip the files again with the normal method."
        )


def _open_member(path: Path, member: ZipInfo) -> IO[bytes]:
    # ZipFile never gives more than the size that was checked, and then checks the sum.
    return ZipFile(path).open(member)


def _found(path: Path, member: ZipInfo, wanted: bytes, noun: str) -> bytes:
    """What is looked for, if it is in a member, which is read to its end."""
    found = before = b""
    for block in _blocks(partial(_open_member, path, member), noun):
        found = wanted if wanted in before + block else found
        before = block[-len(wanted) :]
    return found


def _replaced(file: IO[bytes], old: bytes, new: bytes) -> Iterator[bytes]:
    before = b""
    while block := file.read(BLOCK_BYTES):
        text = (before + block).replace(old, new)
        # What is looked for may go on in the next block.
        before = text[-len(old) + 1 :]
        yield text[: -len(before)]
    yield before


def _write(target: Path, budget: Budget, noun: str, opened: Opening) -> None:
    with target.open("wb") as file:
        for block in _blocks(opened, noun):
            budget.spend(len(block), noun)
            file.write(block)


def _blocks(opened: Opening, noun: str) -> Iterator[bytes]:
    try:
        with opened() as packed:
            while block := packed.read(BLOCK_BYTES):
                yield block
    except BROKEN as error:
        raise UnreadableSource(DAMAGED.format(noun)) from error
