"""Who looks at the pages."""

import pytest
from django.test import Client

from tests.factories import make_user


@pytest.fixture
def marketer(client: Client) -> Client:
    client.force_login(make_user("Marketer"))
    return client


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(make_user("Viewer"))
    return client
