"""How one part of a file is read: its table, its columns and how it is written."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from customers.column_choices import (
    TABLE_CHOICES,
    ColumnChoice,
    Option,
    all_of,
    choices_with,
    date_choices,
    decimal_choices,
    options_of,
    other_faults,
    samples_of,
    still_to_name,
    unsure_date,
    unsure_number,
)
from customers.import_reading import (
    DATES_IN_WORDS,
    DELIMITERS,
    ENCODINGS,
)
from customers.importing.column_words import TABLES_IN_WORDS, label_of
from customers.importing.mapping import PartMapping, map_parts
from customers.importing.parts import Part
from customers.importing.tables import SHEETS

EXAMPLE = "1.250"  # of a number that could be read two ways, where the file shows none
LAST_LINE = 1_000_000  # further down nobody has headings
NEW_CHOICES = "These are the columns of the table {table} now. Look whether they fit, and go on."
STILL = "Still to name: {columns}."
STILL_THERE = "{columns} {are} still to be named."
TWICE = "Two columns are said to be {column}. Choose one."


class PartForm(forms.Form):
    """How one sheet or file is read; `said` is what a person said of it before.

    With `shown`, posted values are shown again unchecked, with the columns of the posted table.
    """

    table = forms.ChoiceField(
        label="Table",
        required=False,
        choices=TABLE_CHOICES,
    )
    encoding = forms.ChoiceField(label="Characters", required=False)
    delimiter = forms.ChoiceField(label="Between two cells", required=False)
    heading_line = forms.IntegerField(
        label="The headings stand in line", required=False, min_value=1, max_value=LAST_LINE
    )
    dates = forms.ChoiceField(
        label="Dates are",
        required=False,
        choices=[("", "As found"), *DATES_IN_WORDS.items()],
    )
    decimals = forms.ChoiceField(label="Numbers have a", required=False)

    def __init__(
        self,
        *args: Any,
        part: Part,
        mapping: PartMapping,
        said: Mapping[str, Any],
        shown: Mapping[str, Any] | None = None,
        are_dates_unsure: bool = False,
        are_decimals_unsure: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.part, self.said, self.found = part, said, mapping
        self.are_dates_unsure = are_dates_unsure
        self.are_decimals_unsure = are_decimals_unsure
        self._posted = self.data if self.is_bound else shown
        self.initial = self._first_values() if shown is None else self._shown_values(shown)
        fields: dict[str, Any] = self.fields
        written, encoding, delimiter = part.format, said.get("encoding"), said.get("delimiter")
        fields["encoding"].choices = choices_with(ENCODINGS, written.encoding, encoding)
        fields["delimiter"].choices = choices_with(DELIMITERS, written.delimiter, delimiter)
        if cell := unsure_date(part, mapping):
            fields["dates"].label = f"Dates such as {cell} are"
            fields["dates"].choices = [("", "As found"), *date_choices(cell)]
        cell = unsure_number(part, mapping) or EXAMPLE
        fields["decimals"].choices = [("", "As found"), *decimal_choices(cell)]
        for field in fields.values():
            field.hide_optional = True

    @property
    def chosen_table(self) -> str:
        if self._posted is None:
            return self.found.table or ""
        table = self._posted.get(self.add_prefix("table"), "")
        return table if table in SHEETS else ""

    @property
    def table_choices(self) -> list[tuple[str, str, str]]:
        """What a part may be: table, its name and a line about it."""
        return [(name, label, TABLES_IN_WORDS.get(name, "")) for name, label in TABLE_CHOICES]

    @property
    def options(self) -> list[Option]:
        """The columns of the chosen table."""
        return options_of(self.chosen_table)

    @property
    def still_to_name(self) -> list[str]:
        """The required columns that no column of the part is said to be."""
        return still_to_name(self.chosen_table, self.chosen)

    @property
    def is_shown_anew(self) -> bool:
        """Whether it is sent again for another table, where the person goes on."""
        return self._posted is not None and not self.is_bound

    @property
    def is_written_open(self) -> bool:
        """Whether how the part is written is shown at once, because it needs a look."""
        written = ("encoding", "delimiter", "heading_line", "dates", "decimals")
        is_unsure = self.are_dates_unsure or self.are_decimals_unsure
        return is_unsure or any(name in self.errors for name in written)

    @cached_property
    def chosen(self) -> Mapping[str, str | None]:
        """What each heading is said to be, or else is proposed for the chosen table."""
        if self._posted is None:
            return self.found.columns
        if self._is_offered:
            return {h: self._chosen_at(n) for n, h in enumerate(self.part.headings)}
        proposed = map_parts([self.part], {self.part.name: {"table": self.chosen_table}}, _nothing)
        return proposed[self.part.name].columns

    @property
    def mapping(self) -> PartMapping:
        return PartMapping(self.chosen_table, self.chosen) if self.chosen_table else PartMapping()

    @property
    def columns(self) -> list[ColumnChoice]:
        return [
            ColumnChoice(
                field=self.add_prefix(f"column-{n}"),
                heading=heading,
                samples=samples_of(self.part, n),
                chosen=self.chosen.get(heading),
            )
            for n, heading in enumerate(self.part.headings)
        ]

    @property
    def faults(self) -> list[str]:
        """What else is wrong in the state the import is in, or with what was said; sentences."""
        if self._posted is None:
            return other_faults(self.part, self.found)
        still = STILL.format(columns=", ".join(self.still_to_name))
        return [str(error) for error in self.non_field_errors() if error != still]

    @property
    def troubles(self) -> list[str]:
        """What keeps the part from being read, a sentence each, which does not name the part."""
        still = self.still_to_name
        are = "is" if len(still) == 1 else "are"
        named = [STILL_THERE.format(columns=all_of(still), are=are)] if still else []
        fields = [
            f"{self[name].label}: {error}"
            for name, errors in self.errors.items()
            if name != NON_FIELD_ERRORS
            for error in errors
        ]
        of_it = f"The {self.part.label} "
        return named + [fault.removeprefix(of_it) for fault in self.faults] + fields

    @property
    def is_finished(self) -> bool:
        """Whether nothing of the part needs a look."""
        is_unsure = self.are_dates_unsure or self.are_decimals_unsure
        return not (self.troubles or self.is_shown_anew or is_unsure)

    @property
    def columns_read(self) -> int:
        return sum(1 for column in self.chosen.values() if column)

    @property
    def is_rewritten(self) -> bool:
        """Whether the part is to be read in another way, which may give it other headings."""
        values = self.cleaned_data
        now = {name: values[name] or None for name in ("encoding", "delimiter")}
        now["heading_line"] = self._heading_line
        return any(now[name] != self.said.get(name) for name in now)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        if self.chosen_table and not self._is_offered:
            raise forms.ValidationError(NEW_CHOICES.format(table=self.chosen_table))
        for fault in [] if self.is_rewritten else self._faults_of_choices():
            self.add_error(None, fault)
        return values

    def to_json(self) -> dict[str, Any]:
        """The part of a mapping that a valid form says."""
        values = self.cleaned_data
        named = ("encoding", "delimiter", "dates", "decimals")
        said = {name: values[name] for name in named if values[name]}
        if self._heading_line:
            said["heading_line"] = self._heading_line
        if not self.is_rewritten:
            said["columns"] = dict(self.chosen)
        return said | {"table": values["table"] or None}

    @property
    def _heading_line(self) -> int | None:
        """The line that a person says; None where it is the one that was found."""
        line: int | None = self.cleaned_data["heading_line"]
        return self.said.get("heading_line") if line == self.part.format.heading_line else line

    @property
    def _is_offered(self) -> bool:
        """Whether the person could choose from the columns of the chosen table."""
        offered = (self._posted or {}).get(self.add_prefix("offered"), "")
        return bool(offered == self.chosen_table)

    def _chosen_at(self, position: int) -> str | None:
        chosen = (self._posted or {}).get(self.add_prefix(f"column-{position}"))
        return chosen if chosen in {option.name for option in self.options} else None

    def _faults_of_choices(self) -> list[str]:
        used = [column for column in self.mapping.columns.values() if column]
        twice = sorted({column for column in used if used.count(column) > 1})
        faults = [TWICE.format(column=label_of(self.chosen_table, name)) for name in twice]
        if self.still_to_name:
            faults.append(STILL.format(columns=", ".join(self.still_to_name)))
        return faults + other_faults(self.part, self.mapping)

    def _first_values(self) -> dict[str, Any]:
        return {
            "table": self.found.table or "",
            "encoding": self.said.get("encoding") or "",
            "delimiter": self.said.get("delimiter") or "",
            "heading_line": self.part.format.heading_line,
            "dates": self.found.dates or "",
            "decimals": self.found.decimals or "",
        }

    def _shown_values(self, shown: Mapping[str, Any]) -> dict[str, Any]:
        return {name: shown.get(self.add_prefix(name), "") for name in self.fields}


def _nothing(part: Part) -> None:
    """Nothing is remembered of a part whose table is being changed."""
