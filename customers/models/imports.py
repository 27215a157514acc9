"""Imports: what was uploaded, what became of each row."""

from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.urls import reverse

from customers.models.jobs import Job

UPLOAD = "upload-"  # how the names of kept uploads begin


class DataImport(Job):
    """One file or folder of records on its way into the database."""

    source_name = models.CharField(max_length=255, help_text="The name of the uploaded file.")
    path = models.CharField(max_length=1000, editable=False)
    dry_run = models.BooleanField(
        "check only", default=False, help_text="Check everything and load nothing."
    )
    # {table: {rows, created, updated, unchanged, rejected}}
    tables = models.JSONField(default=dict, editable=False)
    # The name of a file in `folder`; empty when no row was rejected.
    rejects_file = models.CharField(max_length=100, blank=True, editable=False)

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
    def rejects_path(self) -> Path | None:
        """The file of the rejected rows, if there is one."""
        path = self.folder / self.rejects_file
        return path if self.rejects_file and path.is_file() else None

    @property
    def rejects_title(self) -> str:
        """What the file of the rejected rows is called where it is downloaded."""
        return f"rejected-rows-import-{self.pk}.csv"

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
