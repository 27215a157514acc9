"""Imports: what was uploaded, what became of each row."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.urls import reverse

from customers.models.jobs import Job


class DataImport(Job):
    """One file or folder of records on its way into the database."""

    source_name = models.CharField(max_length=255, help_text="The name of the uploaded file.")
    path = models.CharField(max_length=1000, editable=False)
    dry_run = models.BooleanField(
        "check only", default=False, help_text="Check everything and load nothing."
    )
    # {table: {rows, created, updated, unchanged, rejected}}
    tables = models.JSONField(default=dict, editable=False)
    rejects_file = models.CharField(max_length=1000, blank=True, editable=False)

    class Meta:
        verbose_name = "import"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Import {self.pk} of {self.source_name}"

    def get_absolute_url(self) -> str:
        return reverse("import", args=[self.pk])

    @property
    def folder(self) -> Path:
        """Where this import keeps its upload and its rejected rows."""
        return Path(settings.IMPORTS_DIR) / str(self.pk)

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
