"""Taking an import back: the rows it created go, the rows it changed are as they were before."""

from collections.abc import Collection, Iterator
from functools import partial, reduce
from operator import or_
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from customers.bulk import execute, quoted, select
from customers.importing.load import (
    STAGED,
    before_file,
    lock_staged,
    overwrite_from_staged,
    stage,
)
from customers.importing.tables import TABLES, Table
from customers.models import DataImport, Record
from customers.operations.facts import mark_facts_stale
from customers.operations.import_months import (
    Touched,
    changed_months,
    touched_by_removing,
    touched_by_restoring,
)
from customers.operations.live import WAITING, stoppable
from customers.operations.turns import turn

Status = DataImport.Status
MEANWHILE = (
    "Someone wrote records that depend on this import at the same moment, so nothing was undone."
    " Try again."
)
RELOAD = "Import the right file instead: each row is found by its id."


class NotUndoable(ValueError):
    """The import can't be taken back; the text says why.

    `blocker` is the import that has to be undone before, if that is the reason.
    """

    def __init__(self, reason: str, *, blocker: DataImport | None = None) -> None:
        super().__init__(reason)
        self.blocker = blocker


def check_undoable(data_import: DataImport) -> None:
    """Raises NotUndoable with the reason that can be seen without looking at the records."""
    if data_import.status == Status.UNDONE:
        raise NotUndoable("This import is undone already.")
    if data_import.is_unfinished and data_import.task == DataImport.Task.UNDO:
        raise NotUndoable("This import is being undone already.")
    if data_import.status != Status.COMPLETED or data_import.loaded_at is None:
        raise NotUndoable("This import loaded nothing, so there is nothing to undo.")
    if not data_import.changed:
        raise NotUndoable("This import changed nothing, so there is nothing to undo.")
    _check_later(data_import)
    for table in TABLES:
        if data_import.tables[table.name]["updated"] and not _before(data_import, table).exists():
            raise NotUndoable(f"The old values are no longer kept. {RELOAD}")


def check_records(data_import: DataImport) -> None:
    """Raises NotUndoable with the reason that a look at the records gives; changes nothing.

    It reads whole tables, and does not see what the undo itself finds in the old values.
    """
    for table in TABLES:
        counts = data_import.tables[table.name]
        if counts["updated"]:
            changed: Any = table.model._default_manager.filter(changed_in=data_import)
            intact = changed.exclude(created_in=data_import).count()
            if intact != counts["updated"]:
                raise NotUndoable(_changed_since(table, counts["updated"] - intact, "changed"))
        if counts["created"]:
            _check_dependents(data_import, table)


def latest_undoable() -> DataImport | None:
    """The import that would be undone next; None when there is none."""
    loaded = DataImport.objects.filter(status=Status.COMPLETED).exclude(loaded_at=None)
    return next((one for one in loaded.order_by("-loaded_at") if one.changed), None)


def undo(data_import: DataImport) -> None:
    """Take a loaded import back and finish it, in one transaction.

    Raises NotUndoable when records that came or changed later depend on it; then nothing changes.
    """
    with turn(partial(data_import.wait, WAITING, 0.1)):
        _check_later(data_import)
        data_import.report("Undoing", 0.2)
        try:
            with stoppable(data_import), transaction.atomic():
                _undo(data_import)
        except IntegrityError as error:
            # Someone wrote between a look and the commit; another look says what it was.
            for table in TABLES:
                _check_dependents(data_import, table)
            raise NotUndoable(MEANWHILE) from error


def _undo(data_import: DataImport) -> None:
    before = reduce(or_, [_restore(data_import, table) for table in TABLES])
    for table in TABLES:
        _check_dependents(data_import, table)
    before |= touched_by_removing(data_import)
    people = data_import.tables["customers"]
    mark_facts_stale(
        f"Undo of import {data_import.pk}",
        months=changed_months(before),
        customers=bool(people["created"] or people["updated"]),
    )
    for table in reversed(TABLES):
        _remove(data_import, table)
    data_import.finish(Status.UNDONE, stage="", progress=1.0, error="", undone_at=timezone.now())


def _check_later(data_import: DataImport) -> None:
    if later := _later_import(data_import):
        wait = f"{later} is at work. Wait for its end and try again."
        first = f"{later} came after it. Undo that one first."
        raise NotUndoable(wait if later.is_unfinished else first, blocker=later)


def _later_import(data_import: DataImport) -> DataImport | None:
    at_work = Q(status__in=DataImport.UNFINISHED, task=DataImport.Task.LOAD)
    # Not in the order of their numbers: one that was uploaded earlier may have waited longer.
    loaded = Q(status=Status.COMPLETED, loaded_at__gt=data_import.loaded_at)
    later = DataImport.objects.filter(at_work | loaded).exclude(pk=data_import.pk)
    return next((other for other in later if other.changed or other.is_unfinished), None)


def _before(data_import: DataImport, table: Table) -> Any:
    return before_file(data_import.folder, table)


def _restore(data_import: DataImport, table: Table) -> Touched:
    """Gives the rows that the import changed the values they had before."""
    path = _before(data_import, table)
    if not data_import.tables[table.name]["updated"]:
        return Touched()
    with path.open(encoding="utf-8", newline="") as file:
        columns = file.readline().strip().replace('"', "").split(",")[1:]
    staged = stage(table, columns, path)
    lock_staged(table)
    target = quoted(table.model._meta.db_table)
    intact = _number(
        f"SELECT count(*) FROM {STAGED} s JOIN {target} t USING (id)"
        f" WHERE t.changed_in_id = {int(data_import.pk)}"
    )
    if staged != data_import.tables[table.name]["updated"]:
        raise NotUndoable(f"The old values are no longer whole. {RELOAD}")
    if intact != staged:
        raise NotUndoable(_changed_since(table, staged - intact, "changed"))
    values = [column for column in columns if column != "changed_in_id"]
    _check_references(table, values)
    before = touched_by_restoring(table, values)
    overwrite_from_staged(table, values, changed_in=f"{STAGED}.changed_in_id")
    return before


def _check_references(table: Table, columns: Collection[str]) -> None:
    """Refuses when rows that the staged old values refer to are there no more."""
    for field in table.model._meta.concrete_fields:
        referred: Any = field.related_model
        if field.column in columns and referred:
            column, target = quoted(str(field.column)), quoted(referred._meta.db_table)
            if _number(
                f"SELECT count(*) FROM {STAGED} s LEFT JOIN {target} r ON r.id = s.{column}"
                f" WHERE s.{column} IS NOT NULL AND r.id IS NULL"
            ):
                gone = referred._meta.verbose_name_plural
                raise NotUndoable(
                    f"The {gone} that the old {table.name} refer to are gone. {RELOAD}"
                )


def _check_dependents(data_import: DataImport, table: Table) -> None:
    """Refuses when what the import created was changed since, or others came to depend on it."""
    created: Any = table.model._default_manager.filter(created_in=data_import)
    by_others = ~Q(changed_in=data_import) | Q(changed_in=None)
    if touched := created.filter(by_others).count():
        raise NotUndoable(_changed_since(table, touched, "created"))
    for relation in _records_that_refer_to(table.model):
        others = relation.related_model._default_manager.filter(
            **{f"{relation.field.name}__created_in": data_import}
        ).filter(~Q(created_in=data_import) | Q(created_in=None))
        if count := others.count():
            what = relation.related_model._meta
            nouns, belong = what.verbose_name_plural, "belong"
            if count == 1:
                nouns, belong = what.verbose_name, "belongs"
            raise NotUndoable(
                f"{count:,} {nouns} that came later {belong} to {table.name} of this import."
                f" Remove them first, or leave the import. {RELOAD}"
            )


def _remove(data_import: DataImport, table: Table) -> None:
    """Deletes the rows that the import created, and what hangs on them and is no record."""
    target = quoted(table.model._meta.db_table)
    created = f"created_in_id = {int(data_import.pk)}"
    for relation in table.model._meta.related_objects:
        if not issubclass(relation.related_model, Record) and relation.on_delete is models.CASCADE:
            hanging = quoted(relation.related_model._meta.db_table)
            column = quoted(str(relation.field.column))
            execute(
                f"DELETE FROM {hanging} WHERE {column} IN (SELECT id FROM {target} WHERE {created})"
            )
    execute(f"DELETE FROM {target} WHERE {created} AND changed_in_id = {int(data_import.pk)}")
    # Someone may have changed a row since they were counted.
    if left := _number(f"SELECT count(*) FROM {target} WHERE {created}"):
        raise NotUndoable(_changed_since(table, left, "created"))


def _records_that_refer_to(model: type[models.Model]) -> Iterator[Any]:
    for relation in model._meta.related_objects:
        if issubclass(relation.related_model, Record):
            yield relation


def _changed_since(table: Table, count: int, how: str) -> str:
    were = "was" if count == 1 else "were"
    return (
        f"{count:,} of the {table.name} that this import {how} {were} changed or removed since,"
        f" and that would be lost. {RELOAD}"
    )


def _number(query: str) -> int:
    return int(select(query)[0][0])
