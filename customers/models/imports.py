"""Imports: what was given, how it is to be read, what became of each row."""

from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core.cache import cache
from django.db import OperationalError, models
from django.urls import reverse
from django.utils import timezone

from customers.models.jobs import Job, JobCancelled
from customers.patience import is_locked

LIVE_SECONDS = 3600  # longer than an import says nothing
UPLOAD = "upload-"  # how the names of kept uploads begin
UNDO_STOPPED = "The undo was stopped; everything stays loaded."


class ImportStatus(models.TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    MAPPING = "mapping", "Columns to name"
    PREVIEWED = "previewed", "Ready to load"
    COMPLETED = "completed", "Completed"
    REJECTED = "rejected", "Could not be loaded"
    INTERRUPTED = "interrupted", "Interrupted"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    UNDONE = "undone", "Undone"


class DataImport(Job):
    """One file or folder of records on its way into the database."""

    class Task(models.TextChoices):
        """What a worker is asked to do with it."""

        CHECK = "check", "Check"
        LOAD = "load", "Load"
        UNDO = "undo", "Undo"

    class Mode(models.TextChoices):
        GOOD_ROWS = "good-rows", "Load the good rows"
        ALL_OR_NOTHING = "all-or-nothing", "All or nothing"

    Status: ClassVar[Any] = ImportStatus
    # Each step that a person asks for is a new attempt, so that they never run out.
    MAX_ATTEMPTS = 1_000
    # Waiting for a person to name the columns, or to say that it shall be loaded.
    WAITING = (ImportStatus.MAPPING, ImportStatus.PREVIEWED)

    DONE = (ImportStatus.COMPLETED, ImportStatus.UNDONE)

    status = models.CharField(
        max_length=11, choices=ImportStatus, default=ImportStatus.QUEUED, editable=False
    )
    source_name = models.CharField(max_length=255, help_text="The name of the uploaded file.")
    path = models.CharField(max_length=4096, editable=False)
    task = models.CharField(max_length=5, choices=Task, default=Task.LOAD, editable=False)
    mode = models.CharField(max_length=14, choices=Mode, default=Mode.GOOD_ROWS)
    review = models.BooleanField(
        default=False, editable=False, help_text="Shown to a person before anything is loaded."
    )
    dry_run = models.BooleanField(
        "check only", default=False, help_text="Check everything and load nothing."
    )
    # What a person or a program said about the columns; see `customers.importing.mapping`.
    mapping = models.JSONField(default=dict, editable=False)
    # What was found in the source, part by part, and how it is read.
    parts = models.JSONField(default=list, editable=False)
    # {table: {rows, created, updated, unchanged, rejected}}
    tables = models.JSONField(default=dict, editable=False)
    # {examples: {table: [...]}, customers: int, notes: [...]}
    preview = models.JSONField(default=dict, editable=False)
    # The name of a file in `folder`; empty when no row was rejected.
    rejects_file = models.CharField(max_length=100, blank=True, editable=False)
    loaded_at = models.DateTimeField(null=True, editable=False)
    load_seconds = models.FloatField(
        null=True, editable=False, help_text="How long the worker had it until it was loaded."
    )
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "import"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Import {self.pk} of {self.source_name}"

    def get_absolute_url(self) -> str:
        return reverse("import", args=[self.pk])

    @property
    def folder(self) -> Path:
        """Where this import works and keeps its rejected rows."""
        return Path(settings.IMPORTS_DIR) / str(self.pk)

    @staticmethod
    def new_upload(suffix: str) -> Path:
        """Where an upload may be kept: a path that nobody else has."""
        return Path(settings.IMPORTS_DIR) / f"{UPLOAD}{uuid4().hex}{suffix}"

    @property
    def upload(self) -> Path | None:
        """The upload that is kept for this import; None when it reads a path of someone else's."""
        path = Path(self.path)
        is_kept = path.parent == Path(settings.IMPORTS_DIR) and path.name.startswith(UPLOAD)
        return path if is_kept else None

    @property
    def is_source_kept(self) -> bool:
        """Whether what it reads is still there, so that it can be tried again."""
        return Path(self.path).exists()

    @property
    def rejects_path(self) -> Path | None:
        """The file of the rejected rows, if there is one."""
        path = self.folder / self.rejects_file
        return path if self.rejects_file and path.is_file() else None

    @property
    def rejects_title(self) -> str:
        """What the file of rejected rows is called where it is downloaded, without its ending."""
        return f"rejected-rows-import-{self.pk}"

    def shows_rows_to(self, user: User | AnonymousUser) -> bool:
        """Whether someone may see rows as they came, with columns that are stored nowhere else."""
        is_own = user.pk is not None and user.pk == self.requested_by_id
        return is_own or user.has_perm("customers.change_dataimport")

    @property
    def is_waiting(self) -> bool:
        """Whether a person has to say how it goes on."""
        return self.status in self.WAITING

    def cancel(self) -> bool:
        """Stop it: at once while it waits, else before it is committed; False if it has ended."""
        self.refresh_from_db(fields=["status", "attempts", "task"])
        if self.is_waiting:
            waiting = type(self).objects.filter(pk=self.pk, status__in=self.WAITING)
            ended = {"status": self.Status.CANCELLED, "finished_at": timezone.now()}
            return bool(waiting.update(**ended))
        if self.status == self.Status.QUEUED and self.task == self.Task.UNDO:
            # What was to be undone stays loaded.
            queued = type(self).objects.filter(pk=self.pk, status=self.Status.QUEUED)
            loaded = {"status": self.Status.COMPLETED, "finished_at": timezone.now()}
            return bool(queued.update(task=self.Task.LOAD, error=UNDO_STOPPED, **loaded))
        if self.status == self.Status.RUNNING:
            # First, because on SQLite the row can't be written while the import loads.
            cache.set(self._stop_key, True, LIVE_SECONDS)
        try:
            return super().cancel()
        except OperationalError as error:
            if self.status == self.Status.RUNNING and is_locked(error):
                return True  # it was told in the cache
            raise

    def report(self, stage: str, progress: float) -> None:
        """See `Job.report`; said in the cache too, where it is heard whoever writes meanwhile."""
        self.wait(stage, progress)
        super().report(stage, progress)

    def wait(self, stage: str, progress: float) -> None:
        """Say what it waits for, without the database. Raises JobCancelled when asked to stop."""
        self.tell_live({"stage": stage, "progress": progress})
        if self.is_stop_asked():
            raise JobCancelled

    def is_stop_asked(self) -> bool:
        """Whether someone asked it to stop, in the time it is at work."""
        return bool(cache.get(self._stop_key))

    def tell_live(self, said: dict[str, Any]) -> None:
        """Say how far it is while its own row can't be written."""
        cache.set(self._live_key, said, LIVE_SECONDS)

    @property
    def live(self) -> dict[str, Any]:
        """Stage, progress (0 to 1) and, while it loads, table, its rows and rows per second."""
        said = {"stage": self.stage, "progress": self.progress}
        if self.status != self.Status.RUNNING:
            return said
        return cache.get(self._live_key) or said

    @property
    def _stop_key(self) -> str:
        return f"import-{self.pk}-{self.attempts}-stop"

    @property
    def _live_key(self) -> str:
        return f"import-{self.pk}-{self.attempts}-live"

    def total(self, outcome: str) -> int:
        """Rows of all tables with that outcome: rows, created, updated, unchanged or rejected."""
        return sum(counts[outcome] for counts in self.tables.values())

    @property
    def total_rows(self) -> int:
        return self.total("rows")

    @property
    def created(self) -> int:
        return self.total("created")

    @property
    def updated(self) -> int:
        return self.total("updated")

    @property
    def unchanged(self) -> int:
        return self.total("unchanged")

    @property
    def rejected(self) -> int:
        return self.total("rejected")

    @property
    def changed(self) -> int:
        return self.created + self.updated


class ColumnMapping(models.Model):
    """How the columns of files of one shape are read, as a person last said."""

    # A digest of the part's name, without digits, and its headings.
    shape = models.CharField(max_length=64, unique=True)
    # As one part of `DataImport.mapping`; and `written`, where a person corrected how such a file
    # is written: {"said": its encoding, delimiter or heading_line, "found": what was found}; and
    # `headings`, a digest of the headings alone.
    mapping = models.JSONField()
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-used_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.mapping.get('table') or 'left out'} ({self.used_at:%Y-%m-%d})"
