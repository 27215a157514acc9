"""How imports are shown: how far they are and what became, or would become, of the rows."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from customers.import_preview import ChangedRow, changes_of
from customers.importing.tables import SHEETS
from customers.models import DataImport
from customers.models.imports import UNDO_STOPPED
from customers.operations.undo import NotUndoable, check_records, check_undoable

Status, Task = DataImport.Status, DataImport.Task
UNDO_FAILED = "It could not be undone;"  # how a sentence of a worker that was lost begins
SLOW = 10_000  # rows; with fewer nobody wants to know how fast it was
STOPPING_IN_WORDS: dict[str, str] = {
    Task.CHECK: "This is only the check; nothing is loaded before you say so.",
    Task.LOAD: "Until the last row is written it can be stopped; then nothing of it is kept.",
    Task.UNDO: "Until it is done it can be stopped; then everything stays loaded.",
}


@dataclass(frozen=True)
class Progress:
    """How far an import is, in words and in percent."""

    stage: str
    figures: str
    percent: int
    is_stopping: bool
    if_stopped: str


@dataclass(frozen=True)
class Outcome:
    """What became, or would become, of the rows of one table."""

    table: str
    counts: dict[str, int]
    changes: list[ChangedRow]


@dataclass(frozen=True)
class Listed:
    """An import in the list."""

    data_import: DataImport
    is_loaded: bool  # what its counts say is in the database
    asks: bool  # a person has to say how it goes on


def listed(data_import: DataImport) -> Listed:
    return Listed(data_import, is_loaded(data_import), asks_for_someone(data_import))


def progress_of(data_import: DataImport) -> Progress:
    live = data_import.live
    is_stopping = data_import.cancel_requested or data_import.is_stop_asked()
    return Progress(
        stage=_stage(data_import, live, is_stopping=is_stopping),
        figures="" if is_stopping else _figures(live),
        percent=round(100 * live["progress"]),
        is_stopping=is_stopping,
        if_stopped=STOPPING_IN_WORDS[data_import.task],
    )


def _stage(data_import: DataImport, live: dict[str, Any], *, is_stopping: bool) -> str:
    is_undo = data_import.task == Task.UNDO
    if data_import.status == Status.QUEUED:
        return "Undoing: waiting for its turn" if is_undo else "Waiting for its turn"
    if is_stopping:
        return "Stopping"
    return live["stage"] or ("Undoing" if is_undo else "Starting")


def _figures(live: dict[str, Any]) -> str:
    if not live.get("table"):
        return ""
    return (
        f"{live['table_done']:,} of {live['table_rows']:,} rows,"
        f" {live['rows_per_second']:,} rows a second"
    )


def outcomes_of(data_import: DataImport) -> list[Outcome]:
    """The tables that the file has, in the order of loading, and the sheet genders."""
    given = {part["table"] for part in data_import.parts}
    return [
        Outcome(name, counts, changes_of(data_import, name))
        for name in SHEETS
        if (counts := data_import.tables.get(name)) and (counts["rows"] or name in given)
    ]


def is_loaded(data_import: DataImport) -> bool:
    """Whether what its counts say is in the database."""
    return data_import.status == Status.COMPLETED and not data_import.dry_run


def asks_for_someone(data_import: DataImport) -> bool:
    """Whether a person has to decide about it: name its columns, or load what it would change."""
    is_ready = data_import.status == Status.PREVIEWED and bool(data_import.changed)
    return is_ready or data_import.status == Status.MAPPING


def is_discarded(data_import: DataImport) -> bool:
    """Whether it was cancelled while it waited for a person, not while it was at work."""
    return (
        data_import.status == Status.CANCELLED
        and data_import.task == Task.CHECK
        and data_import.attempts > 0
        and not data_import.cancel_requested
    )


def why_not_undoable(
    data_import: DataImport, *, looking_at_records: bool = False
) -> NotUndoable | None:
    """Why a loaded import can't be undone; None when it can.

    A look at the records takes seconds where there are millions.
    """
    try:
        check_undoable(data_import)
        if looking_at_records:
            check_records(data_import)
    except NotUndoable as error:
        return error
    return None


def said_of_undo(data_import: DataImport) -> str:
    """What a loaded import says of an undo that did not come to its end; empty without one."""
    error = data_import.error
    is_whole = not error or error == UNDO_STOPPED or error.startswith(UNDO_FAILED)
    return error if is_whole else f"Not undone: {error}"


def took(data_import: DataImport) -> timedelta | None:
    """How long the load took, or else the check of what is only checked."""
    if data_import.load_seconds is not None:
        return timedelta(seconds=data_import.load_seconds)
    if data_import.loaded_at:
        return None
    if data_import.started_at and data_import.finished_at:
        return data_import.finished_at - data_import.started_at
    return None


def in_words(time: timedelta) -> str:
    """As "0.8 seconds" or "3 minutes 20 seconds"."""
    seconds = time.total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} seconds"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes:,} minute{'s' * (minutes != 1)} {rest} second{'s' * (rest != 1)}"


def speed_in_words(data_import: DataImport) -> str:
    """As "12 seconds, 83,000 rows a second"; empty for a small file or an unknown time."""
    time = took(data_import)
    if not time or data_import.total_rows < SLOW:
        return ""
    speed = data_import.total_rows / max(time.total_seconds(), 0.001)
    return f"{in_words(time)}, {speed:,.0f} rows a second"
