"""In which encoding a text file is written, and the same text in UTF-8."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from customers.importing.unreadable import UnreadableSource

BLOCK_BYTES = 1 << 20
START_BYTES = 1 << 16
ENOUGH = 10_000  # bytes that are not UTF-8; no need to look at more
UTF_8, UTF_16, WESTERN, ARABIC = "utf-8", "utf-16", "windows-1252", "windows-1256"
ENCODINGS = (UTF_8, UTF_16, WESTERN, ARABIC)
ASCII = bytes(range(128))
NOT_UTF_8 = re.compile("[\udc80-\udcff]")
# In Windows-1252 these bytes are letters with accents or nothing, in Windows-1256 Arabic letters.
HIGH = rb"\x81\x8d\x90\xc0-\xff"
WORD = re.compile(rb"[A-Za-z%b]*[%b][A-Za-z%b]*" % (HIGH, HIGH, HIGH))


def find_encoding(path: Path) -> str:
    """One of ENCODINGS. A text with a few bad bytes among UTF-8 is UTF-8."""
    with path.open("rb") as file:
        start = file.read(START_BYTES)
    if _is_utf_16(start):
        return UTF_16
    return UTF_8 if start.startswith(codecs.BOM_UTF8) else _utf_8_or_older(path)


def without_utf_16(start: bytes) -> bytes:
    """The start of a file with one byte for an ASCII character, so that it can be recognized."""
    if not _is_utf_16(start):
        return start
    return _decoder(start, UTF_16).decode(start).encode("utf-8", "surrogatepass")


def as_utf_8(path: Path, target: Path, encoding: str) -> Path:
    """The text in UTF-8: the file itself, or a copy at the target.

    Text that is damaged stays damaged, so that its rows are rejected. Raises UnreadableSource for
    an encoding that is not one of ENCODINGS.
    """
    if encoding not in ENCODINGS:
        known = ", ".join(ENCODINGS)
        raise UnreadableSource(f"There is no encoding {encoding[:40]} here. Use one of {known}.")
    if encoding == UTF_8:
        return path
    with path.open("rb") as source, target.open("wb") as file:
        decoder = _decoder(source.read(START_BYTES), encoding)
        source.seek(0)
        for block in iter(lambda: source.read(BLOCK_BYTES), b""):
            file.write(decoder.decode(block).encode("utf-8", "surrogatepass"))
        if decoder.getstate()[0]:
            file.write(b"\xff")  # half a character at the end
    return target


def _is_utf_16(start: bytes) -> bool:
    """Whether it says so, or every other byte is zero so often that characters have two bytes.

    Even in a text of Arabic words these are the digits, delimiters and line ends.
    """
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    even, odd = start[::2].count(0), start[1::2].count(0)
    return max(even, odd) * 10 >= len(start) and min(even, odd) * 20 <= max(even, odd)


def _utf_8_or_older(path: Path) -> str:
    """UTF-8 where more of the bytes beyond ASCII are UTF-8 than are not."""
    good = bad = 0
    strange = b""
    for block in _blocks(path):
        if block.isascii():
            continue
        wrong = _wrong_bytes(block)
        bad += wrong
        good += len(block.translate(None, ASCII)) - wrong
        strange = strange or (block if wrong else b"")
        if bad > max(good, ENOUGH):
            break
    return UTF_8 if good >= bad else _western_or_arabic(strange)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            # A character that a block cuts in two would be none.
            yield block + file.readline(START_BYTES)


def _wrong_bytes(block: bytes) -> int:
    try:
        block.decode()
    except UnicodeDecodeError:
        return len(NOT_UTF_8.findall(block.decode("utf-8", "surrogateescape")))
    return 0


def _western_or_arabic(text: bytes) -> str:
    """Arabic words are whole runs of high bytes, accents stand alone among Latin letters.

    On lists of 1 to 200 names this is right as often as charset-normalizer told to choose between
    the two for Arabic, French, German, Spanish and Turkish (99 to 100 %), and more often for
    Swedish (85 to 100 % against 10 to 93 %).
    """
    western = arabic = 0
    for word in WORD.findall(text):
        high = len(word.translate(None, ASCII))
        if high == len(word) > 1:
            arabic += high
        else:
            western += high
    return ARABIC if arabic > western else WESTERN


def _decoder(start: bytes, encoding: str) -> codecs.IncrementalDecoder:
    if encoding != UTF_16:
        return codecs.getincrementaldecoder(encoding)("as_control_characters")
    if start.startswith(codecs.BOM_UTF16_BE):
        order = "be"
    elif start.startswith(codecs.BOM_UTF16_LE):
        order = "le"
    else:
        order = "be" if start[::2].count(0) > start[1::2].count(0) else "le"
    return codecs.getincrementaldecoder(f"utf-16-{order}")("surrogatepass")


def _as_control_characters(error: UnicodeError) -> tuple[str, int]:
    """Bytes that mean nothing, as browsers take them; a row with one is rejected."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("as_control_characters", _as_control_characters)
