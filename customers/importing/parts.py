"""What a source is made of: the sheets of a workbook, the files of a folder or a zip."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Format:
    """How a part is written."""

    kind: str  # "csv", "workbook" or "parquet"
    encoding: str = ""  # of a CSV file: "utf-8", "utf-16", "windows-1252", "windows-1256"
    delimiter: str = ""  # of a CSV file: one character
    quote: str = ""  # of a CSV file: one character, or empty where cells are not quoted
    heading_line: int = 1  # the line of the headings, as a spreadsheet counts
    escape: str = '"'  # of a CSV file: what stands before a quotation mark inside a cell


@dataclass(frozen=True)
class Correction:
    """What a person says about the format of a part; None: find it."""

    encoding: str | None = None
    delimiter: str | None = None
    heading_line: int | None = None

    def to_json(self) -> dict[str, Any]:
        """What is said, as in a mapping."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Part:
    """One sheet or file, found and ready to be read.

    Headings are trimmed and tell the columns apart: the second "date" is "date (2)", one that is
    empty is "column 4".
    """

    name: str  # the title of the sheet, or the file's name without its endings
    label: str  # what people call it: sheet customers, file customers.csv
    path: Path  # a CSV file in UTF-8
    numbered: bool  # whether its first column, which no heading counts, is the row's line
    format: Format
    headings: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]  # the first rows beneath the headings, five at most
    above: int = 1  # line ends in the file up to that of the headings; a row may have several
    # Of a file of rejected rows: a CSV file of those whose cells are all empty; line, value.
    unmended: Path | None = None
    correction: Correction = Correction()
    uncorrected: "Part | None" = None  # as it was found before it was corrected


# The first columns of a file of rejected rows; the row's own follow.
REJECT_COLUMNS = ("sheet", "line", "column", "value", "code", "reason")
# What stands in a row's cells under the headings of other sheets; an empty cell may mean something.
NO_COLUMN = "(no such column)"
