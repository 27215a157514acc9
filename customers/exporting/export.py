"""What an export is, before anything writes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, auto

from django.utils import timezone
from django.utils.text import slugify

from customers.periods import in_words

Cell = str | bool | int | float | Decimal | date | None


class Kind(Enum):
    """What the cells of a column hold."""

    TEXT = auto()
    YES_NO = auto()
    NUMBER = auto()
    MONEY = auto()
    SHARE = auto()  # 0 to 1
    DAY = auto()  # a date, or its ISO text as SQLite gives it


@dataclass(frozen=True)
class Column:
    heading: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Table:
    """One sheet of a workbook, or one block of a CSV file. Its rows can be read once."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    title: str = ""  # what stands above it; nothing where the export's own title says it


@dataclass(frozen=True)
class Export:
    """A file to be written: its tables, and above them what they are and what was left out."""

    title: str
    as_of: str  # of when the records or figures in it are
    tables: Sequence[Table]
    filters: Sequence[tuple[str, str]] = ()  # what they are called, and their values in words
    made_at: datetime = field(default_factory=timezone.now)

    @property
    def about(self) -> list[str]:
        """The lines above the first table.

        Each is one cell: rows of several above a narrow table might be taken for its headings.
        """
        made = timezone.localtime(self.made_at)
        when = f"{in_words(made.date())}, {made:%H:%M %Z}"
        filters = self.filters or [("Filters", "none")]
        said = [("Made", when), ("As of", self.as_of), *filters]
        return [self.title, *(f"{name}: {value}" for name, value in said)]

    @property
    def file_stem(self) -> str:
        """transactions-2026-11-23"""
        return f"{slugify(self.title) or 'export'}-{timezone.localdate(self.made_at)}"

    def close(self) -> None:
        """Let go of what the rows are read from, wherever the reading stopped."""
        for table in self.tables:
            if close := getattr(table.rows, "close", None):
                close()
