import pytest

from customers.operations.facts import refresh_facts
from tests.factories import make_history


@pytest.fixture
def history() -> None:
    """200 active customers, 7 who never were, and figures of them."""
    make_history(customers=200, transactions=900, never_active=7)
    refresh_facts()
