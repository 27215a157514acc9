"""What a worker does with an import: read it, check it, compare it, load it."""

import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from customers.duck import open_duckdb
from customers.importing.check import check
from customers.importing.load import RecordsMoved, load
from customers.importing.mapping import (
    LEFT_OUT,
    BadMapping,
    PartMapping,
    as_said,
    corrections_of,
    map_parts,
)
from customers.importing.notation_words import in_words, notation_json
from customers.importing.notations import Notations
from customers.importing.notes import notes_on_rows
from customers.importing.parts import Part
from customers.importing.plan import Counts, customers_affected, plan, rows_shown
from customers.importing.read import RawSheet, check_mappings, read_parts
from customers.importing.rejects import reasons, write_rejects
from customers.importing.sources import find_parts
from customers.models import DataImport
from customers.operations.facts import (
    facts_are_stale,
    mark_facts_stale,
    refresh_facts,
)
from customers.operations.import_months import changed_months, touched
from customers.operations.live import LOADING_FROM, WAITING, Live, stoppable
from customers.operations.mappings import remember, remembered, remembered_correction
from customers.operations.turns import turn
from customers.patience import patiently
from customers.storable import storable

logger = logging.getLogger(__name__)
Status = DataImport.Status
MOST_TRIES = 3
FoundNotations = Mapping[int, Notations]  # by the number of the part
REASON = "Import {0}"  # for which the figures are marked stale
NOTHING_LOADED = "{rejected:,} of {rows:,} rows are rejected, so nothing was loaded, as you chose."


@dataclass(frozen=True)
class Found:
    """What a source holds and what loading it would do."""

    parts: list[Part]
    mappings: dict[str, PartMapping]
    raw: dict[str, RawSheet]
    counts: dict[str, Counts]
    outcome: dict[str, Any]  # the fields of the import that say it


def check_or_load(data_import: DataImport) -> None:
    """Do the task CHECK or LOAD and finish the import, or leave it to a person to go on."""
    for attempt in range(1, MOST_TRIES + 1):
        try:
            _check_or_load(data_import)
            break
        except (IntegrityError, OperationalError, RecordsMoved) as error:
            if isinstance(error, OperationalError) and "deadlock" not in str(error):
                raise
            # Someone wrote the same records meanwhile; compared anew, they are seen.
            if attempt == MOST_TRIES:
                raise
    # Also where an import that was killed after its commit could not.
    if data_import.loaded_at and (data_import.changed or facts_are_stale()):
        refresh_figures(data_import)


def _check_or_load(data_import: DataImport) -> None:
    loads = data_import.task == DataImport.Task.LOAD
    with (
        _workplace(data_import) as folder,
        open_duckdb(spill=folder / "spilled") as db,
    ):
        with stoppable(data_import, db):
            read = _read(data_import, db, folder)
        if read is None:
            return
        wait = partial(data_import.wait, WAITING, 0.2)
        # Giving the turn back must not be broken off.
        with turn(wait) if loads else nullcontext(), stoppable(data_import, db):
            found = _check(data_import, db, folder, *read)
            if loads:
                _load(data_import, db, folder, found)
            else:
                # A check has no turn, so it may meet an import that is being written.
                wait = partial(data_import.wait, WAITING, 0.5)
                patiently(partial(_finish_check, data_import, found), wait)


def _read(
    data_import: DataImport, db: duckdb.DuckDBPyConnection, folder: Path
) -> tuple[list[Part], dict[str, PartMapping], dict[str, RawSheet]] | None:
    """The source in DuckDB; None when a person has to say first which columns are which."""
    data_import.report("Reading the file", 0.05)
    corrections = corrections_of(data_import.mapping)
    left_out: list[str] = []
    parts = find_parts(
        Path(data_import.path),
        folder,
        corrections,
        data_import.source_name,
        left_out.append,
        remembered_correction,
    )
    data_import.preview = {"notes": left_out}
    mappings, faults = _mapped(data_import, parts)
    data_import.parts = describe(parts, mappings)
    if faults:
        wait = partial(data_import.wait, WAITING, 0.1)
        patiently(
            partial(
                data_import.finish,
                Status.MAPPING,
                stage="",
                error=" ".join(faults),
                parts=data_import.parts,
                preview=data_import.preview,
            ),
            wait,
        )
        return None
    return parts, mappings, read_parts(db, parts, mappings)


def _mapped(data_import: DataImport, parts: list[Part]) -> tuple[dict[str, PartMapping], list[str]]:
    """How the parts are read, and what a person has to say before; programs are not asked."""
    try:
        mappings = map_parts(parts, data_import.mapping, remembered)
    except BadMapping as error:
        if not data_import.review:
            raise
        return map_parts(parts, {}, remembered), [str(error)]
    return mappings, check_mappings(parts, mappings) if data_import.review else []


def _check(
    data_import: DataImport,
    db: duckdb.DuckDBPyConnection,
    folder: Path,
    parts: list[Part],
    mappings: dict[str, PartMapping],
    raw: dict[str, RawSheet],
) -> Found:
    data_import.report("Checking every row", 0.2)
    notations = check(db, raw, folder, with_names=True)
    rejects = write_rejects(db, data_import.folder, parts, raw, notations)
    data_import.report("Comparing with what is stored", 0.4)
    counts = plan(db, raw)
    preview = {
        "customers": customers_affected(db, raw, folder),
        "notes": data_import.preview["notes"]
        + [LEFT_OUT.format(label=p.label) for p in parts if not mappings[p.name].table]
        + _notes(raw, notations)
        + notes_on_rows(db, parts, mappings, raw, counts),
        "reasons": reasons(db, parts, raw),
        **rows_shown(db, raw, counts),
    }
    outcome = {
        "stage": "",
        "progress": 1.0,
        "parts": _with_found(data_import.parts, raw, notations),
        "tables": {name: asdict(count) for name, count in counts.items()},
        "preview": preview,
        "rejects_file": rejects,
        "error": "",
    }
    return Found(parts, mappings, raw, counts, outcome)


def _notes(raw: Mapping[str, RawSheet], notations: Mapping[str, FoundNotations]) -> list[str]:
    return [sentence for name, n in notations.items() for sentence in in_words(raw[name], n)]


def _with_found(
    described: list[dict[str, Any]],
    raw: Mapping[str, RawSheet],
    notations: Mapping[str, FoundNotations],
) -> list[dict[str, Any]]:
    """What is said of the parts, with how their days and numbers are written."""
    written = {
        number: {"found": notation_json(name, part, notations[name][number])}
        for name, sheet in raw.items()
        for number, part in sheet.parts.items()
    }
    return [part | written.get(n, {}) for n, part in enumerate(described)]


def _finish_check(data_import: DataImport, found: Found) -> None:
    if data_import.mapping and data_import.review:
        # What a person said counts for the next file, whatever becomes of this one.
        remember(found.parts, found.mappings)
    status = Status.PREVIEWED if data_import.review else Status.COMPLETED
    # Loading reads the file as it was previewed, whatever is remembered meanwhile.
    mapping = as_said(found.parts, found.mappings, data_import.mapping)
    data_import.finish(status, mapping=mapping, **found.outcome)


def _load(
    data_import: DataImport, db: duckdb.DuckDBPyConnection, folder: Path, found: Found
) -> None:
    total = {k: sum(getattr(c, k) for c in found.counts.values()) for k in asdict(Counts())}
    if data_import.mode == DataImport.Mode.ALL_OR_NOTHING and total["rejected"]:
        data_import.finish(
            Status.REJECTED, **found.outcome | {"error": NOTHING_LOADED.format(**total)}
        )
        return
    data_import.report("Loading", LOADING_FROM)
    live = Live(data_import, total["created"] + total["updated"])
    before = touched(db, found.raw)
    with transaction.atomic():
        load(
            db,
            found.raw,
            found.counts,
            import_id=data_import.pk,
            folder=data_import.folder,
            tell=live.tell,
        )
        if total["created"] or total["updated"]:
            people = found.counts["customers"]
            mark_facts_stale(
                REASON.format(data_import.pk),
                months=changed_months(before),
                customers=bool(people.created or people.updated),
            )
        now = timezone.now()
        seconds = (now - (data_import.started_at or now)).total_seconds()
        # Kept apart: an undo that is refused is an attempt with times of its own.
        data_import.finish(Status.COMPLETED, loaded_at=now, load_seconds=seconds, **found.outcome)
    if data_import.review:
        remember(found.parts, found.mappings)


def describe(parts: list[Part], mappings: Mapping[str, PartMapping]) -> list[dict[str, Any]]:
    """What was found in a source and how it is read, as JSON for pages and programs."""
    return [
        {
            "name": part.name,
            "label": part.label,
            "table": mappings[part.name].table,
            "headings": list(part.headings),
            "columns": {h: mappings[part.name].columns.get(h) for h in part.headings},
            "dates": mappings[part.name].dates,
            "decimals": mappings[part.name].decimals,
            "format": asdict(part.format),
            "sample": [[storable(cell) for cell in row] for row in part.sample],
        }
        for part in parts
    ]


def refresh_figures(data_import: DataImport) -> None:
    """Make the figures follow what an import changed, at once if possible."""
    try:
        refresh_facts()
    except Exception:
        # The records are stored; the schedule takes the snapshot later.
        logger.exception("The figures could not be refreshed after %s.", data_import)


@contextmanager
def _workplace(data_import: DataImport) -> Iterator[Path]:
    """A folder for this attempt's files, removed afterwards with what killed attempts left."""
    folder = data_import.folder / f"work-{data_import.attempts}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
