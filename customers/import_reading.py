"""How the parts of a file were read, and which of their columns were not used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customers.importing.column_words import label_of
from customers.importing.mapping import DATES, DECIMALS
from customers.importing.template import READ_ME
from customers.models import DataImport

ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "windows-1252": "Windows-1252 (Western European)",
    "windows-1256": "Windows-1256 (Arabic)",
}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
DATES_IN_WORDS = dict(zip(DATES, ("day/month/year", "month/day/year"), strict=True))
DECIMALS_IN_WORDS = {mark: f"decimal {mark}" for mark in DECIMALS}
KINDS = {"workbook": "an Excel sheet", "parquet": "a Parquet file"}
DATES_FOUND = DATES_IN_WORDS | {
    "year-first": "year-month-day",
    "by-column": "day/month/year in one column and month/day/year in the other",
}
USUAL_QUOTE = '"'


@dataclass(frozen=True)
class ReadColumn:
    """A column of the file and what it is read as."""

    heading: str
    name: str
    label: str


@dataclass(frozen=True)
class Reading:
    """How one part of the file is read, or several that are all alike."""

    parts: tuple[str, ...]  # what they are called
    table: str | None
    written: str
    columns: tuple[ReadColumn, ...]
    left_out: tuple[str, ...]

    @property
    def is_worth_telling(self) -> bool:
        """Whether something is left out, but for the sheet that explains our own template."""
        is_ours = self.parts == (f"sheet {READ_ME}",)
        return bool(self.left_out) or (self.table is None and not is_ours)

    @property
    def all_columns(self) -> int:
        return len(self.columns) + len(self.left_out)


def readings_of(data_import: DataImport) -> list[Reading]:
    """How each part is read; parts of one table that are read alike are one reading."""
    alike: dict[Any, list[str]] = {}
    for part in data_import.parts:
        # A part that is left out stands for itself.
        how = _how(part) if part["table"] else (None, part["label"])
        alike.setdefault(how, []).append(part["label"])
    return [
        Reading(tuple(labels), *how) if how[0] else Reading(tuple(labels), None, "", (), ())
        for how, labels in alike.items()
    ]


def headings_of(part: Mapping[str, Any]) -> list[str]:
    """The headings of a described part in the order of the file."""
    return part.get("headings") or list(part["columns"])


def are_dates_unsure(part: Mapping[str, Any]) -> bool:
    """Whether the dates of a described part could be read two ways; nobody said which it is."""
    return bool(_found(part).get("are_dates_unsure"))


def are_decimals_unsure(part: Mapping[str, Any]) -> bool:
    """Whether a number of a described part could be read two ways; nobody said which it is."""
    return bool(_found(part).get("are_decimals_unsure"))


def _how(part: Mapping[str, Any]) -> tuple[Any, ...]:
    columns = [(heading, part["columns"].get(heading)) for heading in headings_of(part)]
    return (
        part["table"],
        _written(part),
        tuple(ReadColumn(h, name, label_of(part["table"], name)) for h, name in columns if name),
        tuple(heading for heading, name in columns if not name),
    )


def _written(part: Mapping[str, Any]) -> str:
    """How a part is written, as "CSV in UTF-8 with semicolons, headings in line 3"."""
    written = part["format"]
    words = KINDS.get(written["kind"]) or _csv_in_words(written)
    if written["heading_line"] > 1:
        words += f", headings in line {written['heading_line']:,}"
    return ", ".join([words, *_dates_in_words(part), *_decimals_in_words(part)])


def _found(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """What its cells said of its days and numbers; nothing before they were looked at."""
    return part.get("found") or {}


def _dates_in_words(part: Mapping[str, Any]) -> list[str]:
    dates = part["dates"] or _found(part).get("dates")
    return [f"dates as {DATES_FOUND[dates]}"] if dates else []


def _decimals_in_words(part: Mapping[str, Any]) -> list[str]:
    """As "decimal comma in Amount"."""
    headings: dict[str, list[str]] = {}
    for heading, mark in (_found(part).get("decimals") or {}).items():
        headings.setdefault(mark, []).append(heading)
    return [f"{DECIMALS_IN_WORDS[mark]} in {' and '.join(n)}" for mark, n in headings.items()]


def _csv_in_words(written: Mapping[str, Any]) -> str:
    encoding, delimiter = written["encoding"], written["delimiter"]
    words = f"CSV in {ENCODINGS.get(encoding, encoding)}" if encoding else "CSV"
    if not delimiter:
        return words
    words += f", {DELIMITERS.get(delimiter, f'“{delimiter}”')} between the cells"
    quote = written["quote"]
    around = f"{quote} around them" if quote else "quotation marks taken as letters"
    return words if quote == USUAL_QUOTE else f"{words}, {around}"
