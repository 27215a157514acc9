"""Which table each part of a file is and which of its columns are which."""

from collections.abc import Mapping
from typing import Any

from customers.column_choices import mapping_of, part_of
from customers.import_forms import SeenForm
from customers.import_reading import are_dates_unsure, are_decimals_unsure
from customers.importing.mapping import faults_of_mapping
from customers.importing.read import check_mappings
from customers.models import DataImport
from customers.part_forms import PartForm


class MappingForm(SeenForm):
    """How all parts of an import are read; with `shown`, as `PartForm`."""

    def __init__(
        self,
        data_import: DataImport,
        data: Mapping[str, Any] | None = None,
        *,
        shown: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data_import, data)
        if shown is not None:
            self.initial["seen"] = shown.get("seen")
        self.parts = [
            PartForm(
                data,
                prefix=f"part{n}",
                part=part_of(described),
                mapping=mapping_of(described),
                said=data_import.mapping.get(described["name"]) or {},
                shown=shown,
                are_dates_unsure=are_dates_unsure(described),
                are_decimals_unsure=are_decimals_unsure(described),
            )
            for n, described in enumerate(data_import.parts)
        ]

    @property
    def faults(self) -> list[str]:
        """What is missing before the import can go on and no single part is to blame for."""
        if self.is_bound or not self.has_table:
            return []
        at_parts = {f for form in self.parts for f in faults_of_mapping(form.part, form.found)}
        mappings = {form.part.name: form.found for form in self.parts}
        found = check_mappings([form.part for form in self.parts], mappings)
        return [fault for fault in found if fault not in at_parts]

    @property
    def has_table(self) -> bool:
        """Whether it is known of any part what is in it."""
        return any(form.chosen_table for form in self.parts)

    @property
    def troubled(self) -> list[PartForm]:
        """The parts with which something is wrong, once it is known what is in any of them."""
        return [form for form in self.parts if form.troubles and self.has_table]

    @property
    def parts_to_show(self) -> list[PartForm]:
        """All parts, those that need a look first."""
        return sorted(self.parts, key=lambda form: form.is_finished)

    def is_valid(self) -> bool:
        return super().is_valid() and all(part.is_valid() for part in self.parts)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if all(form.is_valid() and not form.is_rewritten for form in self.parts):
            mappings = {form.part.name: form.mapping for form in self.parts}
            for fault in check_mappings([form.part for form in self.parts], mappings):
                self.add_error(None, fault)
        return values

    def to_mapping(self) -> dict[str, Any]:
        """What the valid form says, as `customers.importing.mapping` describes it."""
        return {form.part.name: form.to_json() for form in self.parts}
