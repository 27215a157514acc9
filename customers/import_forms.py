"""What the pages of imports ask for: a file, and how to load it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS

from customers.models import DataImport

GIGABYTE = 1024  # megabytes
CHANGED = "This import was checked again since you opened this page. Look at it as it is now."


class UploadForm(forms.Form):
    file = forms.FileField(
        label="File with your records",
        error_messages={
            "empty": "This file is empty. Choose the file with your records.",
            "required": "Choose a file first.",
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.gz,.parquet,.zip"}),
    )

    @property
    def most_in_words(self) -> str:
        """As "200 MB" or "1 GB"."""
        most = settings.MAX_UPLOAD_MEGABYTES
        return f"{most:,} MB" if most < GIGABYTE else f"{round(most / GIGABYTE, 1):g} GB"


class SeenForm(forms.Form):
    """A step that fits only the state of the import in which the person saw it."""

    seen = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, data_import: DataImport, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"seen": data_import.attempts})
        self.data_import = data_import

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("seen") != self.data_import.attempts:
            raise forms.ValidationError(CHANGED, code="outdated")
        return values

    @property
    def is_outdated(self) -> bool:
        return self.has_error(NON_FIELD_ERRORS, "outdated")


class LoadForm(SeenForm):
    mode = forms.ChoiceField(choices=DataImport.Mode.choices)
