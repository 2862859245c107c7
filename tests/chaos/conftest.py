"""A database server that may be crashed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import databases
from tests.databases import PostgresServer


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of the chaos's own: it will be crashed."""
    with databases.postgres_server(durable=False) as made:
        yield made
