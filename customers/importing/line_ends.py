"""The line ends of a CSV file, by which its rows can be counted and mended."""

import re
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from customers.importing.parts import Part

BLOCK_BYTES = 1 << 20
LONGEST_LINE = 16 << 20  # DuckDB loses lines of twice this size without a word


def count_lines(path: Path, *, trailing: bool) -> int:
    """The lines of a file, with or without the empty ones at its end."""
    lines = at_end = 0
    last, empty = b"\n", True
    for block in _blocks(path):
        lines += block.count(b"\n")
        last = block[-1:]
        bare = block.rstrip(b"\r\n") if last in b"\r\n" else block
        at_end = block.count(b"\n", len(bare)) + (0 if bare else at_end)
        empty = empty and not bare
    if trailing:
        return lines + (last != b"\n")
    return 0 if empty else lines - at_end + 1


def too_long_line(path: Path) -> int | None:
    """The first line that is too long for a row."""
    line, length = 1, 0
    for block in _blocks(path):
        first, *others = block.split(b"\n")
        for piece in (first, *others):
            length = length + len(piece) if piece is first else len(piece)
            line += piece is not first
            if length > LONGEST_LINE:
                return line
    return None


def has_plain_line_ends(path: Path) -> bool:
    """Whether a line ends with a line feed; old Macs ended it with a carriage return."""
    with path.open("rb") as file:
        start = file.read(BLOCK_BYTES)
    return b"\n" in start or b"\r" not in start


def mended(part: Part, target: Path) -> Path:
    """A copy of what is beneath the headings, with line feeds only and cells in its blank lines.

    DuckDB takes no notice of blank lines, but they count for people.
    """
    quote, escape = part.format.quote.encode(), part.format.escape.encode()
    opening = _opening(part.format.delimiter.encode(), quote or b'"', escape or b'"')
    filler = part.format.delimiter.encode() * (len(part.headings) - 1) + b"\n"
    inside = False
    with target.open("wb") as file:
        for line in islice(_lines(part.path), 0 if part.numbered else part.above, None):
            file.write(filler if line == b"\n" and not inside else line)
            if quote and quote in line:
                inside = _ends_inside(opening, quote + line if inside else line)
    return target


def _opening(delimiter: bytes, quote: bytes, escape: bytes) -> re.Pattern[bytes]:
    """A quoted cell, which has a group where it is closed."""
    d, q, e = re.escape(delimiter), re.escape(quote), re.escape(escape)
    inner = rb"(?:[^%b]|%b%b)*+" % (q, q, q)
    if escape != quote:
        inner = rb"(?:[^%b%b]|%b.)*+" % (q, e, e)
    return re.compile(rb"(?:\A|%b) *%b%b(%b)?" % (d, q, inner, q), re.DOTALL)


def _ends_inside(opening: re.Pattern[bytes], line: bytes) -> bool:
    return any(cell[1] is None for cell in opening.finditer(line))


def _lines(path: Path) -> Iterator[bytes]:
    """The lines, each with a line feed; very long ones in pieces."""
    with path.open("rb") as file:
        for piece in iter(partial(file.readline, BLOCK_BYTES), b""):
            # A piece must not end between the two characters of one line end.
            while piece.endswith(b"\r") and (following := file.read(1)):
                piece += following
            if b"\r" in piece:
                piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            yield from piece.splitlines(keepends=True) if piece.count(b"\n") > 1 else (piece,)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(partial(file.read, BLOCK_BYTES), b"")
