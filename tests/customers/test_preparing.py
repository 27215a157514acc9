"""The guide for the person who prepares files, in the product and beside it."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from customers.importing.column_words import label_of
from customers.importing.tables import SHEETS
from customers.preparing import guides
from tests.customers.import_states import (
    text,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db
GUIDE = Path(__file__).parents[2] / "docs" / "preparing-files.md"


def test_the_guide_names_every_column_and_word(viewer: Client) -> None:
    page = text(viewer.get(reverse("preparing-files")))
    for guide in guides():
        for column in guide.columns:
            assert column.name in page
            assert column.label in page
            assert all(word in page for written in column.words.values() for word in written)


def test_the_guide_begins_with_what_people_mostly_have() -> None:
    assert [guide.name for guide in guides()][:2] == ["transactions", "customers"]


def test_every_column_of_the_catalogue_has_a_label_of_its_own() -> None:
    for sheet in SHEETS.values():
        labels = [label_of(sheet.name, column.name) for column in sheet.columns]
        assert not set(labels) & {column.name for column in sheet.columns}
        assert len(set(labels)) == len(labels)


def test_arabic_headings_have_spaces(viewer: Client) -> None:
    page = text(viewer.get(reverse("preparing-files")))
    assert "<bdi>رقم العميل</bdi>" in page
    assert not re.search(r"[\u0600-\u06ff]_", page)


def test_the_guide_is_for_those_who_see_imports(client: Client) -> None:
    address = reverse("preparing-files")
    assert client.get(address).status_code == 302
    client.force_login(make_user())
    assert client.get(address).status_code == 403


def test_the_document_for_the_preparer_names_every_column_and_word() -> None:
    written = GUIDE.read_text(encoding="utf-8")
    for guide in guides():
        assert f"## {guide.name.capitalize()}" in written
        for column in guide.columns:
            assert f"`{column.name}`" in written
            assert all(word in written for words in column.words.values() for word in words)
