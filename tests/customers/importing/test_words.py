"""Words that people write for the few values of a cell."""

from pathlib import Path

import pytest

from customers.models import Customer
from tests.customers.importing.files import (
    CLAIM,
    good_tables,
    import_tables,
    import_text,
    rejects_of,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("word", ["-", "n/a", "N/A", "NA", "none", "غير محدد"])
def test_nothing_said_of_a_gender_is_unknown(folder: Path, word: str) -> None:
    import_text(folder, "customers", f"customer_id,gender\n1,{word}\n")
    assert Customer.objects.get().gender == "Unknown"


@pytest.mark.parametrize(("word", "accepts"), [("on", True), ("Off", False)])
def test_consent_may_be_on_or_off(folder: Path, word: str, accepts: bool) -> None:
    import_text(folder, "customers", f"customer_id,consent\n1,{word}\n")
    assert Customer.objects.get().accepts_marketing is accepts


@pytest.mark.parametrize("word", ["expired", "cancelled", "Active"])
def test_another_status_is_rejected_with_what_to_write(folder: Path, word: str) -> None:
    claims = [CLAIM | {"transaction_status": word}]
    done = import_tables(folder, good_tables() | {"transactions": claims})
    assert [(r["value"], r["reason"]) for r in rejects_of(done)] == [
        (word, "Write claimed for a coupon that was not used, burnt for one that was.")
    ]
