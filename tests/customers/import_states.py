"""Imports in each state that a person meets, as their pages show them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from customers.models import DataImport
from tests.factories import make_import, numbers

Status, Task = DataImport.Status, DataImport.Task
COUNTS = {"rows": 6, "created": 3, "updated": 1, "unchanged": 1, "rejected": 1}
NOTHING = dict.fromkeys(COUNTS, 0)
BEGAN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
EXAMPLE = {"id": "C1", "changes": [{"column": "city_id", "old": None, "new": "Giza"}]}

REASON = {
    "table": "customers",
    "part": "people",
    "column": "Sex",
    "code": "unknown_word",
    "reason": "Use Female, Male or Unknown.",
    "rows": 1,
    "examples": [{"line": 4, "value": "robot"}, {"line": 9, "value": None}],
}
WITH_REASONS = {"customers": 4, "examples": {}, "notes": [], "reasons": [REASON]}
UNSURE = "The dates of the file people.csv could be read two ways."
DOUBTFUL = {
    "dates": "day-first",
    "are_dates_unsure": True,
    "decimals": {},
    "are_decimals_unsure": False,
}


def described(**values: Any) -> dict[str, Any]:
    """A part of a source, as an import keeps it."""
    headings = values.pop("headings", ["Client", "Joined", "Note"])
    columns = values.pop("columns", ["customer_id", "join_date", None])
    written = {"kind": "csv", "encoding": "utf-8", "delimiter": ","}
    written |= {"quote": '"', "escape": '"'}
    return {
        "name": "people",
        "label": "file people.csv",
        "table": "customers",
        "headings": headings,
        "columns": dict(zip(headings, columns, strict=True)),
        "dates": None,
        "format": written | {"heading_line": 1} | values.pop("format", {}),
        "sample": [["007", "2024-01-01", "likes tea"], ["008", "2024-02-01", ""]],
    } | values


def make_unnamed(**values: Any) -> DataImport:
    """An import that waits for someone to name its columns: the id is missing."""
    defaults = {
        "status": Status.MAPPING,
        "task": Task.CHECK,
        "review": True,
        "attempts": 1,
        "error": "The file people.csv has no column customer_id.",
        "parts": [described(columns=[None, "join_date", None])],
    }
    return make_import(**defaults | values)


def make_previewed(**values: Any) -> DataImport:
    """An import that waits to be loaded: 3 rows new, 1 changed, 1 the same, 1 rejected."""
    defaults = {
        "status": Status.PREVIEWED,
        "task": Task.CHECK,
        "review": True,
        "attempts": 1,
        "parts": [described(found=DOUBTFUL)],
        "tables": {"cities": NOTHING, "customers": COUNTS},
        "preview": {
            "customers": 4,
            "examples": {"customers": [EXAMPLE]},
            "notes": [UNSURE],
        },
    }
    return make_import(**defaults | values)


def make_loaded(**values: Any) -> DataImport:
    """A completed import that took two seconds."""
    counts = COUNTS | {"updated": 0, "unchanged": 2}
    defaults = {
        "status": Status.COMPLETED,
        "task": Task.LOAD,
        "attempts": 2,
        "started_at": BEGAN,
        "finished_at": BEGAN + timedelta(seconds=2),
        # Each a little later than the one before.
        "loaded_at": BEGAN + timedelta(seconds=2, milliseconds=next(numbers)),
        "load_seconds": 2.0,
        "tables": dict.fromkeys(("cities", "merchants", "branches", "transactions"), NOTHING)
        | {"customers": counts},
        "preview": {"customers": 3, "examples": {}, "notes": []},
    }
    return make_previewed(**defaults | values)


def keep_upload(data_import: DataImport) -> Path:
    """Give an import an upload that is kept for it."""
    path = DataImport.new_upload(".csv")
    path.write_text("Client\n")
    DataImport.objects.filter(pk=data_import.pk).update(path=str(path))
    return path


def text(response: Any) -> str:
    return response.content.decode()


def page_of(client: Client, data_import: DataImport) -> str:
    return text(client.get(data_import.get_absolute_url()))


def upload(client: Client, content: bytes, name: str = "coupons.zip") -> Any:
    return client.post(reverse("start-import"), {"file": SimpleUploadedFile(name, content)})


def step(client: Client, name: str, data_import: DataImport, **values: Any) -> Any:
    return client.post(reverse(name, args=[data_import.pk]), values, follow=True)


def load(client: Client, data_import: DataImport, mode: str = "good-rows") -> Any:
    return step(client, "load-import", data_import, mode=mode, seen=data_import.attempts)
