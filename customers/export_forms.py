"""What a person says about an export of records."""

from typing import Any

from django import forms
from django.db.models import Model

from customers.exporting.download import FILES
from customers.forms import DayInput
from customers.importing.column_words import TABLES_IN_WORDS
from customers.importing.tables import TABLE_NAMED
from customers.models import Branch, City, Customer, Merchant, Transaction

TABLES = {name: name.capitalize() for name in TABLES_IN_WORDS if name in TABLE_NAMED}
ANY = [("", "All")]
ORDER_OF_DAYS = "The last day can't be before the first."


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=DayInput())


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[*ANY, *choices], required=False)


def _place(label: str, model: type[Model]) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        model._default_manager.all(),
        label=label,
        required=False,
        to_field_name="external_id",
        empty_label="All",
    )


class ExportForm(forms.Form):
    """The table, and the filters of each table under the names that the API gives them."""

    FILTERS = {
        "transactions": (
            *("claimed_on__gte", "claimed_on__lte", "status", "gender"),
            *("city", "merchant", "branch", "customer"),
        ),
        "customers": ("joined_on__gte", "joined_on__lte", "gender", "accepts_marketing", "city"),
        "branches": ("city", "merchant"),
    }

    table = forms.ChoiceField(
        label="Records",
        choices=list(TABLES.items()),
        widget=forms.Select(attrs={"data-shows": ""}),
    )
    file = forms.ChoiceField(choices=list(FILES.items()), label="File")
    claimed_on__gte = _day("Claimed from")
    claimed_on__lte = _day("Claimed to")
    joined_on__gte = _day("Joined from")
    joined_on__lte = _day("Joined to")
    status = _choice("Status", Transaction.Status.choices)
    gender = _choice("Gender", Customer.Gender.choices)
    accepts_marketing = _choice("Accepts marketing", [("true", "Yes"), ("false", "No")])
    city = _place("City", City)
    merchant = _place("Merchant", Merchant)
    branch = forms.CharField(label="Branch id", max_length=64, required=False)
    customer = forms.CharField(label="Customer id", max_length=64, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "export_%s"} | kwargs)
        fields: dict[str, Any] = self.fields
        for name in self.filter_names:
            tables = [table for table, names in self.FILTERS.items() if name in names]
            fields[name].shown_for = " ".join(tables)

    @property
    def filter_names(self) -> list[str]:
        return [name for name in self.fields if name not in ("table", "file")]

    @property
    def filter_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.filter_names]

    def clean_branch(self) -> str:
        return _known(Branch, "branch", self.cleaned_data["branch"])

    def clean_customer(self) -> str:
        return _known(Customer, "customer", self.cleaned_data["customer"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name in set(self.filter_names) - set(self._used_filters(values)):
            # What another table is filtered by does not stand in the way of this one.
            self.errors.pop(name, None)
        for day in ("claimed_on", "joined_on"):
            first, last = values.get(f"{day}__gte"), values.get(f"{day}__lte")
            if f"{day}__lte" in self._used_filters(values) and first and last and last < first:
                self.add_error(f"{day}__lte", ORDER_OF_DAYS)
        return values

    @property
    def filters(self) -> dict[str, str]:
        """The filters of the chosen table, as the API takes them."""
        given = {name: self.data.get(name, "") for name in self._used_filters(self.cleaned_data)}
        return {name: value for name, value in given.items() if value}

    def _used_filters(self, values: dict[str, Any]) -> tuple[str, ...]:
        return self.FILTERS.get(values.get("table", ""), ())


def _known(model: type[Model], name: str, external_id: str) -> str:
    if external_id and not model._default_manager.filter(external_id=external_id).exists():
        raise forms.ValidationError(f"There is no {name} with the id {external_id}.")
    return external_id
