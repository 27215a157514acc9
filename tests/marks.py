"""What some tests need of the database they run on."""

import pytest
from django.db import connection

needs_two_connections = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite in memory has one connection, so no race"
)
